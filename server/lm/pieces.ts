/**
 * Code to pieces that tokens never cross, over its bytes, whatever they are: nothing is dropped, so that text comes
 * back whole. A line break takes the indentation after it; a word ends where camel case does and may have one space
 * in front; each digit stands alone; punctuation runs up to 8 bytes and may have one space in front. The trainer's
 * `training/memory_lm/pieces.py` says the same as a regular expression.
 */

/** A piece has at most so many bytes: a space, a capital, and a run. */
export const maxPieceBytes = 34;
const maxRun = 32;
const maxMarks = 8;

const kinds = {
  control: 0,
  lineBreak: 1,
  blank: 2,
  digit: 3,
  upper: 4,
  lower: 5,
  mark: 6,
  high: 7,
};
const space = 0x20;

const kindOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x0a) return kinds.lineBreak;
  if (byte === space || byte === 0x09) return kinds.blank;
  if (byte >= 0x80) return kinds.high;
  if (byte < space || byte === 0x7f) return kinds.control;
  if (byte >= 0x30 && byte <= 0x39) return kinds.digit;
  if (byte >= 0x41 && byte <= 0x5a) return kinds.upper;
  if (byte >= 0x61 && byte <= 0x7a) return kinds.lower;
  return kinds.mark;
});

/** Returns where the piece that begins at `start`, which is inside `bytes`, ends: behind `start`. */
export function pieceEnd(bytes: Uint8Array, start: number): number {
  switch (kindAt(bytes, start)) {
    case kinds.lineBreak:
      return runEnd(bytes, start + 1, kinds.blank, maxRun);
    case kinds.blank: {
      const end = bytes[start] === space ? wordEnd(bytes, start + 1) : 0;
      return end > start + 1 ? end : runEnd(bytes, start, kinds.blank, maxRun);
    }
    case kinds.high:
      return runEnd(bytes, start, kinds.high, maxRun);
    case kinds.digit:
    case kinds.control:
      return start + 1;
    default:
      return wordEnd(bytes, start);
  }
}

/** Returns the end of what may have a space in front, a word or punctuation: `start` when none begins there. */
function wordEnd(bytes: Uint8Array, start: number): number {
  switch (kindAt(bytes, start)) {
    case kinds.upper: {
      const end = runEnd(bytes, start, kinds.upper, maxRun);
      if (kindAt(bytes, end) !== kinds.lower) return end;
      // The last capital begins the word that follows.
      return end - 1 > start ? end - 1 : runEnd(bytes, start + 1, kinds.lower, maxRun);
    }
    case kinds.lower:
      return runEnd(bytes, start, kinds.lower, maxRun);
    case kinds.mark:
      return runEnd(bytes, start, kinds.mark, maxMarks);
    default:
      return start;
  }
}

function runEnd(bytes: Uint8Array, start: number, kind: number, most: number): number {
  const limit = Math.min(bytes.length, start + most);
  let end = start;
  while (end < limit && kindAt(bytes, end) === kind) end++;
  return end;
}

/** `undefined` behind the end. */
function kindAt(bytes: Uint8Array, at: number): number | undefined {
  const byte = bytes[at];
  return byte === undefined ? undefined : kindOf[byte];
}
