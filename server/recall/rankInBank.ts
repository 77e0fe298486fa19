/** Ranks the candidates of one root: file by file, with the file's text of this moment in hand. */
import type { Recall } from "../../protocol/types.ts";
import type { SearchParams } from "../../protocol/methods.ts";
import { termsOfName, termsOfText } from "../ingest/terms.ts";
import type { TermScanner } from "../ingest/termScanner.ts";
import { symbolInfo, type OpenBank, type StoredBlob } from "../memory/memoryBank.ts";
import type { StoredSpan } from "../memory/packedSpans.ts";
import type { Candidates } from "./candidates.ts";
import type { DenseCandidates } from "./denseSearch.ts";
import {
  askedOf,
  decayed,
  gatherFiles,
  roleFactorIn,
  type Asked,
  type DefinitionFit,
  type FileCandidate,
} from "./fileCandidates.ts";
import { kindFactor } from "./kindFactor.ts";
import { mergeAdjacent, type ChunkRun, type ScoredChunk } from "./mergeAdjacent.ts";
import { pointedChunks, symbolAtLine } from "./pointedPlaces.ts";
import type { ParsedQuestion } from "./question.ts";
import { QuestionMatcher } from "./questionMatcher.ts";
import { meaningOf, reasonsOf, scoreOf, type Features } from "./ranking.ts";
import { definesInText } from "./textDefinition.ts";
import { qualifierFit, type WantedName } from "./wantedNames.ts";
import { offsetsOf, symbolsIn, type VerifiedFile, type FileSource } from "./verifiedSource.ts";

export interface RankedChunk {
  readonly recall: Recall;
  readonly features: Features;
}

/** Files whose text is read for one question. */
const maxFilesRead = 20;
/** Chunks of one file that are scored. */
const maxChunksPerFile = 10;
/** Chunks of one file that are scored besides because they are near in meaning. */
const maxNearPerFile = 2;
/** What nearness counts for code that only declares, where the question asks what is done. */
const stillNearness = 0.5;
const maxSignatureLines = 6;
const maxSignatureCharacters = 600;

/** One question and one root on the way through the ranking. */
interface Ranking {
  readonly open: OpenBank;
  readonly source: FileSource;
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
}

/** Returns the ranked chunks of one root, unsorted. Without `dense` they are ranked by words alone. */
export function rankInBank(
  open: OpenBank,
  source: FileSource,
  question: ParsedQuestion,
  candidates: Candidates,
  dense: DenseCandidates | undefined,
  params: SearchParams,
  scanner: TermScanner,
  signal: AbortSignal,
): RankedChunk[] {
  const mass = Math.max(
    1e-9,
    candidates.terms.reduce((sum, term) => sum + (term.nChunks > 0 ? term.mass : 0), 0),
  );
  const matcher = new QuestionMatcher(question, candidates.terms, scanner);
  const asked = askedOf(question, matcher);
  const floor = candidates.chunks.at(-1)?.score ?? 0;
  const near = dense?.neighbours ?? [];
  const ranking: Ranking = {
    open,
    source,
    asked,
    matcher,
    mass,
    floor,
    dense,
    wordPlaces: new Map(candidates.chunks.map(({ chunkId }, i) => [chunkId, i + 1])),
    meaningPlaces: new Map(near.map(({ group, idx }, i) => [group + idx, i + 1])),
  };
  const ranked: RankedChunk[] = [];
  for (const candidate of gatherFiles(open, asked, candidates, dense, params, mass).slice(
    0,
    maxFilesRead,
  )) {
    signal.throwIfAborted();
    const file = source.read(open.root.folder, open.bank, candidate.path);
    if (file !== undefined) ranked.push(...rankFile(ranking, file, candidate));
  }
  return ranked;
}

function rankFile(ranking: Ranking, file: VerifiedFile, candidate: FileCandidate): RankedChunk[] {
  const { asked, matcher, mass } = ranking;
  const path = matcher.share(termsOfName(file.path));
  const factor = roleFactorIn(candidate, asked.question);
  const scores = [...candidate.chunkScores.values()].filter((score) => score > 0);
  scores.sort((a, b) => b - a);
  const wordsOf = new Map<number, readonly string[]>();
  const scored = chooseChunks(file, candidate, matcher).map((chunkIdx): ScoredChunk => {
    const span = file.spans[chunkIdx] as StoredSpan;
    const { start, end } = offsetsOf(file, span);
    const symbolIdxs = symbolsIn(file, span);
    const names = symbolIdxs.map((idx) => file.symbols[idx]?.name ?? "");
    const nameTerms = names.flatMap(termsOfName);
    const match = matcher.match(file.text, start, end, nameTerms, path.terms);
    wordsOf.set(chunkIdx, match.words);
    const hidden = hiddenDefinition(asked.names, file, names, { start, end });
    const known = file.asRemembered ? candidate.chunkScores.get(chunkIdx) : undefined;
    // The index gives its best chunks only, and nothing for a file that changed.
    const bm25 =
      known !== undefined && known > 0
        ? known
        : match.coverage * (file.asRemembered ? ranking.floor : (scores[0] ?? 0));
    const definition = hidden === undefined ? matcher.definition(names).strength : 1;
    // A question that is a name and nothing else wants what has it, whatever it is.
    const isAsked = definition === 1 && asked.question.words.length === 0;
    const kind = isAsked ? 1 : kindFactor(file, symbolIdxs, asked.question.intent.kind);
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
      meaning: nearness(ranking, file, candidate, chunkIdx) * (kind < 1 ? stillNearness : 1),
    };
    return {
      chunkIdx,
      startLine: span.range.start.line,
      endLine: span.range.end.line,
      score: scoreOf(features, factor * kind),
      features,
    };
  });
  return mergeAdjacent(scored).map((run) =>
    rankedRun(ranking, file, candidate, run, {
      body: wordsOf.get(run.best.chunkIdx) ?? [],
      path: path.words,
    }),
  );
}

/** How near a chunk is in meaning, 0 to 1. Text that changed since it was remembered is encoded on the spot. */
function nearness(
  { dense }: Ranking,
  file: VerifiedFile,
  { blob }: FileCandidate,
  chunkIdx: number,
): number {
  if (dense === undefined) return 0;
  if (file.asRemembered)
    return meaningOf(dense.similarity(blob.id, chunkIdx) ?? dense.floor, dense);
  const { start, end } = offsetsOf(file, file.spans[chunkIdx] as StoredSpan);
  return meaningOf(dense.similarityOfText(file.text.slice(start, end)), dense);
}

/** Where both searches had a chunk: its similarity, and its places among their candidates. */
function placesText(ranking: Ranking, blob: number, chunkIdx: number): string {
  const similarity = ranking.dense?.similarity(blob, chunkIdx);
  const meaningPlace = ranking.meaningPlaces.get(blob + chunkIdx);
  const wordPlace = ranking.wordPlaces.get(blob + chunkIdx);
  return [
    ...(similarity === undefined ? [] : [`similarity ${similarity.toFixed(2)}`]),
    ...(meaningPlace === undefined ? [] : [`place ${meaningPlace} by meaning`]),
    ...(wordPlace === undefined ? [] : [`place ${wordPlace} by words`]),
  ].join(", ");
}

/**
 * Returns the name of the question that a chunk defines although the syntax tree shows no definition there, as
 * inside of a Rust macro; `undefined` when there is none.
 */
function hiddenDefinition(
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
function definitionFit(
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

/** Makes the recall of a run of chunks. Its definition is the one in its best chunk that the question is most about. */
function rankedRun(
  ranking: Ranking,
  file: VerifiedFile,
  candidate: FileCandidate,
  run: ChunkRun,
  words: { readonly body: readonly string[]; readonly path: readonly string[] },
): RankedChunk {
  const { open, source, matcher, asked } = ranking;
  const first = file.spans[run.first] as StoredSpan;
  const last = file.spans[run.last] as StoredSpan;
  const bestSpan = file.spans[run.best.chunkIdx] as StoredSpan;
  const range = { start: first.range.start, end: last.range.end };
  const text = file.text.slice(offsetsOf(file, first).start, offsetsOf(file, last).end);
  const symbolIdxs = symbolsIn(file, bestSpan);
  const names = symbolIdxs.map((idx) => file.symbols[idx]?.name ?? "");
  const best =
    pointedSymbol(file, candidate, range) ?? bestSymbol(file, candidate, symbolIdxs, matcher);
  const definition = matcher.definition(names);
  const details = {
    bm25: words.body.join(" "),
    symbol: names.slice(0, 3).join(" "),
    named: names.slice(0, 3).join(" "),
    definition: definition.name,
    qualified:
      definitionFit(file, candidate, symbolIdxs)?.asked ??
      hiddenDefinition(asked.names, file, names, offsetsOf(file, bestSpan))?.asked ??
      "",
    path: words.path.join(" "),
    pointed: file.path,
    meaning: file.asRemembered ? placesText(ranking, candidate.blob.id, run.best.chunkIdx) : "",
  };
  const { features, score } = run.best;
  const recall: Recall = {
    citation: source.cite(
      open.root.id,
      file.path,
      range,
      text,
      best === undefined ? undefined : symbolInfo(file.symbols, best),
    ),
    score,
    reasons: reasonsOf(features, details, definition.exact),
    role: file.role,
    language: file.language,
    text,
    boundary: file.boundary,
  };
  return { recall, features };
}

function signatureTerms(file: VerifiedFile, symbolIdxs: readonly number[]): string[] {
  return symbolIdxs.flatMap((idx) => {
    const symbol = file.symbols[idx];
    if (symbol === undefined) return [];
    const from = file.starts[symbol.nameLine] ?? file.text.length;
    const to =
      file.starts[Math.min(symbol.signatureEndLine, symbol.nameLine + maxSignatureLines)] ??
      file.text.length;
    return termsOfText(file.text.slice(from, Math.min(to, from + maxSignatureCharacters)));
  });
}

/** The chunks the index found and those the question points at, each once. */
function chooseChunks(
  file: VerifiedFile,
  candidate: FileCandidate,
  matcher: QuestionMatcher,
): number[] {
  const found = foundChunks(file, candidate, matcher);
  if (candidate.pointed === undefined) return found;
  const pointed = pointedChunks(candidate.pointed, file.spans, file.symbols, file.starts.length);
  return [...new Set([...found, ...pointed])];
}

/** The chunks the indexes found; for a file found by its path or changed since, those that hold most of the question. */
function foundChunks(
  file: VerifiedFile,
  candidate: FileCandidate,
  matcher: QuestionMatcher,
): number[] {
  if (
    file.asRemembered &&
    candidate.chunkScores.size + candidate.similarities.size > 0 &&
    file.boundary === boundaryOf(candidate.blob)
  ) {
    const found = [
      ...bestOf(candidate.chunkScores, maxChunksPerFile),
      ...bestOf(candidate.similarities, maxNearPerFile),
    ];
    return [...new Set(found)].filter((c) => c < file.spans.length);
  }
  const scored = file.spans.map((span, c) => {
    const { start, end } = offsetsOf(file, span);
    const names = symbolsIn(file, span).flatMap((idx) =>
      termsOfName(file.symbols[idx]?.name ?? ""),
    );
    return { c, coverage: matcher.match(file.text, start, end, names, new Set()).coverage };
  });
  return scored
    .filter(({ coverage }) => coverage > 0)
    .sort((a, b) => b.coverage - a.coverage)
    .slice(0, 3)
    .map(({ c }) => c)
    .concat(file.spans.length > 0 && scored.every(({ coverage }) => coverage === 0) ? [0] : []);
}

/** The keys with the largest values. */
function bestOf(scores: ReadonlyMap<number, number>, n: number): number[] {
  const sorted = [...scores].sort((a, b) => b[1] - a[1]);
  return sorted.slice(0, n).map(([key]) => key);
}

function boundaryOf(blob: StoredBlob): "syntax" | "lines" {
  return blob.level === 1 ? "syntax" : "lines";
}

/** Returns the definition around the first line that the question names in a range, `undefined` when it names none. */
function pointedSymbol(
  file: VerifiedFile,
  { pointed }: FileCandidate,
  range: StoredSpan["range"],
): number | undefined {
  const named = pointed?.lines.find(
    ({ first, last }) => first <= range.end.line && last >= range.start.line,
  );
  return named && symbolAtLine(file.symbols, Math.max(named.first, range.start.line));
}

/** Returns the definition of a chunk that the question is most about: the one it names, else the one that shares most words. */
function bestSymbol(
  file: VerifiedFile,
  candidate: FileCandidate,
  idxs: readonly number[],
  matcher: QuestionMatcher,
): number | undefined {
  let best: number | undefined;
  let most = -1;
  for (const idx of idxs) {
    const name = file.symbols[idx]?.name ?? "";
    const about =
      matcher.share(termsOfName(name)).share +
      matcher.definition([name]).strength +
      (definitionFit(file, candidate, [idx])?.fit ?? 0);
    if (about > most) {
      best = idx;
      most = about;
    }
  }
  return best;
}

function without(scores: readonly number[], own: number): number[] {
  const at = scores.indexOf(own);
  return at < 0 ? [...scores] : scores.filter((_, i) => i !== at);
}
