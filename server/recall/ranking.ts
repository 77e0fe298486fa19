/**
 * Second stage of a recall: features of each candidate chunk, and their weighted sum. Every feature is
 * about between 0 and 1, so that the weights can be compared and questions of different length too.
 */
import type { FileRole, Reason } from "../../protocol/types.ts";
import type { Scope } from "./scope.ts";

/** What is known of a candidate chunk before its score. */
export interface Features {
  /** BM25 over the index columns, divided by the question's mass. */
  readonly bm25: number;
  /** Share of the question's mass found in the chunk's text, its names or its path. */
  readonly coverage: number;
  /** Share of the question's mass found in the names the chunk defines. */
  readonly symbol: number;
  /** How much of one defined name the question spells out, times that name's share of the question. */
  readonly named: number;
  /** Share of the question's mass found in the signatures of what the chunk defines. */
  readonly signature: number;
  /** Share of the question's mass found in the path. */
  readonly path: number;
  /** What the file's other chunks hold, BM25 with falling weight, divided by the question's mass. */
  readonly file: number;
  /** A name of the question is defined here: 1 for an exact match, less when only its words agree. */
  readonly definition: number;
  /** A name of the question is defined here, and where its qualifier says (`task` of `task::spawn`). */
  readonly qualified: number;
  /** A literal of the question occurs here. */
  readonly literal: number;
  /** A path or stack frame of the question points here: 1 for the line, half for the file. */
  readonly pointed: number;
  /** How near the chunk's embedding is to the question's, see `meaningOf`. */
  readonly meaning: number;
}

/** Weights of the features, tuned on bench/recall. */
const featureWeights: Readonly<Record<keyof Features, number>> = {
  bm25: 1,
  coverage: 0.35,
  symbol: 0.4,
  named: 0.1,
  signature: 0.1,
  path: 1.6,
  file: 0.25,
  definition: 0.4,
  qualified: 1.8,
  literal: 1.2,
  pointed: 3,
  meaning: 0.5,
};

/** What nearness in meaning adds to a file before its text is read; see `Features.meaning`. */
export const priorMeaningWeight = 0.1;

/** With a spread of similarities below this, the nearest chunks are hardly nearer than any other. */
const minSpread = 0.1;

/**
 * Returns how near a similarity is, 0 to 1: 1 for that of the nearest chunk, 0 from the last of the neighbours on.
 * Similarities of different questions cannot be compared as they are: a question of common words is near to all.
 */
export function meaningOf(
  similarity: number,
  near: { readonly floor: number; readonly top: number },
): number {
  const spread = Math.max(minSpread, near.top - near.floor);
  return Math.min(1, Math.max(0, (similarity - near.floor) / spread));
}

/** Factors by role for a question that does not ask for tests, documentation or configuration. */
const roleFactors: Readonly<Record<FileRole, number>> = {
  source: 1,
  test: 0.7,
  docs: 0.75,
  config: 0.8,
};

/** Returns the factor of a file's role under the question's scope. */
export function roleFactor(role: FileRole, scope: Scope): number {
  const wish =
    role === "test"
      ? scope.tests
      : role === "docs"
        ? scope.docs
        : role === "config"
          ? scope.config
          : undefined;
  if (wish === "exclude") return roleFactors[role] * 0.2;
  if (wish !== undefined) return wish === "only" ? 1.6 : 1.1;
  const othersOnly = scope.tests === "only" || scope.docs === "only" || scope.config === "only";
  return othersOnly ? roleFactors[role] * 0.5 : roleFactors[role];
}

/** Returns the score of a candidate, larger is better. */
export function scoreOf(features: Features, factor: number): number {
  let sum = 0;
  for (const name of Object.keys(featureWeights) as (keyof Features)[])
    sum += featureWeights[name] * features[name];
  return sum * factor;
}

const reasonKinds: Readonly<Record<keyof Features, Reason["kind"]>> = {
  bm25: "body",
  coverage: "coverage",
  symbol: "symbol",
  named: "symbol",
  signature: "signature",
  path: "path",
  file: "file",
  definition: "definition",
  qualified: "exactSymbol",
  literal: "literal",
  pointed: "exactPath",
  meaning: "meaning",
};

/** What each feature adds to a score. */
export type ScoreParts = Readonly<Record<keyof Features, number>>;

/** Returns what the features add to a score by hand; `factor` as in `scoreOf`. */
export function handParts(features: Features, factor: number): ScoreParts {
  const parts = Object.entries(featureWeights).map(([name, weight]) => [
    name,
    weight * features[name as keyof Features] * factor,
  ]);
  return Object.fromEntries(parts) as ScoreParts;
}

/**
 * Returns what made up a score, the largest part first, each kind once; parts below a hundredth of it are left out.
 * `isExact`: the definition's name is spelled as the question spells it.
 */
export function reasonsOf(
  parts: ScoreParts,
  details: Partial<Record<keyof Features, string>>,
  isExact: boolean,
): Reason[] {
  const reasons = new Map<Reason["kind"], Reason>();
  const names = Object.keys(featureWeights) as (keyof Features)[];
  for (const name of names.sort((a, b) => parts[b] - parts[a])) {
    const kind = name === "definition" && isExact ? "exactSymbol" : reasonKinds[name];
    const known = reasons.get(kind);
    reasons.set(kind, {
      kind,
      detail: known?.detail ?? details[name] ?? "",
      weight: (known?.weight ?? 0) + parts[name],
    });
  }
  const total = [...reasons.values()].reduce((sum, { weight }) => sum + weight, 0);
  return [...reasons.values()]
    .filter(({ weight }) => weight > 0 && weight >= leastShare * total)
    .map((reason) => ({ ...reason, weight: Number(reason.weight.toPrecision(3)) }))
    .sort((a, b) => b.weight - a.weight);
}
const leastShare = 0.01;
