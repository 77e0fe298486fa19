/** Lines of a text as VS Code counts them: `\r\n`, `\n` and a lone `\r` each end a line. */
import type { Position, Range } from "../../protocol/types.ts";

/**
 * Offset of each line's first UTF-16 unit, in order; the first is 0. A text that ends with a line
 * break has a last line that is empty, and an empty text has one empty line.
 */
export function lineStarts(text: string): Uint32Array {
  let starts = new Uint32Array(64 + (text.length >>> 4));
  let nLines = 1;
  const add = (offset: number): void => {
    if (nLines === starts.length) {
      const larger = new Uint32Array(starts.length * 2);
      larger.set(starts);
      starts = larger;
    }
    starts[nLines++] = offset;
  };
  // Most texts hold no \r, and then only one character has to be looked for.
  let nextReturn = text.indexOf("\r");
  let nextFeed = text.indexOf("\n");
  while (nextFeed !== -1 || nextReturn !== -1) {
    if (nextReturn === -1 || (nextFeed !== -1 && nextFeed < nextReturn)) {
      add(nextFeed + 1);
      nextFeed = text.indexOf("\n", nextFeed + 1);
    } else {
      const isPair = nextFeed === nextReturn + 1;
      const end = nextReturn + (isPair ? 2 : 1);
      add(end);
      if (isPair) nextFeed = text.indexOf("\n", end);
      nextReturn = text.indexOf("\r", end);
    }
  }
  return starts.subarray(0, nLines);
}

/** The line that holds `offset`; an offset at or after the text's end belongs to the last line. */
export function lineAt(starts: Uint32Array, offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The position of `offset`. Inside a `\r\n` pair the character counts on within the line that it ends. */
function positionAt(starts: Uint32Array, offset: number): Position {
  const line = lineAt(starts, offset);
  return { line, character: offset - (starts[line] ?? 0) };
}

/** The range of `[startOffset, endOffset)`. */
export function rangeAt(starts: Uint32Array, startOffset: number, endOffset: number): Range {
  return { start: positionAt(starts, startOffset), end: positionAt(starts, endOffset) };
}

/**
 * The offset of a position. A line past the end gives the text's length, a character past the line's end
 * gives the start of the next line.
 */
export function offsetAt(starts: Uint32Array, textLength: number, position: Position): number {
  const start = starts[position.line];
  if (start === undefined) return textLength;
  return Math.min(start + position.character, starts[position.line + 1] ?? textLength);
}

/** The half-open offsets of spans in `text`: start0, end0, start1, end1, … */
export function offsetsOfSpans(
  text: string,
  spans: readonly { readonly range: Range }[],
): number[] {
  const starts = lineStarts(text);
  const at = ({ line, character }: Position): number =>
    Math.min(text.length, (starts[line] ?? text.length) + character);
  return spans.flatMap(({ range }) => [at(range.start), at(range.end)]);
}
