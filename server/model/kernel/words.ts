/**
 * Cuts bytes into words. A word is a run of letters of one script or of digits; it ends where an identifier's
 * part ends (`getHTTPServer2` is `get`, `http`, `server`, `2`) and after 32 bytes. All other bytes separate.
 */

/** Longest word in bytes. */
export const maxWord: usize = 32;

const other: u8 = 0;
const lower: u8 = 1;
const upper: u8 = 2;
const digit: u8 = 3;
const beyondAscii: u8 = 4;

const classes = memory.data(256, 16);

/** Fills the table of byte classes; to be called once. */
export function initWords(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let kind = other;
    if (byte >= 0x80) kind = beyondAscii;
    else if (byte - 0x61 < 26) kind = lower;
    else if (byte - 0x41 < 26) kind = upper;
    else if (byte - 0x30 < 10) kind = digit;
    store<u8>(classes + byte, kind);
  }
}

/** Returns the first byte at or after `at` that begins a word, `stop` when none does. */
export function wordStart(at: usize, stop: usize): usize {
  let i = at;
  while (i < stop && load<u8>(classes + load<u8>(i)) == other) i++;
  return i;
}

/** Returns where the word ends that begins at `at`. */
export function wordEnd(at: usize, stop: usize): usize {
  const limit = stop - at > maxWord ? at + maxWord : stop;
  const first = load<u8>(classes + load<u8>(at));
  let i = at + 1;
  if (first == upper) {
    while (i < limit && load<u8>(classes + load<u8>(i)) == upper) i++;
    // The last capital of a run belongs to the small letters after it, unless it is alone.
    if (i < stop && load<u8>(classes + load<u8>(i)) == lower) {
      if (i - at > 1) return i - 1;
      while (i < limit && load<u8>(classes + load<u8>(i)) == lower) i++;
    }
    return i;
  }
  while (i < limit && load<u8>(classes + load<u8>(i)) == first) i++;
  return i;
}
