import { maxPrefixLength, maxSuffixLength } from "../../protocol/deepMemory.ts";

/** The text around a cursor that a completion is asked with. */
export interface Prompt {
  /** Absolute path. */
  readonly file: string;
  /** The cursor's, zero-based. */
  readonly line: number;
  readonly languageId: string;
  readonly prefix: string;
  readonly suffix: string;
}

/**
 * Where the prefix begins moves on only this many characters at a time: while somebody types, the beginning stays the
 * same, and the server reuses what it made of it.
 */
const startStep = 2_048;

/** Returns where a prefix may begin for a cursor at this offset, in UTF-16 code units. */
export function prefixStart(offset: number): number {
  return Math.max(0, Math.ceil((offset - maxPrefixLength) / startStep) * startStep);
}

/** Returns the text from `prefixStart` to the cursor without the line that it begins within, where lines are short. */
export function wholeLines(text: string, start: number): string {
  if (start === 0) return text;
  const end = text.indexOf("\n");
  if (end >= 0 && end < startStep) return text.slice(end + 1);
  // Half a character is no text.
  return isLowSurrogate(text.charCodeAt(0)) ? text.slice(1) : text;
}

/** Returns as much of the text behind a cursor as is asked with. */
export function suffixOf(text: string): string {
  const cut = text.slice(0, maxSuffixLength);
  const last = cut.charCodeAt(cut.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? cut.slice(0, -1) : cut;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** True where completing makes sense: not within a word. */
export function isCompletable({ suffix }: Prompt): boolean {
  return !/^[\p{L}\p{N}_$]/u.test(suffix);
}

/** Returns what can be shown at the cursor: one line where code follows on the cursor's line, `undefined` for nothing. */
export function shownText(text: string, { suffix }: Prompt): string | undefined {
  const [rest = ""] = suffix.split("\n", 1);
  const shown = /^[\s)\]}"'`,;:]*$/.test(rest) ? text : (text.split(/\r?\n/, 1)[0] ?? "");
  return shown.trim() === "" ? undefined : shown;
}
