/** Ranks the candidates of one root: file by file, with the file's text of this moment in hand. */
import type { Reason, Recall } from "../../protocol/types.ts";
import type { SearchParams } from "../../protocol/methods.ts";
import { termsOfName } from "../ingest/terms.ts";
import type { SearchHow } from "../services.ts";
import { symbolInfo, type OpenBank } from "../memory/memoryBank.ts";
import type { StoredSpan } from "../memory/packedSpans.ts";
import type { Candidates } from "./candidates.ts";
import {
  definitionFit,
  draftFile,
  hiddenDefinition,
  type Draft,
  type FilePlace,
  type Ranking,
} from "./chunkDraft.ts";
import { maxPerFile } from "./chooseResults.ts";
import type { DenseCandidates } from "./denseSearch.ts";
import { askedOf, gatherFiles, type FileCandidate } from "./fileCandidates.ts";
import type { LearnedRanking } from "./learnedRanking.ts";
import type { RootScope } from "./mentionScope.ts";
import { joinShares, mergeAdjacent, type ChunkRun } from "./mergeAdjacent.ts";
import { symbolOfLines } from "./pointedPlaces.ts";
import type { ParsedQuestion } from "./question.ts";
import { QuestionMatcher } from "./questionMatcher.ts";
import { rankVector, type QuestionFacts } from "./rankFeatures.ts";
import { handParts, reasonsOf, type Features } from "./ranking.ts";
import type { TraceCollector } from "./traceCollector.ts";
import { offsetsOf, symbolsIn, type FileSource, type VerifiedFile } from "./verifiedSource.ts";

export interface RankedChunk {
  readonly recall: Recall;
  /** What an encoder reads of it: path, first definition and text of its best chunk, as it was trained on. */
  readonly toRead: string;
}

/** How the candidates of a question are put in order. */
export interface RankOptions {
  /** `undefined`: by weights that were set by hand. */
  readonly learned: LearnedRanking | undefined;
  /** Called with every candidate chunk, in no order. */
  readonly observe: SearchHow["observe"];
  /** Rank by nearness in meaning and nothing else. */
  readonly byMeaning: boolean;
  /** The part of the root that is searched, all of it when absent. */
  readonly within: RootScope | undefined;
}

/** Files whose text is read for one question: the most promising ones, and besides those nearest in meaning. */
const maxPromising = 25;
const maxNearest = 10;

/** Returns the ranked chunks of one root, unsorted. Without `dense` they are ranked by words alone. */
export function rankInBank(
  open: OpenBank,
  source: FileSource,
  question: ParsedQuestion,
  candidates: Candidates,
  dense: DenseCandidates | undefined,
  params: SearchParams,
  options: RankOptions,
  signal: AbortSignal,
  trace?: TraceCollector,
): RankedChunk[] {
  const mass = Math.max(
    1e-9,
    candidates.terms.reduce((sum, term) => sum + (term.nChunks > 0 ? term.mass : 0), 0),
  );
  const matcher = new QuestionMatcher(question, candidates.terms);
  const asked = askedOf(question, matcher);
  const near = dense?.neighbours ?? [];
  const ranking: Ranking = {
    open,
    asked,
    matcher,
    mass,
    floor: candidates.chunks.at(-1)?.score ?? 0,
    dense,
    wordPlaces: new Map(candidates.chunks.map(({ chunkId }, i) => [chunkId, i + 1])),
    meaningPlaces: new Map(near.map(({ group, idx }, i) => [group + idx, i + 1])),
    nChunksWith: remembered((term) => open.bank.documentFrequency(term)),
  };
  const files = gatherFiles(open, asked, candidates, dense, params, mass, options.within);
  const folderShare = folderShares(files);
  const toRead = filesToRead(files);
  trace?.files(open, files, new Set(toRead.map(({ candidate }) => candidate)));
  const drafts = toRead.flatMap(({ candidate, i }) => {
    signal.throwIfAborted();
    const file = source.read(open.root.folder, open.bank, candidate.path);
    const place: FilePlace = { priorPlace: i + 1, folderShare: folderShare(candidate) };
    if (file !== undefined) return draftFile(ranking, file, candidate, place);
    trace?.unreadable(candidate.path);
    return [];
  });
  const facts: QuestionFacts = {
    nTerms: candidates.terms.length,
    nNames: asked.names.length,
    asks: question.intent.kind !== "unknown",
    bestPrior: files[0]?.prior ?? 0,
    bestBm25: Math.max(0, ...drafts.map(({ features }) => features.bm25)),
    bestByHand: Math.max(0, ...drafts.map(({ byHand }) => byHand)),
    bestSimilarity: dense?.top ?? 0,
    leastSimilarity: dense?.floor ?? 0,
  };
  const joinShare = options.learned === undefined ? joinShares.byHand : joinShares.learned;
  const runs = scoredFiles(drafts, facts, options).map((ofFile) =>
    mergeAdjacent(ofFile, joinShare),
  );
  return worthMaking(runs, params.limit).map((run) => rankedRun(ranking, source, run));
}

/**
 * Returns the runs that can be shown: each costs a hash of its text and the reading of its reasons. Many more than are
 * wanted, for repeated lines and copies are dropped later; of a file first those that may stand among the first.
 */
function worthMaking(
  ofFiles: readonly (readonly ChunkRun<Scored>[])[],
  limit: number,
): ChunkRun<Scored>[] {
  const byScore = (a: ChunkRun<Scored>, b: ChunkRun<Scored>): number => b.best.score - a.best.score;
  const first = ofFiles.flatMap((runs) => runs.slice(0, maxPerFile)).sort(byScore);
  const later = ofFiles.flatMap((runs) => runs.slice(maxPerFile)).sort(byScore);
  return [...first, ...later].slice(0, madePerWanted * limit + maxMadeBesides);
}
const madePerWanted = 4;
const maxMadeBesides = 40;

/** A draft with its score and what gives the reasons for it. */
interface Scored extends Draft {
  readonly score: number;
  readonly reasonsWith: (
    details: Partial<Record<keyof Features, string>>,
    isExact: boolean,
  ) => Reason[];
}

/** Scores the drafts and returns them file by file. */
function scoredFiles(
  drafts: readonly Draft[],
  facts: QuestionFacts,
  { learned, observe, byMeaning }: RankOptions,
): Scored[][] {
  const byFile = new Map<string, Scored[]>();
  const sorted = [...drafts].sort((a, b) => b.byHand - a.byHand);
  for (const [i, draft] of sorted.entries()) {
    const vector = rankVector(
      {
        features: draft.features,
        chunk: draft.facts,
        file: draft.of.facts,
        byHand: draft.byHand,
        byHandPlace: i + 1,
      },
      facts,
    );
    const { factor, features, isAsked } = draft;
    const score = byMeaning
      ? Math.max(0, draft.facts.similarity ?? 0)
      : (learned?.score(vector, features, isAsked) ?? draft.byHand);
    const { file } = draft.of;
    const { path } = file;
    const { range } = file.spans[draft.chunkIdx] as StoredSpan;
    observe?.({ path, range, features: vector, score });
    const scored: Scored = {
      ...draft,
      score,
      reasonsWith: (details, isExact) =>
        reasonsOf(
          learned?.parts(vector, features, isAsked) ?? handParts(features, factor),
          details,
          isExact,
        ),
    };
    byFile.set(path, [...(byFile.get(path) ?? []), scored]);
  }
  return [...byFile.values()];
}

/** Returns the files to read, each with its place in the list. */
function filesToRead(
  files: readonly FileCandidate[],
): { readonly candidate: FileCandidate; readonly i: number }[] {
  const listed = files.map((candidate, i) => ({ candidate, i }));
  const nearest = listed
    .slice(maxPromising)
    .filter(({ candidate }) => candidate.similarities.size > 0)
    .sort((a, b) => nearestIn(b.candidate) - nearestIn(a.candidate));
  return [...listed.slice(0, maxPromising), ...nearest.slice(0, maxNearest)];
}

function nearestIn({ similarities }: FileCandidate): number {
  return Math.max(...similarities.values());
}

/** Returns for a file the best prior of another file in its folder, as a share of the best of all. */
function folderShares(files: readonly FileCandidate[]): (file: FileCandidate) => number {
  const folderOf = ({ path }: FileCandidate): string => path.slice(0, path.lastIndexOf("/") + 1);
  const best = new Map<string, readonly FileCandidate[]>();
  for (const file of files) {
    const known = best.get(folderOf(file)) ?? [];
    if (known.length < 2) best.set(folderOf(file), [...known, file]);
  }
  const most = files[0]?.prior ?? 0;
  return (file) => {
    const other = best.get(folderOf(file))?.find((each) => each !== file);
    return most <= 0 ? 0 : (other?.prior ?? 0) / most;
  };
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

/** Makes the recall of a run of chunks. Its definition is the one in its best chunk that the question is most about. */
function rankedRun(ranking: Ranking, source: FileSource, run: ChunkRun<Scored>): RankedChunk {
  const { open, matcher, asked } = ranking;
  const { file, candidate, pathWords } = run.best.of;
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
    bm25: run.best.words.join(" "),
    symbol: names.slice(0, 3).join(" "),
    named: names.slice(0, 3).join(" "),
    definition: definition.name,
    qualified:
      definitionFit(file, candidate, symbolIdxs)?.asked ??
      hiddenDefinition(asked.names, file, names, offsetsOf(file, bestSpan))?.asked ??
      "",
    path: pathWords.join(" "),
    pointed: file.path,
    file: file.path.slice(file.path.lastIndexOf("/") + 1),
    meaning: file.asRemembered ? placesText(ranking, candidate.blob.id, run.best.chunkIdx) : "",
  };
  const { similarity } = run.best.facts;
  const recall: Recall = {
    citation: source.cite(
      open.root.id,
      file.path,
      range,
      text,
      best === undefined ? undefined : symbolInfo(file.symbols, best),
    ),
    score: run.best.score,
    ...(similarity === undefined ? {} : { similarity }),
    reasons: run.best.reasonsWith(details, definition.exact),
    role: file.role,
    language: file.language,
    text,
    boundary: file.boundary,
  };
  const bestText = file.text.slice(offsetsOf(file, bestSpan).start, offsetsOf(file, bestSpan).end);
  return { recall, toRead: `${file.path}\n${names[0] ?? ""}\n${bestText}` };
}

/** Returns the definition of the lines that the question names in a range, `undefined` when it names none. */
function pointedSymbol(
  file: VerifiedFile,
  { pointed }: FileCandidate,
  range: StoredSpan["range"],
): number | undefined {
  const named = pointed?.lines.find(
    ({ first, last }) => first <= range.end.line && last >= range.start.line,
  );
  return (
    named &&
    symbolOfLines(file.symbols, {
      first: Math.max(named.first, range.start.line),
      last: Math.min(named.last, range.end.line),
    })
  );
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

/** Returns the same function, computed once for each argument. */
function remembered(of: (term: string) => number): (term: string) => number {
  const known = new Map<string, number>();
  return (term) => {
    const before = known.get(term);
    if (before !== undefined) return before;
    const value = of(term);
    known.set(term, value);
    return value;
  };
}
