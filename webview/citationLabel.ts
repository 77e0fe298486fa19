import type { Citation, Range } from "../protocol/types.ts";
import type { CitationState } from "./state.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";
import { clamp, oneLine } from "./visibleText.ts";

/** Longest file name, and longest other part of a place, that is shown whole, in UTF-16 code units. */
const maxNameShown = 48;
const maxPartShown = 120;

/** Returns the last part of a path; of a very long one its beginning and its end. */
export function fileName(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name.length <= maxNameShown) return oneLine(name);
  const half = maxNameShown / 2;
  return oneLine(`${clamp(name, half).text}…${name.slice(-half).toWellFormed()}`);
}

/** Returns the folder of a path, `""` for a file at the top. */
export function folderName(path: string): string {
  return oneLine(path.slice(0, Math.max(0, path.lastIndexOf("/"))), maxPartShown);
}

/** First and last line of a range, one-based and inclusive as people count. */
function linesOf(range: Range): { readonly first: number; readonly last: number } {
  const first = range.start.line + 1;
  // A range that ends before the first character of a line does not reach into that line.
  const last = range.end.character === 0 ? range.end.line : range.end.line + 1;
  return { first, last: Math.max(first, last) };
}

/** Returns the lines in short, such as `12` or `12–40`. */
export function shortLines(range: Range): string {
  const { first, last } = linesOf(range);
  return first === last ? String(first) : `${first}–${last}`;
}

/** Returns path and lines for a plain-text copy, such as `src/a.ts:12-40`. */
export function plainPlace(citation: Citation): string {
  const { first, last } = linesOf(citation.range);
  return `${citation.path}:${first === last ? first : `${first}-${last}`}`;
}

/** Returns the whole place in words: path, lines, definition. */
export function longPlace(citation: Citation, texts: Texts): string {
  const { first, last } = linesOf(citation.range);
  const lines =
    first === last
      ? texts.text("citation.line", String(first))
      : texts.text("citation.lines", String(first), String(last));
  return [oneLine(citation.path), lines, symbolName(citation)].filter(Boolean).join(", ");
}

/** Returns the definition with what it stands in, such as `RetryPolicy.next`; `""` when there is none. */
export function symbolName(citation: Citation): string {
  const { symbol } = citation;
  if (symbol === undefined) return "";
  return oneLine([symbol.container, symbol.name].filter(Boolean).join("."), maxPartShown);
}

/** Keys of the short and the long word for what became of a citation; a current one needs none. */
export const citationStateText: Readonly<
  Record<Exclude<CitationState, "current">, { readonly short: StringKey; readonly long: StringKey }>
> = {
  moved: { short: "citation.moved", long: "citation.movedLong" },
  stale: { short: "citation.stale", long: "citation.staleLong" },
  gone: { short: "citation.gone", long: "citation.goneLong" },
};

/** Tells whether a link's label says more than the file name and lines that its chip shows anyway. */
export function labelAddsMeaning(label: string, citation: Citation): boolean {
  const trimmed = label.trim();
  // A number, or a place that names its lines, says nothing that the chip does not.
  if (trimmed === "" || /^[\d\s[\](),–-]+$|:\d+(?:[-–]\d+)?`*$/.test(trimmed)) return false;
  return !trimmed.includes(citation.path.slice(citation.path.lastIndexOf("/") + 1));
}

/**
 * Returns an answer for the clipboard: its markdown with each citation link written as label and place, and
 * without the marks that only Lore reads.
 */
export function answerForClipboard(markdown: string, citations: readonly Citation[]): string {
  return markdown
    .replaceAll(/\[\*\]\(#mark-\d+\)/g, "")
    .replace(
      /\[((?:`+[^`\n]*`+|[^\]`\n])*)\]\(#cite-(\d+)\)/g,
      (link, label: string, index: string) => {
        const citation = citations[Number(index)];
        if (citation === undefined) return link;
        const place = `\`${plainPlace(citation)}\``;
        return labelAddsMeaning(label, citation) ? `${label} (${place})` : place;
      },
    )
    .replace(/^(\s*(?:`{3,}|~{3,})[^\s`{]*) *\{[^}\n]*\}\s*$/gm, "$1");
}
