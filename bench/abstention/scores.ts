/** How well a probability tells what is so from what is not, and whether it means what it says. */
import { MersenneTwister, type Interval } from "../bootstrap.ts";

/**
 * Area under the ROC curve: how often what is so has the higher score than what is not (Mann and Whitney 1947), ties
 * counted half. NaN when one of them is missing.
 */
export function auroc(scores: readonly number[], isTrue: readonly boolean[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const nTrue = isTrue.filter(Boolean).length;
  let ranks = 0;
  for (let first = 0; first < order.length;) {
    let end = first;
    while (end < order.length && scores[order[end] ?? 0] === scores[order[first] ?? 0]) end++;
    const rank = (first + end + 1) / 2;
    for (const i of order.slice(first, end)) if (isTrue[i] === true) ranks += rank;
    first = end;
  }
  return (ranks - (nTrue * (nTrue + 1)) / 2) / (nTrue * (scores.length - nTrue));
}

const nBins = 10;

/** Questions whose probability lies in one tenth. */
export interface Bin {
  readonly n: number;
  readonly nTrue: number;
  /** Of the probabilities. */
  readonly mean: number;
}

/** Returns ten bins of the same width, from 0 to 1. */
export function reliability(probabilities: readonly number[], isTrue: readonly boolean[]): Bin[] {
  const bins = Array.from({ length: nBins }, () => ({ n: 0, nTrue: 0, sum: 0 }));
  for (const [i, p] of probabilities.entries()) {
    const bin = bins[Math.min(nBins - 1, Math.floor(p * nBins))];
    if (bin === undefined) continue;
    bin.n++;
    bin.sum += p;
    if (isTrue[i] === true) bin.nTrue++;
  }
  return bins.map(({ n, nTrue, sum }) => ({ n, nTrue, mean: sum / n }));
}

/** Expected calibration error (Naeini et al. 2015) over the ten bins. */
export function calibrationError(
  probabilities: readonly number[],
  isTrue: readonly boolean[],
): number {
  const gaps = reliability(probabilities, isTrue)
    .filter(({ n }) => n > 0)
    .map(({ n, nTrue, mean }) => n * Math.abs(mean - nTrue / n));
  return gaps.reduce((sum, gap) => sum + gap, 0) / probabilities.length;
}

const nDraws = 1_000;

/**
 * Returns the 95 % bootstrap interval of what `measure` makes of the rows. Whole repositories are drawn, for questions
 * about one repository are alike; draws for which there is no measure are left out.
 */
export function repositoryInterval<Row extends { readonly repository: string }>(
  rows: readonly Row[],
  measure: (drawn: readonly Row[]) => number,
): Interval {
  const groups = [...Map.groupBy(rows, ({ repository }) => repository).values()];
  const random = new MersenneTwister(1);
  const values: number[] = [];
  for (let draw = 0; draw < nDraws; draw++) {
    const drawn = groups.flatMap(() => groups[Math.floor(random.next() * groups.length)] ?? []);
    const value = measure(drawn);
    if (!Number.isNaN(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  return {
    low: values[Math.trunc(0.025 * values.length)] ?? NaN,
    high: values[Math.trunc(0.975 * values.length)] ?? NaN,
  };
}
