/**
 * Keys and values in int8, symmetric, with a scale for each token and head: the largest value of a head becomes
 * 127. The rows of the index are keys with one scale for all heads, since only their direction counts.
 */

/** Quantised vectors of `T` tokens. */
export interface Quantised {
  /** [T, dk]. */
  readonly values: Int8Array;
  /** [T, heads]; a value is `int8 * scale`. */
  readonly scales: Float32Array;
}

/** Quantises `[T, heads * dHead]`. The values have to be finite. */
export function quantiseHeads(vectors: Float32Array, dHead: number): Quantised {
  const nHeads = vectors.length / dHead;
  const values = new Int8Array(vectors.length);
  const scales = new Float32Array(nHeads);
  for (let head = 0; head < nHeads; head++) {
    const from = head * dHead;
    const scale = Math.fround(largest(vectors, from, from + dHead) / 127);
    // What is smaller than single precision can divide by is as good as nothing.
    if (!(scale > 1e-37)) continue;
    scales[head] = scale;
    for (let i = from; i < from + dHead; i++)
      values[i] = Math.max(-127, Math.min(127, Math.round((vectors[i] as number) / scale)));
  }
  return { values, scales };
}

/** Length of an index row of `dk` dimensions: the kernel takes 64 at once, so that zeros follow. */
export function rowLength(dk: number): number {
  return Math.ceil(dk / 64) * 64;
}

/** Writes token `t` of quantised keys as an index row at `at`. */
export function putRow(
  keys: Quantised,
  t: number,
  dHead: number,
  nHeads: number,
  out: Int8Array,
  at: number,
): void {
  const most = largest(keys.scales, t * nHeads, (t + 1) * nHeads);
  for (let head = 0; head < nHeads; head++) {
    const factor = most === 0 ? 0 : (keys.scales[t * nHeads + head] as number) / most;
    const from = (t * nHeads + head) * dHead;
    for (let i = 0; i < dHead; i++)
      out[at + head * dHead + i] = Math.round((keys.values[from + i] as number) * factor);
  }
}

/** Returns a query as an index row: its largest value becomes 127. */
export function queryRow(query: Float32Array): Int8Array {
  const row = new Int8Array(rowLength(query.length));
  const most = largest(query, 0, query.length);
  if (most === 0) return row;
  query.forEach((value, i) => (row[i] = Math.round((value / most) * 127)));
  return row;
}

/** Returns whether all values are numbers and finite. */
export function isFiniteThroughout(values: Float32Array): boolean {
  // A sum is finite only when every term is; values so large that only their sum is not are no vectors either.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i] as number);
  return Number.isFinite(sum);
}

function largest(values: Float32Array, from: number, to: number): number {
  let most = 0;
  for (let i = from; i < to; i++) {
    const size = Math.abs(values[i] as number);
    if (size > most) most = size;
  }
  return most;
}
