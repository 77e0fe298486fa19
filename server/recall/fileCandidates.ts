/** Which files are read for a question: those of the chunks and paths found, of the definitions it names, and those it points at. */
import type { SearchParams } from "../../protocol/methods.ts";
import { fileRoleOf } from "../ingest/fileRole.ts";
import type { LanguageId } from "../ingest/languages.ts";
import { ftsQuote, termsOfName } from "../ingest/terms.ts";
import type { MemoryBank, OpenBank, StoredBlob } from "../memory/memoryBank.ts";
import type { Candidates } from "./candidates.ts";
import { chunkOfSymbol, definitionsOf, type FoundDefinition } from "./definitions.ts";
import type { DenseCandidates } from "./denseSearch.ts";
import type { RootScope } from "./mentionScope.ts";
import { matchesGlobs } from "./pathGlobs.ts";
import { PointedPlaces, type PointedFile } from "./pointedPlaces.ts";
import type { ParsedQuestion } from "./question.ts";
import { meaningOf, priorMeaningWeight, roleFactor } from "./ranking.ts";
import { isSameFamily } from "./useJudge.ts";
import type { QuestionMatcher } from "./questionMatcher.ts";
import { qualifierFit, wantedNames, type WantedName } from "./wantedNames.ts";

/** What the index knows of a file before it is read. */
export interface FileCandidate {
  readonly path: string;
  readonly blob: StoredBlob;
  /** Chunk index within the file to its BM25; 0 for a chunk that is there for its definition alone. */
  readonly chunkScores: Map<number, number>;
  /** Chunk index within the file to its similarity, for those among the nearest of the memory. */
  readonly similarities: Map<number, number>;
  readonly pathScore: number;
  readonly pointed: PointedFile | undefined;
  /** Symbol index to how well it fits a name of the question, above 0. */
  readonly definitions: Map<number, DefinitionFit>;
  /** How well the file lies where the qualifier of a name says that the file itself has; 0 when it has none. */
  nameFit: number;
  prior: number;
}

/** A definition of a name that the question spells out. */
export interface DefinitionFit {
  /** As the question wrote it, with its qualifier. */
  readonly asked: string;
  /** How well it lies where the qualifier says, times the name's share of the question; 0 without a qualifier. */
  readonly fit: number;
}

/** What the question says beside its terms. */
export interface Asked {
  readonly question: ParsedQuestion;
  readonly names: readonly WantedName[];
  readonly pointed: PointedPlaces;
  /** Share of the question's mass that a name carries with its qualifier, at least `leastShare`. */
  readonly shareOf: (name: WantedName) => number;
}

/** A name with a qualifier was meant, however long the question around it. */
const leastShare = 0.3;

/** Returns what the question says beside its terms. */
export function askedOf(question: ParsedQuestion, matcher: QuestionMatcher): Asked {
  return {
    question,
    names: wantedNames(question),
    pointed: new PointedPlaces(question),
    shareOf: ({ asked }) => Math.max(leastShare, matcher.share(termsOfName(asked)).share),
  };
}

/** Falling weights of a file's best chunks when the file as a whole is judged. */
const fileDecay = 0.5;
/** Chunks that may define a name; a name with more is found by its other words. */
const maxDefinitionChunks = 400;
/** A name with more definitions than this says little about each. */
const maxDefinitions = 30;
const maxFilesOfPath = 30;
const priorOf = { pointed: 3, qualified: 1.5, defined: 0.4 };

/**
 * Returns the files, most promising first. `mass` is the question's; without `dense` nothing is found by meaning, and
 * with `within` no other files are looked at.
 */
export function gatherFiles(
  open: OpenBank,
  asked: Asked,
  candidates: Candidates,
  dense: DenseCandidates | undefined,
  params: SearchParams,
  mass: number,
  within: RootScope | undefined,
): FileCandidate[] {
  const pointed = pointedFiles(open.bank, asked.pointed);
  const files = new CandidateFiles(open.bank, asked, candidates, params, within);
  for (const { chunkId, score } of candidates.chunks) {
    const blob = open.bank.blobOfChunk(chunkId);
    for (const path of blob?.paths ?? [])
      files
        .add(path, blob as StoredBlob)
        ?.chunkScores.set(chunkId - (blob as StoredBlob).id, score);
  }
  for (const { group, idx, similarity } of dense?.neighbours ?? []) {
    const blob = open.bank.blobOfChunk(group);
    for (const path of blob?.paths ?? [])
      files.add(path, blob as StoredBlob)?.similarities.set(idx, similarity);
  }
  for (const path of candidates.paths.keys()) files.addPath(path);
  for (const path of pointed) files.addPath(path);
  for (const path of within?.files ?? []) files.addPath(path);
  for (const name of asked.names) {
    const share = asked.shareOf(name);
    for (const { path, fit } of filesCalled(open.bank, name)) {
      const file = files.addPath(path);
      if (file !== undefined) file.nameFit = Math.max(file.nameFit, fit * share);
    }
    for (const { definition, fit: lies } of fittingDefinitions(open.bank, name)) {
      const fit = lies * share;
      const file = files.add(definition.path, definition.blob);
      if (file === undefined || (file.definitions.get(definition.symbolIdx)?.fit ?? -1) >= fit)
        continue;
      file.definitions.set(definition.symbolIdx, { asked: name.asked, fit });
      const chunkIdx = chunkOfSymbol(definition.blob, definition.symbol);
      if (chunkIdx >= 0 && !file.chunkScores.has(chunkIdx)) file.chunkScores.set(chunkIdx, 0);
    }
  }
  for (const file of files.all) file.prior = priorIn(file, asked.question, dense, mass);
  return files.all.sort((a, b) => b.prior - a.prior);
}

class CandidateFiles {
  readonly #files = new Map<string, FileCandidate>();
  readonly #bank: MemoryBank;
  readonly #asked: Asked;
  readonly #candidates: Candidates;
  readonly #isWanted: (path: string) => boolean;
  readonly #within: RootScope | undefined;

  constructor(
    bank: MemoryBank,
    asked: Asked,
    candidates: Candidates,
    params: SearchParams,
    within: RootScope | undefined,
  ) {
    this.#within = within;
    this.#bank = bank;
    this.#asked = asked;
    this.#candidates = candidates;
    this.#isWanted = params.paths === undefined ? () => true : matchesGlobs(params.paths);
  }

  get all(): FileCandidate[] {
    return [...this.#files.values()];
  }

  /** Returns the file's candidate, `undefined` when the request leaves it out. */
  add(path: string, blob: StoredBlob): FileCandidate | undefined {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    if (!this.#isWanted(path)) return undefined;
    if (this.#within?.holds(path) === false) return undefined;
    const file: FileCandidate = {
      path,
      blob,
      chunkScores: new Map(),
      similarities: new Map(),
      pathScore: this.#candidates.paths.get(path) ?? 0,
      pointed: this.#asked.pointed.in(path),
      definitions: new Map(),
      nameFit: 0,
      prior: 0,
    };
    this.#files.set(path, file);
    return file;
  }

  addPath(path: string): FileCandidate | undefined {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const blob = this.#bank.blobOfPath(path);
    return blob === undefined ? undefined : this.add(path, blob);
  }
}

/** Files whose path is, or ends with, one that the question names. */
function pointedFiles(bank: MemoryBank, pointed: PointedPlaces): string[] {
  return pointed.paths.flatMap((mentioned) => {
    if (bank.blobOfPath(mentioned) !== undefined && mentioned.includes("/")) return [mentioned];
    // An absolute path names folders above the workspace; the last ones are enough to find the file.
    const tail = mentioned.split("/").slice(-2).join("/");
    const terms = [...new Set(termsOfName(tail))];
    if (terms.length === 0) return [];
    const found = bank.searchPaths(terms.map(ftsQuote).join(" AND "), maxFilesOfPath);
    const named = found.map(({ path }) => path).filter((path) => pointed.in(path) !== undefined);
    pointed.sharedBy(mentioned, named.length);
    return named;
  });
}

/** Files with the name that a qualifier belongs to: `spawn.rs` for `task::spawn`, which may define it out of the parser's sight. */
function filesCalled(
  bank: MemoryBank,
  { name, qualifier }: WantedName,
): { readonly path: string; readonly fit: number }[] {
  const terms = termsOfName(name);
  if (qualifier.length === 0 || terms.length === 0) return [];
  return bank
    .searchPaths(terms.map(ftsQuote).join(" AND "), maxFilesOfPath)
    .filter(({ path }) => path.slice(path.lastIndexOf("/") + 1).replace(/\..*$/, "") === name)
    .map(({ path }) => ({ path, fit: qualifierFit(qualifier, name, path, []) }));
}

function fittingDefinitions(
  bank: MemoryBank,
  { name, qualifier }: WantedName,
): { readonly definition: FoundDefinition; readonly fit: number }[] {
  const around = qualifier.at(-1);
  const inside =
    around === undefined ? [] : definitionsOf(bank, name, maxDefinitionChunks, around).definitions;
  const anywhere = definitionsOf(bank, name, maxDefinitionChunks).definitions;
  const fits = [...new Set([...inside, ...anywhere])].map((definition) => ({
    definition,
    fit: qualifierFit(qualifier, name, definition.path, definition.containers),
  }));
  return fits.length <= maxDefinitions
    ? fits
    : fits
        .filter(({ fit }) => fit > 0)
        .sort((a, b) => b.fit - a.fit)
        .slice(0, maxDefinitions);
}

function priorIn(
  file: FileCandidate,
  question: ParsedQuestion,
  dense: DenseCandidates | undefined,
  mass: number,
): number {
  const scores = [...file.chunkScores.values()].sort((a, b) => b - a);
  const best = (scores[0] ?? 0) / mass;
  const found = best + 0.3 * decayed(scores.slice(1), mass) + 0.3 * (file.pathScore / mass);
  const fit = [...file.definitions.values()].reduce(
    (most, each) => Math.max(most, each.fit),
    file.nameFit,
  );
  const named =
    (file.definitions.size > 0 ? priorOf.defined : 0) +
    priorOf.qualified * fit +
    priorOf.pointed * (file.pointed?.certainty ?? 0);
  const near =
    dense === undefined || file.similarities.size === 0
      ? 0
      : priorMeaningWeight * meaningOf(Math.max(...file.similarities.values()), dense);
  return (found + named + near) * roleFactorIn(file, question);
}

/** What remains of a file's score when the question names another language. */
const otherLanguageFactor = 0.5;

/** Returns the factor of a file's role and language; a file that the question names is wanted whatever they are. */
export function roleFactorIn(file: FileCandidate, { scope }: ParsedQuestion): number {
  const { language } = file.blob;
  const isWanted = scope.languages?.some((wanted) => isSameFamily(wanted, language)) ?? true;
  const factor =
    roleFactor(fileRoleOf(file.path, language as LanguageId), scope) *
    (isWanted ? 1 : otherLanguageFactor);
  return file.pointed === undefined
    ? factor
    : factor + Math.max(0, 1 - factor) * file.pointed.certainty;
}

/** Returns the sum of scores with falling weights, divided by the question's mass. */
export function decayed(scores: readonly number[], mass: number): number {
  let sum = 0;
  let weight = 1;
  for (const score of scores) {
    sum += weight * score;
    weight *= fileDecay;
  }
  return sum / mass;
}
