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

/**
 * As `scan`, for rows that have names: `ids` holds a u64 for each, which `bestIds` (u64) then holds. Lists overlap,
 * so a row whose name is among the best already is left out; it has the same score there.
 */
export function scanNamed(
  rows: usize,
  norms: usize,
  ids: usize,
  n: u32,
  nDimensions: u32,
  query: usize,
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
    const id = load<u64>(ids + ((<usize>i) << 3));
    let place = found;
    while (place > 0 && load<f32>(bestScores + ((<usize>(place - 1)) << 2)) < score) place--;
    let known = place;
    while (known > 0 && load<f32>(bestScores + ((<usize>(known - 1)) << 2)) == score) {
      if (load<u64>(bestIds + ((<usize>(known - 1)) << 3)) == id) break;
      known--;
    }
    if (known > 0 && load<f32>(bestScores + ((<usize>(known - 1)) << 2)) == score) continue;
    for (let at = found < k ? found++ : k - 1; at > place; at--) {
      const score32 = bestScores + ((<usize>(at - 1)) << 2);
      const id64 = bestIds + ((<usize>(at - 1)) << 3);
      store<f32>(score32, load<f32>(score32), 4);
      store<u64>(id64, load<u64>(id64), 8);
    }
    store<f32>(bestScores + ((<usize>place) << 2), score);
    store<u64>(bestIds + ((<usize>place) << 3), id);
    if (found == k) least = load<f32>(bestScores + ((<usize>(k - 1)) << 2));
  }
  return found;
}

/**
 * As `scan`, for some of the rows that lie in pages of 2 ^ `pageBits`: `list` holds their `n` numbers (u32), and `pages`
 * the address of each page's rows and that of its norms (u32 both).
 */
export function scanListed(
  list: usize,
  n: u32,
  pages: usize,
  pageBits: u32,
  nDimensions: u32,
  query: usize,
  k: u32,
  found: u32,
  bestIds: usize,
  bestScores: usize,
): u32 {
  const mask: u32 = (1 << pageBits) - 1;
  let least = found == k ? load<f32>(bestScores + ((<usize>(k - 1)) << 2)) : -Infinity;
  for (let i: u32 = 0; i < n; i++) {
    const id = load<u32>(list + ((<usize>i) << 2));
    const page = pages + ((<usize>(id >> pageBits)) << 3);
    const norm = load<f32>(<usize>load<u32>(page, 4) + ((<usize>(id & mask)) << 2));
    const row = <usize>load<u32>(page) + <usize>(id & mask) * nDimensions;
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
    store<u32>(bestIds + ((<usize>at) << 2), id);
    if (found == k) least = load<f32>(bestScores + ((<usize>(k - 1)) << 2));
  }
  return found;
}

/** Returns a checksum of `size` bytes, a multiple of 16: damage on a disk changes it, a forger is not held off. */
export function checksum(at: usize, size: usize): u32 {
  const prime = i32x4.splat(0x01000193);
  let a = i32x4(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344);
  let b = i32x4(0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89);
  let c = i32x4(0x452821e6, 0x38d01377, 0xbe5466cf, 0x34e90c6c);
  let d = i32x4(0xc0ac29b7, 0xc97c50dd, 0x3f84d5b5, 0xb5470917);
  const end = at + size;
  // Four at a time, since each multiplication waits for the one before.
  for (const whole = at + (size & ~63); at < whole; at += 64) {
    a = i32x4.mul(v128.xor(a, v128.load(at)), prime);
    b = i32x4.mul(v128.xor(b, v128.load(at, 16)), prime);
    c = i32x4.mul(v128.xor(c, v128.load(at, 32)), prime);
    d = i32x4.mul(v128.xor(d, v128.load(at, 48)), prime);
  }
  for (; at < end; at += 16) a = i32x4.mul(v128.xor(a, v128.load(at)), prime);
  a = i32x4.mul(v128.xor(a, b), prime);
  c = i32x4.mul(v128.xor(c, d), prime);
  const sum = i32x4.mul(v128.xor(a, i32x4.shl(c, 1)), prime);
  let mixed: u32 = i32x4.extract_lane(sum, 0);
  mixed = (mixed ^ i32x4.extract_lane(sum, 1)) * 0x01000193;
  mixed = (mixed ^ i32x4.extract_lane(sum, 2)) * 0x01000193;
  return (mixed ^ i32x4.extract_lane(sum, 3)) * 0x01000193;
}

function laneSum(sum: v128): i32 {
  return (
    i32x4.extract_lane(sum, 0) +
    i32x4.extract_lane(sum, 1) +
    i32x4.extract_lane(sum, 2) +
    i32x4.extract_lane(sum, 3)
  );
}
