/**
 * From tokens to an embedding: the sum of the tokens' rows, quantised. Rows are int8 and hold the tokens'
 * weights already.
 */
import { reserve } from "./layout";
import { tokenize } from "./tokens";

/** Rows that can be added as int16 before a sum of int8 could overflow. */
const maxRun: u32 = 256;
let dimensions: usize = 0;
let tokenCap: u32 = 0;
let vocabulary: usize = 0;
/** u16 tokens, then u32 offsets of rows, then the int32 sum. */
let tokens: usize = 0;
let rows: usize = 0;
let sums: usize = 0;
/** For each token how often it came in this text, counted from `countBase`. */
let counts: usize = 0;
let countBase: u32 = 0;

/**
 * To be called once. `nDimensions` is a multiple of 64; a token counts `cap` times in a text, 0 for always.
 * Returns false when there is no memory.
 */
export function initEncode(nTokens: u32, nDimensions: u32, cap: u32, maxBytes: u32): bool {
  vocabulary = nTokens;
  dimensions = nDimensions;
  tokenCap = cap;
  tokens = reserve(<usize>maxBytes * 2 + 64);
  rows = reserve(<usize>maxBytes * 4 + 64);
  sums = reserve(<usize>nDimensions * 4);
  counts = reserve(<usize>nTokens * 4);
  return tokens != 0 && rows != 0 && sums != 0 && counts != 0;
}

/**
 * Writes the embedding (int8) of a text of at most `maxBytes` bytes to `out`; 32 readable bytes follow the
 * text. Returns the number of its tokens; without any the embedding is zero.
 */
export function encode(text: usize, length: usize, table: usize, out: usize): u32 {
  const nTokens = tokenize(text, length, tokens);
  const nRows = chooseRows(nTokens);
  memory.fill(sums, 0, dimensions * 4);
  for (let block: usize = 0; block < dimensions; block += 64)
    for (let from: u32 = 0; from < nRows; from += maxRun)
      addRows(table + block, from, min(from + maxRun, nRows), sums + block * 4);
  quantise(out);
  return nTokens;
}

/** Turns tokens into offsets of rows, without those beyond the cap. */
function chooseRows(nTokens: u32): u32 {
  const stop = tokens + ((<usize>nTokens) << 1);
  let to = rows;
  if (tokenCap == 0) {
    for (let at = tokens; at < stop; at += 2, to += 4)
      store<u32>(to, <u32>(<usize>load<u16>(at) * dimensions));
    return nTokens;
  }
  if (countBase > 0xffffffff - 2 * tokenCap) {
    memory.fill(counts, 0, vocabulary * 4);
    countBase = 0;
  }
  const full = countBase + tokenCap;
  for (let at = tokens; at < stop; at += 2) {
    const token = <usize>load<u16>(at);
    const count = max(load<u32>(counts + (token << 2)), countBase);
    if (count == full) continue;
    store<u32>(counts + (token << 2), count + 1);
    store<u32>(to, <u32>(token * dimensions));
    to += 4;
  }
  countBase = full;
  return <u32>((to - rows) >>> 2);
}

/** Adds 64 dimensions of the rows [from, to) to the int32 sums at `sum`. */
function addRows(table: usize, from: u32, to: u32, sum: usize): void {
  let a = i64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  const stop = rows + ((<usize>to) << 2);
  for (let at = rows + ((<usize>from) << 2); at < stop; at += 4) {
    const row = table + load<u32>(at);
    a = i16x8.add(a, v128.load_ext<i8>(row));
    b = i16x8.add(b, v128.load_ext<i8>(row, 8));
    c = i16x8.add(c, v128.load_ext<i8>(row, 16));
    d = i16x8.add(d, v128.load_ext<i8>(row, 24));
    e = i16x8.add(e, v128.load_ext<i8>(row, 32));
    f = i16x8.add(f, v128.load_ext<i8>(row, 40));
    g = i16x8.add(g, v128.load_ext<i8>(row, 48));
    h = i16x8.add(h, v128.load_ext<i8>(row, 56));
  }
  widen(sum, a);
  widen(sum + 32, b);
  widen(sum + 64, c);
  widen(sum + 96, d);
  widen(sum + 128, e);
  widen(sum + 160, f);
  widen(sum + 192, g);
  widen(sum + 224, h);
}

/** Adds eight int16 to eight int32. */
function widen(sum: usize, run: v128): void {
  v128.store(sum, i32x4.add(v128.load(sum), i32x4.extend_low_i16x8_s(run)));
  v128.store(sum, i32x4.add(v128.load(sum, 16), i32x4.extend_high_i16x8_s(run)), 16);
}

/** Scales the sums so that the largest becomes 127 or -127. */
function quantise(out: usize): void {
  let largest = i64x2.splat(0);
  for (let i: usize = 0; i < dimensions; i += 4)
    largest = i32x4.max_s(largest, i32x4.abs(v128.load(sums + (i << 2))));
  const most = max(
    max(i32x4.extract_lane(largest, 0), i32x4.extract_lane(largest, 1)),
    max(i32x4.extract_lane(largest, 2), i32x4.extract_lane(largest, 3)),
  );
  if (most == 0) {
    memory.fill(out, 0, dimensions);
    return;
  }
  const scale = f32x4.splat(127 / <f32>most);
  for (let i: usize = 0; i < dimensions; i += 8) {
    const at = sums + (i << 2);
    const low = rounded(v128.load(at), scale);
    const high = rounded(v128.load(at, 16), scale);
    const half = i16x8.narrow_i32x4_s(low, high);
    store<u64>(out + i, v128.extract_lane<u64>(i8x16.narrow_i16x8_s(half, half), 0));
  }
}

function rounded(sum: v128, scale: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(f32x4.convert_i32x4_s(sum), scale)));
}
