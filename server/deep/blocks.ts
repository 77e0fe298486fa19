/**
 * Cuts a chunk into blocks, which is what is recalled: at the borders that code shows (blank lines, lines that stand
 * at the left edge), after EM-LLM (Fountas et al. 2024), where surprise finds the borders of events.
 */
import { maxBlockTokens } from "../bank/bankTypes.ts";

/** A block is not ended at a border before it has so many tokens. */
const minBlockTokens = 40;

export interface Blocks {
  /** First token of each block, counted in the chunk. */
  readonly starts: readonly number[];
  /** First and last line of each, counted from the chunk's first line. */
  readonly lines: readonly (readonly [first: number, last: number])[];
}

/** What a token's text says of where it stands. */
export interface TokenText {
  bytesOf(token: number): Uint8Array;
}

const lineBreak = 0x0a;

/** Returns the blocks of `tokens` behind the header; none when there is nothing behind it. */
export function blocksOf(tokens: Uint16Array, headerLength: number, text: TokenText): Blocks {
  const starts: number[] = [];
  const lines: [number, number][] = [];
  let line = 0;
  for (let at = headerLength; at < tokens.length; at++) {
    const start = starts.at(-1);
    const length = start === undefined ? Infinity : at - start;
    const isFull = length >= maxBlockTokens || (isLineStart(tokens, at, text) && overflows(at));
    if (length >= minBlockTokens && (isFull || isBorder(tokens, at, text))) {
      starts.push(at);
      lines.push([line, line]);
    }
    line += breaksIn(text.bytesOf(tokens[at] as number));
    (lines.at(-1) as [number, number])[1] = line;
  }
  return { starts, lines };

  /** Whether the line that starts here would not fit into the block any more. */
  function overflows(at: number): boolean {
    const start = starts.at(-1) ?? at;
    let end = at + 1;
    while (end < tokens.length && !isLineStart(tokens, end, text)) end++;
    return end - start > maxBlockTokens;
  }
}

function isLineStart(tokens: Uint16Array, at: number, text: TokenText): boolean {
  const token = tokens[at];
  return token !== undefined && text.bytesOf(token)[0] === lineBreak;
}

/** The last line break of a blank line, or one behind which a line begins at the left edge that does not close anything. */
function isBorder(tokens: Uint16Array, at: number, text: TokenText): boolean {
  const bytes = text.bytesOf(tokens[at] as number);
  if (bytes[0] !== lineBreak || isLineStart(tokens, at + 1, text)) return false;
  const isBlankBefore = isLineStart(tokens, at - 1, text);
  return isBlankBefore || (bytes.length === 1 && opens(tokens[at + 1], text));
}

/** Whether a line that begins with this token opens something: a letter, `_`, `@` or `#` does. */
function opens(token: number | undefined, text: TokenText): boolean {
  const first = token === undefined ? undefined : text.bytesOf(token)[0];
  return first !== undefined && /[\p{L}_@#]/u.test(String.fromCharCode(first));
}

function breaksIn(bytes: Uint8Array): number {
  let n = 0;
  for (const byte of bytes) if (byte === lineBreak) n++;
  return n;
}
