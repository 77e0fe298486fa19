/**
 * The metric of the evaluation set: file-level recall, MRR and nDCG, and whether the right function is among
 * the first ten places. Equal to the set's own script, number for number.
 */

/** A place that a system returned; lines are 1-based and inclusive. */
export interface ResultSpan {
  readonly path: string;
  readonly startLine?: number;
  readonly endLine?: number;
}

export interface EvalQuestion {
  readonly id: string;
  readonly kind: "doc" | "commit";
  readonly query: string;
  /** The name of the function that a `doc` question is about. */
  readonly symbol?: string;
  readonly relevant: readonly {
    readonly path: string;
    readonly startLine?: number;
    readonly endLine?: number;
  }[];
}

/** `span@10` only exists for `doc` questions. */
export type MetricName =
  "recall@1" | "recall@5" | "recall@10" | "hit@10" | "mrr@10" | "ndcg@10" | "span@10";
export type Scores = Readonly<Partial<Record<MetricName, number>>>;

/** A span of more lines does not count as the function. */
const maxSpanLines = 400;
/** This share of the shorter of the two spans must overlap. */
const minOverlap = 0.5;
const noLine = 10 ** 9;

/** Returns one question's scores. Results in files that the set does not know are left out. */
export function score(
  question: EvalQuestion,
  results: readonly ResultSpan[],
  knownFiles: ReadonlySet<string>,
): Scores {
  const known = results.filter(({ path }) => knownFiles.has(path));
  const files = [...new Set(known.map(({ path }) => path))];
  const relevant = new Set(question.relevant.map(({ path }) => path));
  const first = files.findIndex((file) => relevant.has(file));
  const recallAt = (k: number): number =>
    files.slice(0, k).filter((file) => relevant.has(file)).length / relevant.size;
  return {
    "recall@1": recallAt(1),
    "recall@5": recallAt(5),
    "recall@10": recallAt(10),
    "hit@10": first >= 0 && first < 10 ? 1 : 0,
    "mrr@10": first >= 0 && first < 10 ? 1 / (first + 1) : 0,
    "ndcg@10": ndcg(files.slice(0, 10), relevant),
    ...(question.kind === "doc" ? { "span@10": spanHit(question, known.slice(0, 10)) } : {}),
  };
}

function ndcg(files: readonly string[], relevant: ReadonlySet<string>): number {
  const gain = (rank: number): number => 1 / Math.log2(rank + 2);
  const gained = files.reduce((sum, file, rank) => sum + (relevant.has(file) ? gain(rank) : 0), 0);
  let ideal = 0;
  for (let rank = 0; rank < Math.min(10, relevant.size); rank++) ideal += gain(rank);
  return gained / ideal;
}

function spanHit(question: EvalQuestion, results: readonly ResultSpan[]): number {
  return results.some((result) => isRightPlace(question, result)) ? 1 : 0;
}

/** Returns whether a place is the function that a `doc` question is about. */
export function isRightPlace(
  { relevant }: Pick<EvalQuestion, "relevant">,
  result: ResultSpan,
): boolean {
  const [wanted] = relevant;
  if (wanted?.startLine === undefined || wanted.endLine === undefined) return false;
  const { path, startLine: wantedStart, endLine: wantedEnd } = wanted;
  const start = result.startLine ?? 1;
  const end = result.endLine ?? noLine;
  const overlap = Math.min(end, wantedEnd) - Math.max(start, wantedStart) + 1;
  const shorter = Math.min(end - start + 1, wantedEnd - wantedStart + 1);
  return (
    result.path === path &&
    overlap > 0 &&
    overlap >= minOverlap * shorter &&
    end - start < maxSpanLines
  );
}

/** Returns the mean, NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
