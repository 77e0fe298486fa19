/**
 * Puts text from the workspace into markdown so that it shows as itself: never as a link, an image,
 * HTML or a heading. Only `citeLink` and `turnLink` make links.
 */
import type { TurnPlace } from "../../protocol/turns.ts";

/** Shows control, format and bidi characters as `\u{…}` instead of letting them act. */
export function visible(text: string): string {
  return text.replace(
    invisible,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
}
/** Tab, line breaks and the joiners inside emoji and Indic words are not among them. */
const invisible =
  /[\0-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Returns free text on one line with everything escaped that markdown or a link finder would act on. */
export function prose(text: string): string {
  const line = visible(text).replace(/[\s]+/g, " ").trim().toWellFormed();
  return line
    .replace(/[\\`*_[\]<>&~|$@^#{}]|:(?=\S)/g, "\\$&")
    .replace(/(?<=[\p{L}\p{N}])\.(?=[\p{L}\p{N}-])/gu, "\\.")
    .replace(/^[-+=]/, "\\$&")
    .replace(/^(\d{1,9})([.)])/, "$1\\$2");
}

/** Returns a code span that shows `text` on one line; `(empty)` when there is nothing to show. */
export function code(text: string): string {
  const line = visible(text.replace(/\s*[\r\n]\s*/g, " "))
    .replaceAll("\t", " ")
    .toWellFormed();
  if (line.trim() === "") return "(empty)";
  const ticks = "`".repeat(longestRun(line) + 1);
  const needsPad =
    line.startsWith("`") || line.endsWith("`") || line.startsWith(" ") || line.endsWith(" ");
  return needsPad ? `${ticks} ${line} ${ticks}` : ticks + line + ticks;
}

/** What stands for a note where a language model cites it: an id's beginning, by which the note can be found. */
export function noteLabel(noteId: string): string {
  return `note ${noteId.slice(0, 8)}`;
}

/** Returns a link to citation `n`, whose label shows `label` as code. */
export function citeLink(label: string, n: number): string {
  return `[${code(label)}](#cite-${n})`;
}

/**
 * Returns a link to a turn of a conversation; its label is free text. Ids are the store's own, so that they hold nothing
 * that markdown would act on.
 */
export function turnLink(label: string, { conversationId, turnId }: TurnPlace): string {
  return `[${prose(label)}](#turn-${conversationId}/${turnId})`;
}

/** Returns a code block that shows `text` exactly. `line` is zero-based; the block's info string counts from one. */
export function codeBlock(text: string, language: string, line: number, n: number): string {
  const fence = fenceOf(text);
  const name = /^[\w+#-]{1,30}$/.test(language) ? language : "plaintext";
  return `${fence}${name} {start=${line + 1} cite=${n}}\n${text}\n${fence}\n`;
}

/** Returns backticks that no line of `text` can close a code block with. */
export function fenceOf(text: string): string {
  return "`".repeat(Math.max(3, longestRun(text) + 1));
}

function longestRun(text: string): number {
  let longest = 0;
  for (const run of text.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  return longest;
}

/** Returns `text` cut to at most `max` UTF-16 units, with `…` when something was cut; pairs stay whole. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = (text.charCodeAt(max - 1) & 0xfc00) === 0xd800 ? max - 1 : max;
  return `${text.slice(0, end).trimEnd()}…`;
}

/** `3 files`, `1 file`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], before: "and" | "or" = "and"): string {
  if (items.length < 2) return items[0] ?? "";
  return `${items.slice(0, -1).join(", ")} ${before} ${items.at(-1) as string}`;
}
