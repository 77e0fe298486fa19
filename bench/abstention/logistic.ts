/** Logistic regression with a ridge, by Newton's method: the same rows give the same weights. */

/** Log-odds: the offset, then a weight for each fact. */
export type Weights = readonly number[];

const maxSteps = 50;
const smallStep = 1e-9;
/** Keeps a step finite where a row is as good as certain. */
const leastVariance = 1e-9;

/** Fits `isTrue` on rows of the same length. `ridge` pulls every weight but the offset towards 0. */
export function fitLogistic(
  rows: readonly (readonly number[])[],
  isTrue: readonly boolean[],
  ridge: number,
): Weights {
  const n = (rows[0]?.length ?? 0) + 1;
  let weights: number[] = Array.from({ length: n }, () => 0);
  for (let step = 0; step < maxSteps; step++) {
    const gradient = weights.map((weight, i) => (i === 0 ? 0 : ridge * weight));
    const curvature = weights.map((_, i) => weights.map((__, j) => (i === j && i > 0 ? ridge : 0)));
    for (const [r, row] of rows.entries()) {
      const p = probability(logOddsOf(weights, row));
      const variance = Math.max(leastVariance, p * (1 - p));
      const error = p - (isTrue[r] === true ? 1 : 0);
      const x = [1, ...row];
      for (let i = 0; i < n; i++) {
        gradient[i] = at(gradient, i) + error * at(x, i);
        const line = curvature[i] as number[];
        for (let j = 0; j < n; j++) line[j] = at(line, j) + variance * at(x, i) * at(x, j);
      }
    }
    const change = solve(curvature, gradient);
    weights = weights.map((weight, i) => weight - at(change, i));
    if (Math.max(...change.map(Math.abs)) < smallStep) break;
  }
  return weights;
}

export function logOddsOf([offset = 0, ...weights]: Weights, row: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * at(row, i), offset);
}

export function probability(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** Returns the mean of −log of the probability that was given to what was so. */
export function logLoss(logOdds: readonly number[], isTrue: readonly boolean[]): number {
  const sum = logOdds.reduce(
    (total, odds, i) => total + Math.log1p(Math.exp(isTrue[i] === true ? -odds : odds)),
    0,
  );
  return sum / logOdds.length;
}

/** Gauss's elimination with the largest pivot. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row, at(right, i)]);
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let k = i + 1; k < n; k++)
      if (Math.abs(at(rows[k], i)) > Math.abs(at(rows[pivot], i))) pivot = k;
    const top = rows[pivot] as number[];
    rows[pivot] = rows[i] as number[];
    rows[i] = top;
    for (const row of rows.slice(i + 1)) {
      const factor = at(row, i) / at(top, i);
      for (let j = i; j <= n; j++) row[j] = at(row, j) - factor * at(top, j);
    }
  }
  const result: number[] = Array.from({ length: n }, () => 0);
  for (let i = n - 1; i >= 0; i--) {
    let rest = at(rows[i], n);
    for (let j = i + 1; j < n; j++) rest -= at(rows[i], j) * at(result, j);
    result[i] = rest / at(rows[i], i);
  }
  return result;
}

function at(list: readonly number[] | undefined, i: number): number {
  return list?.[i] ?? 0;
}
