/**
 * The learned ranking: trees trained with LambdaMART (Burges 2010) on candidates of other repositories put the
 * candidates of a question in order. What a question points at or spells out with its qualifier is not left to them:
 * the questions they learned from seldom do that.
 */
import type { RankerModel } from "../model/rankerModel.ts";
import { treeParts, treeSum } from "../model/treeEnsemble.ts";
import { rankFeatureNames, type RankFeature } from "./rankFeatures.ts";
import { handParts, type Features, type ScoreParts } from "./ranking.ts";

/** Log-odds for what the asker named; they outweigh any sum of the trees. */
const namedWeights = { pointed: 12, qualified: 6, literal: 3 } as const;
/** Log-odds for the definition of what the whole question is the name of. */
const askedWeight = 6;

export class LearnedRanking {
  readonly #model: RankerModel;

  constructor(model: RankerModel) {
    this.#model = model;
  }

  /** Id of the trees, for the trace. */
  get modelId(): string {
    return this.#model.id;
  }

  /**
   * Returns the score of a candidate with the given `rankVector`: above 0, larger is better. It is the logarithm of
   * one plus the odds that the place is a right one, so that far from the top scores fall like probabilities do.
   * With `isAsked` the question is the name of what the place defines.
   */
  score(vector: Float64Array, features: Features, isAsked: boolean): number {
    const asked = isAsked ? askedWeight : 0;
    return softplus(this.#logOdds(vector) + named(features) + asked);
  }

  /**
   * Returns how the score is shared out among what speaks for the place, in proportion to what each adds to the
   * log-odds. What the model sees besides the features belongs to the nearest of them; where that one is 0, as for names
   * that share no word with the question, and for all that is not of the chunk, it belongs to the file.
   */
  parts(vector: Float64Array, features: Features, isAsked: boolean): ScoreParts {
    const { slope } = this.#model.calibration;
    const { parts } = treeParts(this.#model.trees, vector);
    const sums = Object.fromEntries(Object.keys(features).map((name) => [name, 0])) as Record<
      keyof Features,
      number
    >;
    let byHand = 0;
    for (const [i, name] of rankFeatureNames.entries()) {
      const part = slope * (parts[i] as number);
      const owner = owners[name];
      if (owner === "byHand") byHand += part;
      else sums[owner] += part;
    }
    const hand = handParts(features, 1);
    const total = Object.values(hand).reduce((sum, part) => sum + part, 0);
    for (const name of Object.keys(sums) as (keyof Features)[])
      if (total > 0) sums[name] += (byHand * hand[name]) / total;
    for (const name of Object.keys(namedWeights) as (keyof typeof namedWeights)[])
      sums[name] += namedWeights[name] * features[name];
    if (isAsked) sums.definition += askedWeight;
    return sharedOut(sums, features, this.score(vector, features, isAsked));
  }

  #logOdds(vector: Float64Array): number {
    const { slope, offset } = this.#model.calibration;
    return slope * treeSum(this.#model.trees, vector) + offset;
  }
}

/** Shares a score out in proportion to the parts above 0; a feature that is 0 has none. */
function sharedOut(
  parts: Readonly<Record<keyof Features, number>>,
  features: Features,
  score: number,
): ScoreParts {
  const names = Object.keys(parts) as (keyof Features)[];
  const isSeen = (name: keyof Features): boolean => name === "file" || features[name] > 0;
  const unseen = names.reduce((sum, name) => sum + (isSeen(name) ? 0 : parts[name]), 0);
  const own = (name: keyof Features): number =>
    Math.max(0, isSeen(name) ? parts[name] + (name === "file" ? unseen : 0) : 0);
  const total = names.reduce((sum, name) => sum + own(name), 0);
  return Object.fromEntries(
    names.map((name) => [name, total > 0 ? (score * own(name)) / total : 0]),
  ) as ScoreParts;
}

function named(features: Features): number {
  let sum = 0;
  for (const name of Object.keys(namedWeights) as (keyof typeof namedWeights)[])
    sum += namedWeights[name] * features[name];
  return sum;
}

/** log(1 + exp(x)) without overflow. */
function softplus(x: number): number {
  return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** Which feature a reason names for what the model saw. `byHand` is shared out among the parts of the score by hand. */
const owners: Readonly<Record<RankFeature, keyof Features | "byHand">> = {
  bm25: "bm25",
  coverage: "coverage",
  symbol: "symbol",
  named: "named",
  signature: "signature",
  path: "path",
  file: "file",
  definition: "definition",
  literal: "literal",
  meaning: "meaning",
  often: "bm25",
  together: "bm25",
  heaviest: "bm25",
  similarity: "meaning",
  titleSimilarity: "meaning",
  beside: "bm25",
  lines: "file",
  definitions: "file",
  callable: "file",
  typeLike: "file",
  container: "symbol",
  centrality: "file",
  byHand: "byHand",
  byHandShare: "byHand",
  byHandPlace: "byHand",
  bm25Share: "bm25",
  wordPlace: "bm25",
  meaningPlace: "meaning",
  factor: "file",
  prior: "file",
  priorShare: "file",
  priorPlace: "file",
  pathScore: "path",
  baseSpelled: "path",
  baseShare: "path",
  fileCoverage: "file",
  fileHeaviest: "file",
  fileSimilarity: "meaning",
  fileNearness: "meaning",
  fileHits: "file",
  fileNear: "meaning",
  fileChunks: "file",
  folderShare: "file",
  depth: "path",
  nTerms: "file",
  nNames: "file",
  asks: "file",
  bestBm25: "file",
  bestSimilarity: "meaning",
};
