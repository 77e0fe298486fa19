/** Headings and blocks of Markdown, as CommonMark 0.31 has them (sections 4.2, 4.3, 4.5). */
import type { Heading, ProseReader } from "./sections.ts";

/** Reads ATX and setext headings outside of front matter, fenced code and comments. */
export const readMarkdown: ProseReader = (lines) => {
  const headings: Heading[] = [];
  const continues = new Array<boolean>(lines.length).fill(false);
  let line = frontMatterEnd(lines, continues);
  let paragraphStart = -1;
  while (line < lines.length) {
    const content = (lines[line] ?? "").slice(0, maxHeadingLength);
    const blockEnd = endOfOpaqueBlock(lines, line);
    const atx = atxHeading.exec(content);
    const underline = setextUnderline.exec(content);
    if (blockEnd > line) {
      continues.fill(true, line + 1, blockEnd + 1);
      paragraphStart = -1;
      line = blockEnd;
    } else if (atx !== null) {
      const [, marks = "", title = ""] = atx;
      headings.push({ line, lastLine: line, level: marks.length, title: withoutMarkup(title) });
      paragraphStart = -1;
    } else if (underline !== null && paragraphStart >= 0) {
      const title = lines.slice(paragraphStart, line).join(" ").slice(0, maxHeadingLength);
      const level = underline[1]?.startsWith("=") === true ? 1 : 2;
      headings.push({ line: paragraphStart, lastLine: line, level, title: withoutMarkup(title) });
      paragraphStart = -1;
    } else if (content.trim() === "" || noParagraph.test(content)) {
      paragraphStart = -1;
    } else if (paragraphStart < 0 && !isInsideContainer(lines, line)) {
      paragraphStart = line;
    }
    line++;
  }
  return { headings, continues };
};

const atxHeading = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
/** What is longer is no heading; cutting first keeps hostile lines cheap. */
const maxHeadingLength = 500;
const setextUnderline = /^ {0,3}(=+|-+)[ \t]*$/;
/** Lines that open no paragraph: quotes, lists, tables, rules, indented code, HTML. */
const noParagraph =
  /^(?: {0,3}(?:>|[-+*][ \t]|\d{1,9}[.)][ \t]|\||<|(?:[-_*][ \t]*){3,}$)|\t| {4})/;

/** The line of the closing `---`, or 0 when the text does not start with front matter. */
function frontMatterEnd(lines: readonly string[], continues: boolean[]): number {
  if (lines[0]?.trimEnd() !== "---") return 0;
  const end = lines.findIndex((content, i) => i > 0 && /^(?:---|\.\.\.)[ \t]*$/.test(content));
  if (end < 0) return 0;
  continues.fill(true, 1, end + 1);
  return end + 1;
}

/** The last line of a fenced code block or comment that opens on `line`; `line` itself when none does. */
function endOfOpaqueBlock(lines: readonly string[], line: number): number {
  const content = lines[line] ?? "";
  const fence = /^ {0,3}(?:(`{3,})[^`]*|(~{3,}).*)$/.exec(content);
  if (fence !== null) {
    const marks = fence[1] ?? fence[2] ?? "";
    const closing = new RegExp(`^ {0,3}${marks[0] ?? ""}{${marks.length},}[ \\t]*$`);
    for (let i = line + 1; i < lines.length; i++) {
      if (closing.test(lines[i] ?? "")) return i;
    }
    return lines.length - 1;
  }
  if (!/^ {0,3}<!--/.test(content)) return line;
  for (let i = line; i < lines.length; i++) {
    if ((lines[i] ?? "").includes("-->")) return i;
  }
  return lines.length - 1;
}

/** A line that continues a list item or quote cannot become a heading by an underline. */
function isInsideContainer(lines: readonly string[], line: number): boolean {
  const before = lines[line - 1] ?? "";
  return before.trim() !== "" && noParagraph.test(before) && !setextUnderline.test(before);
}

function withoutMarkup(title: string): string {
  return title
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/<[^>]*>|\{#[^}]*\}/g, "")
    .replace(/[`*]|\\(?=[^\w\s])/g, "")
    .trim();
}
