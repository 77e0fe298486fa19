/**
 * From text to tokens. Most words of a text are among a few thousand; their tokens are kept, so that such a
 * word costs one look into a table.
 */
import { reserve } from "./layout";
import { mergeWord } from "./pairs";
import { maxWord, wordEnd, wordStart } from "./words";

/** Kept words: 16 bytes of the word, zero-padded, then u16 number of tokens and up to seven tokens. */
const entryBytes: usize = 32;
const nEntries: u32 = 1 << 15;
const maxKeptBytes: usize = 16;
const maxKeptTokens: u32 = 7;
let entries: usize = 0;
/** Row n keeps the first n bytes of a word. */
const masks = memory.data(17 * 16, 16);
const folded = memory.data(32, 16);

/** Makes room for the kept words. Returns false when there is no memory. */
export function initTokens(): bool {
  entries = reserve(<usize>nEntries * entryBytes);
  for (let n: usize = 0; n <= maxKeptBytes; n++) memory.fill(masks + (n << 4), 0xff, n);
  return entries != 0;
}

/**
 * Writes the tokens (u16) of the text to `out`, which has room for one token a byte. 32 readable bytes
 * follow the text. Returns the number of tokens.
 */
export function tokenize(text: usize, length: usize, out: usize): u32 {
  const stop = text + length;
  let to = out;
  let at = wordStart(text, stop);
  while (at < stop) {
    const end = wordEnd(at, stop);
    const n = end - at;
    if (n > maxKeptBytes) {
      to += (<usize>mergeFolded(at, n, to)) << 1;
    } else {
      const key = v128.and(fold(v128.load(at)), v128.load(masks + (n << 4)));
      const entry = entries + <usize>(hashOf(key) & (nEntries - 1)) * entryBytes;
      if (v128.any_true(v128.xor(v128.load(entry), key))) {
        const nTokens = mergeFolded(at, n, to);
        if (nTokens <= maxKeptTokens) {
          v128.store(entry, key);
          store<u16>(entry, <u16>nTokens, 16);
          memory.copy(entry + 18, to, (<usize>nTokens) << 1);
        }
        to += (<usize>nTokens) << 1;
      } else {
        const nTokens = <usize>load<u16>(entry, 16);
        store<u32>(to, load<u32>(entry, 18));
        if (nTokens > 2) {
          store<u64>(to, load<u64>(entry, 22), 4);
          store<u16>(to, load<u16>(entry, 30), 12);
        }
        to += nTokens << 1;
      }
    }
    at = wordStart(end, stop);
  }
  return <u32>((to - out) >>> 1);
}

/** Capitals of ASCII become small letters. */
function fold(bytes: v128): v128 {
  const isUpper = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x41)), i8x16.splat(26));
  return v128.or(bytes, v128.and(isUpper, i8x16.splat(0x20)));
}

function hashOf(key: v128): u32 {
  const h =
    v128.extract_lane<u64>(key, 0) * 0x9e3779b97f4a7c15 +
    v128.extract_lane<u64>(key, 1) * 0xc2b2ae3d27d4eb4f;
  return <u32>((h ^ (h >>> 29)) >>> 17);
}

function mergeFolded(word: usize, n: usize, out: usize): u32 {
  v128.store(folded, fold(v128.load(word)));
  if (n > 16) v128.store(folded, fold(v128.load(word, 16)), 16);
  return mergeWord(folded, <u32>(n < maxWord ? n : maxWord), out);
}
