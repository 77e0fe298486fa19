/** Where code of an answer goes in a file. */

/** A span of a text, in UTF-16 code units, half-open, and what takes its place. */
export interface CodeChange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Lines that say too little to find a place by. */
const isTelling = (line: string): boolean => /[\p{L}\p{N}].*[\p{L}\p{N}]/u.test(line);

/**
 * Returns what to change so that `code` is in `text`. It takes the place of what is selected; without a selection, of the
 * lines from its own first line to its own last one, where the first stands once in the text; else it goes in at the
 * cursor, on lines of its own.
 */
export function changeWith(
  text: string,
  selection: { readonly start: number; readonly end: number },
  code: string,
): CodeChange {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = withoutOuterBlanks(code.split(/\r?\n/));
  const added = lines.join(eol);
  if (selection.start !== selection.end) return { ...selection, text: added };
  const found = sameLines(text, lines);
  if (found !== undefined)
    return { ...found, text: indentedLike(text, found.start, lines).join(eol) };
  const lineStart = text.lastIndexOf("\n", selection.start - 1) + 1;
  return { start: lineStart, end: lineStart, text: `${added}${eol}` };
}

/** The span from the line that the code begins with to the next one that it ends with. */
function sameLines(
  text: string,
  lines: readonly string[],
): { readonly start: number; readonly end: number } | undefined {
  const first = lines[0]?.trim() ?? "";
  const last = lines.at(-1)?.trim() ?? "";
  if (!isTelling(first)) return undefined;
  const there = linesOf(text);
  const starts = there.filter(({ line }) => line.trim() === first);
  const [start] = starts;
  if (start === undefined || starts.length > 1) return undefined;
  const indent = indentOf(start.line);
  // The end of a definition has its own indentation; what is further in belongs to its inside.
  const end = there.find(
    ({ at, line }) =>
      at >= start.at && line.trim() === last && (at === start.at || indentOf(line) === indent),
  );
  return end && { start: start.at, end: end.at + end.line.length };
}

function linesOf(text: string): { readonly at: number; readonly line: string }[] {
  let at = 0;
  return text.split("\n").map((raw) => {
    const line = { at, line: raw.replace(/\r$/, "") };
    at += raw.length + 1;
    return line;
  });
}

/** The code with the indentation that its first line has in the file. */
function indentedLike(text: string, start: number, lines: readonly string[]): string[] {
  const indent = indentOf(text.slice(start, start + 1_000));
  const own = indentOf(lines[0] ?? "");
  if (indent === own) return [...lines];
  return lines.map((line) =>
    line.trim() === "" ? line : `${indent}${line.startsWith(own) ? line.slice(own.length) : line}`,
  );
}

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

function withoutOuterBlanks(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== "");
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return lines.slice(Math.max(0, first), last + 1);
}
