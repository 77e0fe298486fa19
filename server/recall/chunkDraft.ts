/** Holds the question against one file of a memory: which of its chunks are candidates, and what is known of each. */
import { termsOfName, termsOfText } from "../ingest/terms.ts";
import type { OpenBank, StoredBlob } from "../memory/memoryBank.ts";
import type { StoredSpan } from "../memory/packedSpans.ts";
import type { ParsedSymbol } from "../types.ts";
import type { DenseCandidates } from "./denseSearch.ts";
import {
  decayed,
  roleFactorIn,
  type Asked,
  type DefinitionFit,
  type FileCandidate,
} from "./fileCandidates.ts";
import { kindFactor } from "./kindFactor.ts";
import { pointedChunks } from "./pointedPlaces.ts";
import type { QuestionMatcher, TextMatch } from "./questionMatcher.ts";
import type { ChunkFacts, FileFacts } from "./rankFeatures.ts";
import { meaningOf, scoreOf, type Features } from "./ranking.ts";
import type { TermHits } from "./termHits.ts";
import { definesInText } from "./textDefinition.ts";
import { offsetsOf, symbolsIn, type VerifiedFile } from "./verifiedSource.ts";
import { qualifierFit, type WantedName } from "./wantedNames.ts";

/** One question and one memory on the way through the ranking. */
export interface Ranking {
  readonly open: OpenBank;
  readonly asked: Asked;
  readonly matcher: QuestionMatcher;
  /** What the question's terms weigh together. */
  readonly mass: number;
  /** BM25 that the index's last result had; nothing it left out scores more. */
  readonly floor: number;
  /** `undefined` when nothing is searched by meaning. */
  readonly dense: DenseCandidates | undefined;
  /** Chunk number to its place, from 1, among the candidates by words and by meaning. */
  readonly wordPlaces: ReadonlyMap<number, number>;
  readonly meaningPlaces: ReadonlyMap<number, number>;
  /** Chunks of the memory in which a term stands. Each term is looked up once. */
  readonly nChunksWith: (term: string) => number;
}

/** A candidate file with its text of this moment. */
export interface ReadFile {
  readonly file: VerifiedFile;
  readonly candidate: FileCandidate;
  readonly facts: FileFacts;
  /** Terms of the path that the question holds. */
  readonly pathWords: readonly string[];
}

/** A candidate chunk before it is ranked. */
export interface Draft {
  readonly of: ReadFile;
  readonly chunkIdx: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly features: Features;
  readonly facts: ChunkFacts;
  /** Factor of the file's role and of the chunk's kind. */
  readonly factor: number;
  readonly byHand: number;
  /** The question is a name and nothing else, and the chunk defines exactly it. */
  readonly isAsked: boolean;
  /** Terms of the question in its text, heaviest first. */
  readonly words: readonly string[];
}

/** Chunks of one file that are candidates because the index found them. */
const maxFoundPerFile = 10;
/** Chunks of one file that are candidates besides because they are near in meaning. */
const maxNearPerFile = 2;
/** Chunks of one file that are candidates besides: the index gives its best of the whole memory only. */
const maxWorthPerFile = 8;
/** What the nearest chunk of all counts beside one that holds the whole question, when the best of a file are chosen. */
const nearnessWorth = 0.5;
/** What nearness counts for code that only declares, where the question asks what is done. */
const stillNearness = 0.5;
const maxSignatureLines = 6;
const maxSignatureCharacters = 600;

const callableKinds: ReadonlySet<ParsedSymbol["kind"]> = new Set(["function", "method", "macro"]);
const typeKinds: ReadonlySet<ParsedSymbol["kind"]> = new Set([
  "class",
  "interface",
  "struct",
  "enum",
  "type",
]);

/** What the list of all files says of one of them. */
export type FilePlace = Pick<FileFacts, "priorPlace" | "folderShare">;

/** Returns the candidate chunks of one file, in no order. */
export function draftFile(
  ranking: Ranking,
  file: VerifiedFile,
  candidate: FileCandidate,
  place: FilePlace,
): Draft[] {
  const { asked, matcher, mass } = ranking;
  const path = matcher.share(termsOfName(file.path));
  const hits = matcher.find(file.text);
  const factor = roleFactorIn(candidate, asked.question);
  const similarities = similaritiesIn(ranking, file, candidate);
  const known = { ...place, factor, nearness: topMean(similarities) };
  const facts = fileFacts(ranking, file, candidate, known, hits, path.terms);
  const of: ReadFile = { file, candidate, facts, pathWords: path.words };
  const scores = [...candidate.chunkScores.values()].filter((score) => score > 0);
  scores.sort((a, b) => b - a);
  return chooseChunks(ranking, file, candidate, hits, similarities).map((chunkIdx): Draft => {
    const span = file.spans[chunkIdx] as StoredSpan;
    const offsets = offsetsOf(file, span);
    const symbolIdxs = symbolsIn(file, span);
    const names = symbolIdxs.map((idx) => file.symbols[idx]?.name ?? "");
    const nameTerms = names.flatMap(termsOfName);
    const match = matcher.match(file.text, hits, offsets, nameTerms, path.terms);
    const hidden = hiddenDefinition(asked.names, file, names, offsets);
    const indexed = file.asRemembered ? candidate.chunkScores.get(chunkIdx) : undefined;
    // The index gives its best chunks only, and nothing for a file that changed.
    const bm25 =
      indexed !== undefined && indexed > 0
        ? indexed
        : match.coverage * (file.asRemembered ? ranking.floor : (scores[0] ?? 0));
    const definition = hidden === undefined ? matcher.definition(names).strength : 1;
    // A question that is a name and nothing else wants what has it, whatever it is.
    const isAsked = definition === 1 && asked.question.words.length === 0;
    const kind = isAsked ? 1 : kindFactor(file, symbolIdxs, asked.question.intent.kind);
    const similarity = similarities[chunkIdx];
    const features: Features = {
      bm25: bm25 / mass,
      coverage: match.coverage,
      symbol: matcher.share(nameTerms).share,
      named: matcher.named(names),
      signature: matcher.share(signatureTerms(file, symbolIdxs)).share,
      path: path.share,
      file: decayed(without(scores, bm25), mass),
      definition,
      qualified: Math.max(
        definitionFit(file, candidate, symbolIdxs)?.fit ?? 0,
        hidden === undefined ? 0 : hiddenFit(asked, file, hidden),
      ),
      literal: match.literal,
      pointed:
        candidate.pointed === undefined
          ? 0
          : asked.pointed.strength(candidate.pointed, {
              span,
              symbols: file.symbols,
              nLines: file.starts.length,
            }),
      // A declaration is near for being short; that says little where the question asks how.
      meaning: nearness(ranking.dense, similarity) * (kind < 1 ? stillNearness : 1),
    };
    return {
      of,
      chunkIdx,
      startLine: span.range.start.line,
      endLine: span.range.end.line,
      features,
      facts: chunkFacts(ranking, of, chunkIdx, { span, symbolIdxs, match, similarity }),
      factor: factor * kind,
      byHand: scoreOf(features, factor * kind),
      isAsked,
      words: match.words,
    };
  });
}

function fileFacts(
  ranking: Ranking,
  file: VerifiedFile,
  candidate: FileCandidate,
  known: FilePlace & Pick<FileFacts, "factor" | "nearness">,
  hits: TermHits,
  pathTerms: ReadonlySet<string>,
): FileFacts {
  const { matcher, mass } = ranking;
  const base = file.path.slice(file.path.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
  const baseTerms = [...new Set(termsOfName(base))];
  const spelled = matcher.share(baseTerms);
  const whole = matcher.match(file.text, hits, { start: 0, end: file.text.length }, [], pathTerms);
  const nearest = [...candidate.similarities.values()];
  return {
    ...known,
    prior: candidate.prior,
    pathScore: candidate.pathScore / mass,
    baseSpelled: baseTerms.length === 0 ? 0 : spelled.terms.size / baseTerms.length,
    baseShare: spelled.share,
    coverage: whole.coverage,
    hasHeaviest: whole.heaviest === 1,
    similarity: nearest.length === 0 ? undefined : Math.max(...nearest),
    nHits: [...candidate.chunkScores.values()].filter((score) => score > 0).length,
    nNear: nearest.length,
    nChunks: file.spans.length,
    depth: file.path.split("/").length,
  };
}

/** Mean of the three largest; `undefined` for none. */
function topMean(similarities: readonly (number | undefined)[]): number | undefined {
  const known = similarities.filter((each) => each !== undefined);
  const top = known.sort((a, b) => b - a).slice(0, 3);
  return top.length === 0 ? undefined : top.reduce((sum, each) => sum + each, 0) / top.length;
}

function chunkFacts(
  ranking: Ranking,
  { file, candidate }: ReadFile,
  chunkIdx: number,
  seen: {
    readonly span: StoredSpan;
    readonly symbolIdxs: readonly number[];
    readonly match: TextMatch;
    readonly similarity: number | undefined;
  },
): ChunkFacts {
  const { matcher } = ranking;
  const symbols = seen.symbolIdxs.flatMap((idx) => file.symbols[idx] ?? []);
  const containers = containerNames(file.symbols, symbols[0]);
  const chunkId = file.asRemembered ? candidate.blob.id + chunkIdx : -1;
  return {
    often: seen.match.often,
    together: seen.match.together,
    heaviest: seen.match.heaviest,
    similarity: seen.similarity,
    titleSimilarity: ranking.dense?.similarityOfText(titleOf(file, symbols)),
    beside:
      Math.max(
        0,
        ...[chunkIdx - 1, chunkIdx + 1].map((idx) =>
          file.asRemembered ? (candidate.chunkScores.get(idx) ?? 0) : 0,
        ),
      ) / ranking.mass,
    nLines: seen.span.range.end.line - seen.span.range.start.line + 1,
    nDefinitions: symbols.length,
    isCallable: symbols.some(({ kind }) => callableKinds.has(kind)),
    isTypeLike: symbols.some(({ kind }) => typeKinds.has(kind)),
    container: matcher.share(containers.flatMap(termsOfName)).share,
    nUses: Math.max(
      0,
      ...symbols.slice(0, maxCounted).map(({ name }) => {
        const whole = termsOfName(name)[0];
        return whole === undefined ? 0 : ranking.nChunksWith(whole);
      }),
    ),
    wordPlace: ranking.wordPlaces.get(chunkId),
    meaningPlace: ranking.meaningPlaces.get(chunkId),
  };
}
/** Definitions of a chunk whose uses are counted. */
const maxCounted = 4;

/** The path with what the chunk defines, as it is introduced. */
function titleOf(file: VerifiedFile, symbols: readonly ParsedSymbol[]): string {
  return [
    file.path,
    ...symbols.slice(0, maxTitled).map((symbol) => signatureOf(file, symbol)),
  ].join("\n");
}
/** Definitions of a chunk that its title names. */
const maxTitled = 6;

function containerNames(
  symbols: readonly ParsedSymbol[],
  symbol: ParsedSymbol | undefined,
): string[] {
  const names: string[] = [];
  for (let at = symbol?.containerIdx ?? -1; at >= 0 && names.length < 8;) {
    const container = symbols[at];
    if (container === undefined) break;
    names.push(container.name);
    at = container.containerIdx;
  }
  return names;
}

/** By chunk: cosine with the question. Text that changed since it was remembered is encoded on the spot. */
function similaritiesIn(
  { dense }: Ranking,
  file: VerifiedFile,
  { blob }: FileCandidate,
): (number | undefined)[] {
  if (dense === undefined) return file.spans.map(() => undefined);
  if (file.asRemembered)
    return file.spans.map((_, chunkIdx) => dense.similarity(blob.id, chunkIdx));
  return file.spans.map((span) => {
    const { start, end } = offsetsOf(file, span);
    return dense.similarityOfText(file.text.slice(start, end));
  });
}

function nearness(dense: DenseCandidates | undefined, similarity: number | undefined): number {
  return dense === undefined ? 0 : meaningOf(similarity ?? dense.floor, dense);
}

/**
 * Returns the name of the question that a chunk defines although the syntax tree shows no definition there, as
 * inside of a Rust macro; `undefined` when there is none.
 */
export function hiddenDefinition(
  wanted: readonly WantedName[],
  file: VerifiedFile,
  known: readonly string[],
  { start, end }: { readonly start: number; readonly end: number },
): WantedName | undefined {
  if (file.role === "docs" || file.role === "config") return undefined;
  return wanted.find(
    ({ name, qualifier }) =>
      qualifier.length > 0 && !known.includes(name) && definesInText(file.text, start, end, name),
  );
}

function hiddenFit(asked: Asked, file: VerifiedFile, wanted: WantedName): number {
  return qualifierFit(wanted.qualifier, wanted.name, file.path, []) * asked.shareOf(wanted);
}

/** Returns the best fit among the definitions that begin in a chunk, `undefined` when the question names none of them. */
export function definitionFit(
  file: VerifiedFile,
  candidate: FileCandidate,
  symbolIdxs: readonly number[],
): DefinitionFit | undefined {
  if (!file.asRemembered) return undefined;
  let best: DefinitionFit | undefined;
  for (const idx of symbolIdxs) {
    const fit = candidate.definitions.get(idx);
    if (fit !== undefined && fit.fit > (best?.fit ?? -1)) best = fit;
  }
  return best;
}

function signatureTerms(file: VerifiedFile, symbolIdxs: readonly number[]): string[] {
  return symbolIdxs.flatMap((idx) => {
    const symbol = file.symbols[idx];
    return symbol === undefined ? [] : termsOfText(signatureOf(file, symbol));
  });
}

function signatureOf(file: VerifiedFile, symbol: ParsedSymbol): string {
  const from = file.starts[symbol.nameLine] ?? file.text.length;
  const to =
    file.starts[Math.min(symbol.signatureEndLine, symbol.nameLine + maxSignatureLines)] ??
    file.text.length;
  return file.text.slice(from, Math.min(to, from + maxSignatureCharacters));
}

/** The chunks that the indexes found, those that hold most of the question, and those it points at, each once. */
function chooseChunks(
  ranking: Ranking,
  file: VerifiedFile,
  candidate: FileCandidate,
  hits: TermHits,
  similarities: readonly (number | undefined)[],
): number[] {
  const { matcher, dense } = ranking;
  const isIndexed = file.asRemembered && file.boundary === boundaryOf(candidate.blob);
  const worth = new Map(
    file.spans.map((span, chunkIdx) => {
      const { start, end } = offsetsOf(file, span);
      const mass = matcher.massIn(hits.within(start, end));
      return [chunkIdx, mass + nearnessWorth * nearness(dense, similarities[chunkIdx])];
    }),
  );
  const chosen = new Set([
    ...(isIndexed ? bestOf(candidate.chunkScores, maxFoundPerFile) : []),
    ...(isIndexed ? bestOf(candidate.similarities, maxNearPerFile) : []),
    ...bestOf(worth, maxWorthPerFile),
    ...(candidate.pointed === undefined
      ? []
      : pointedChunks(candidate.pointed, file.spans, file.symbols, file.starts.length)),
  ]);
  return [...chosen].filter((chunkIdx) => chunkIdx < file.spans.length);
}

/** The keys with the largest values. */
function bestOf(scores: ReadonlyMap<number, number>, n: number): number[] {
  const sorted = [...scores].sort((a, b) => b[1] - a[1]);
  return sorted.slice(0, n).map(([key]) => key);
}

function boundaryOf(blob: StoredBlob): "syntax" | "lines" {
  return blob.level === 1 ? "syntax" : "lines";
}

function without(scores: readonly number[], own: number): number[] {
  const at = scores.indexOf(own);
  return at < 0 ? [...scores] : scores.filter((_, i) => i !== at);
}
