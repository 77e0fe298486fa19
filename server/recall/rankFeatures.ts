/**
 * What the learned ranking sees of a candidate. The names and their order are part of the model: a model that was
 * trained on others is refused, see `server/model/rankerModel.ts`.
 */
import type { Features } from "./ranking.ts";

/** In the model's order. Shares and similarities are about 0 to 1, counts are logarithms. */
export const rankFeatureNames = [
  // Of the chunk, as in `Features`.
  "bm25",
  "coverage",
  "symbol",
  "named",
  "signature",
  "path",
  "file",
  "definition",
  "literal",
  "meaning",
  // Of the chunk, see `ChunkFacts`.
  "often",
  "together",
  "heaviest",
  "similarity",
  "titleSimilarity",
  "beside",
  "lines",
  "definitions",
  "callable",
  "typeLike",
  "container",
  "centrality",
  // Beside the question's best candidate, and places from 1 as 1/place, 0 for none.
  "byHand",
  "byHandShare",
  "byHandPlace",
  "bm25Share",
  "wordPlace",
  "meaningPlace",
  // Of the file, see `FileFacts`.
  "factor",
  "prior",
  "priorShare",
  "priorPlace",
  "pathScore",
  "baseSpelled",
  "baseShare",
  "fileCoverage",
  "fileHeaviest",
  "fileSimilarity",
  "fileNearness",
  "fileHits",
  "fileNear",
  "fileChunks",
  "folderShare",
  "depth",
  // Of the question: the same for all of its candidates.
  "nTerms",
  "nNames",
  "asks",
  "bestBm25",
  "bestSimilarity",
] as const;

/** What a feature is called in the model's file. */
export type RankFeature = (typeof rankFeatureNames)[number];

/** What the hand-made features do not say of a chunk. */
export interface ChunkFacts {
  /** See `TextMatch`. */
  readonly often: number;
  readonly together: number;
  readonly heaviest: number;
  /** Cosine of the chunk's and the question's embeddings; `undefined` where either has none. */
  readonly similarity: number | undefined;
  /** Cosine of the question and the path with the chunk's names and signatures; `undefined` without embeddings. */
  readonly titleSimilarity: number | undefined;
  /** BM25 of the better one of the chunks before and after, divided by the question's mass. */
  readonly beside: number;
  readonly nLines: number;
  /** Definitions that begin in the chunk; or one, the one around it. */
  readonly nDefinitions: number;
  /** A function or method is among them. */
  readonly isCallable: boolean;
  /** A class, interface, type or enum is among them. */
  readonly isTypeLike: boolean;
  /** Share of the question's mass in the names of the definitions around. */
  readonly container: number;
  /** Chunks of the memory in which the name of the chunk's definition stands, at most; 0 when it defines none. */
  readonly nUses: number;
  /** From 1, among the candidates by words and by meaning; `undefined` when it is not among them. */
  readonly wordPlace: number | undefined;
  readonly meaningPlace: number | undefined;
}

/** What is known of a candidate's file. */
export interface FileFacts {
  /** Factor of the file's role and language, see `roleFactorIn`. */
  readonly factor: number;
  readonly prior: number;
  /** From 1, among the files. */
  readonly priorPlace: number;
  /** BM25 of the path, divided by the question's mass. */
  readonly pathScore: number;
  /** How many of the words of the file's name the question holds, 0 to 1. */
  readonly baseSpelled: number;
  /** Share of the question's mass in the file's name. */
  readonly baseShare: number;
  /** Share of the question's mass in the whole file's text and path. */
  readonly coverage: number;
  readonly hasHeaviest: boolean;
  /** Of its nearest chunk. */
  readonly similarity: number | undefined;
  /** Mean of its three nearest chunks. */
  readonly nearness: number | undefined;
  /** Its chunks among the candidates by words, and by meaning. */
  readonly nHits: number;
  readonly nNear: number;
  readonly nChunks: number;
  /** The best prior of another file in the folder, beside the question's best. */
  readonly folderShare: number;
  readonly depth: number;
}

/** What is the same for all candidates of a question. */
export interface QuestionFacts {
  readonly nTerms: number;
  /** Names that the question spells out. */
  readonly nNames: number;
  /** It is asked as a question, and not only told as a subject. */
  readonly asks: boolean;
  readonly bestBm25: number;
  readonly bestPrior: number;
  readonly bestByHand: number;
  readonly bestSimilarity: number;
  /** Worth nothing; stands for what has no embedding. */
  readonly leastSimilarity: number;
}

/** A candidate chunk before it is ranked. */
export interface RankInput {
  readonly features: Features;
  readonly chunk: ChunkFacts;
  readonly file: FileFacts;
  /** Score by hand, its place from 1 among all candidates of the question. */
  readonly byHand: number;
  readonly byHandPlace: number;
}

/** Returns a candidate's features in the order of `rankFeatureNames`. */
export function rankVector(input: RankInput, question: QuestionFacts): Float64Array {
  const values = valuesOf(input, question);
  return Float64Array.from(rankFeatureNames, (name) => values[name]);
}

function valuesOf(
  { features, chunk, file, byHand, byHandPlace }: RankInput,
  question: QuestionFacts,
): Readonly<Record<RankFeature, number>> {
  return {
    bm25: features.bm25,
    coverage: features.coverage,
    symbol: features.symbol,
    named: features.named,
    signature: features.signature,
    path: features.path,
    file: features.file,
    definition: features.definition,
    literal: features.literal,
    meaning: features.meaning,
    often: chunk.often,
    together: chunk.together,
    heaviest: chunk.heaviest,
    similarity: chunk.similarity ?? question.leastSimilarity,
    titleSimilarity: chunk.titleSimilarity ?? question.leastSimilarity,
    beside: chunk.beside,
    lines: Math.log2(1 + chunk.nLines),
    definitions: Math.log2(1 + chunk.nDefinitions),
    callable: chunk.isCallable ? 1 : 0,
    typeLike: chunk.isTypeLike ? 1 : 0,
    container: chunk.container,
    centrality: Math.log2(1 + chunk.nUses),
    byHand,
    byHandShare: share(byHand, question.bestByHand),
    byHandPlace: 1 / byHandPlace,
    bm25Share: share(features.bm25, question.bestBm25),
    wordPlace: inverse(chunk.wordPlace),
    meaningPlace: inverse(chunk.meaningPlace),
    factor: file.factor,
    prior: file.prior,
    priorShare: share(file.prior, question.bestPrior),
    priorPlace: 1 / file.priorPlace,
    pathScore: file.pathScore,
    baseSpelled: file.baseSpelled,
    baseShare: file.baseShare,
    fileCoverage: file.coverage,
    fileHeaviest: file.hasHeaviest ? 1 : 0,
    fileSimilarity: file.similarity ?? question.leastSimilarity,
    fileNearness: file.nearness ?? question.leastSimilarity,
    fileHits: Math.log2(1 + file.nHits),
    fileNear: Math.log2(1 + file.nNear),
    fileChunks: Math.log2(1 + file.nChunks),
    folderShare: file.folderShare,
    depth: file.depth,
    nTerms: Math.log2(1 + question.nTerms),
    nNames: question.nNames,
    asks: question.asks ? 1 : 0,
    bestBm25: question.bestBm25,
    bestSimilarity: question.bestSimilarity,
  };
}

function share(value: number, best: number): number {
  return best <= 0 ? 0 : value / best;
}

function inverse(place: number | undefined): number {
  return place === undefined ? 0 : 1 / place;
}
