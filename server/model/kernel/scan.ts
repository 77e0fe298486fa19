/**
 * Exact nearest neighbours: cosine similarity of one embedding with all of a list, and the best of them.
 */

/** Writes 1 / |row| (f32) of `n` int8 rows to `out`; 0 for a row of zeros, which is like nothing. */
export function inverseNorms(rows: usize, n: u32, nDimensions: u32, out: usize): void {
  for (let i: u32 = 0; i < n; i++) {
    const row = rows + <usize>i * nDimensions;
    let sum = i64x2.splat(0);
    for (let j: usize = 0; j < nDimensions; j += 16) {
      const low = v128.load_ext<i8>(row + j);
      const high = v128.load_ext<i8>(row + j, 8);
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(low, low));
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(high, high));
    }
    const square = <f32>laneSum(sum);
    store<f32>(out + ((<usize>i) << 2), square == 0 ? 0 : 1 / sqrt<f32>(square));
  }
}

/** Widens an int8 embedding to int16, as `scan` and `similarity` want it. */
export function widenQuery(query: usize, nDimensions: u32, out: usize): void {
  for (let j: usize = 0; j < nDimensions; j += 8)
    v128.store(out + (j << 1), v128.load_ext<i8>(query + j));
}

/** Returns the dot product of a row (int8) with a widened query. */
export function dot(row: usize, query: usize, nDimensions: u32): i32 {
  let even = i64x2.splat(0);
  let odd = even;
  for (let j: usize = 0; j < nDimensions; j += 64) {
    const r = row + j;
    const q = query + (j << 1);
    even = i32x4.add(even, i32x4.dot_i16x8_s(v128.load_ext<i8>(r), v128.load(q)));
    odd = i32x4.add(odd, i32x4.dot_i16x8_s(v128.load_ext<i8>(r, 8), v128.load(q, 16)));
    even = i32x4.add(even, i32x4.dot_i16x8_s(v128.load_ext<i8>(r, 16), v128.load(q, 32)));
    odd = i32x4.add(odd, i32x4.dot_i16x8_s(v128.load_ext<i8>(r, 24), v128.load(q, 48)));
    even = i32x4.add(even, i32x4.dot_i16x8_s(v128.load_ext<i8>(r, 32), v128.load(q, 64)));
    odd = i32x4.add(odd, i32x4.dot_i16x8_s(v128.load_ext<i8>(r, 40), v128.load(q, 80)));
    even = i32x4.add(even, i32x4.dot_i16x8_s(v128.load_ext<i8>(r, 48), v128.load(q, 96)));
    odd = i32x4.add(odd, i32x4.dot_i16x8_s(v128.load_ext<i8>(r, 56), v128.load(q, 112)));
  }
  return laneSum(i32x4.add(even, odd));
}

/**
 * Goes on with a search: `found` best are in `bestIds` (u32) and `bestScores` (f32) already, best first, the
 * earlier first among equals. Adds those of `n` more rows, which are called `firstId`, `firstId + 1`, …, and keeps
 * the best `k`. A score is the dot product times the row's inverse norm; rows of zeros are left out. Returns how
 * many there are now.
 */
export function scan(
  rows: usize,
  norms: usize,
  n: u32,
  nDimensions: u32,
  query: usize,
  firstId: u32,
  k: u32,
  found: u32,
  bestIds: usize,
  bestScores: usize,
): u32 {
  let least = found == k ? load<f32>(bestScores + ((<usize>(k - 1)) << 2)) : -Infinity;
  let row = rows;
  for (let i: u32 = 0; i < n; i++, row += nDimensions) {
    const norm = load<f32>(norms + ((<usize>i) << 2));
    const score = <f32>dot(row, query, nDimensions) * norm;
    if (score <= least || norm == 0) continue;
    let at = found < k ? found++ : k - 1;
    while (at > 0 && load<f32>(bestScores + ((<usize>(at - 1)) << 2)) < score) {
      const from = (<usize>(at - 1)) << 2;
      store<f32>(bestScores + from, load<f32>(bestScores + from), 4);
      store<u32>(bestIds + from, load<u32>(bestIds + from), 4);
      at--;
    }
    store<f32>(bestScores + ((<usize>at) << 2), score);
    store<u32>(bestIds + ((<usize>at) << 2), firstId + i);
    if (found == k) least = load<f32>(bestScores + ((<usize>(k - 1)) << 2));
  }
  return found;
}

function laneSum(sum: v128): i32 {
  return (
    i32x4.extract_lane(sum, 0) +
    i32x4.extract_lane(sum, 1) +
    i32x4.extract_lane(sum, 2) +
    i32x4.extract_lane(sum, 3)
  );
}
