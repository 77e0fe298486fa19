/** Headings of reStructuredText and AsciiDoc. */
import type { Heading, ProseReader } from "./sections.ts";

/** Titles with an underline, and an overline perhaps; levels count in the order of their first use. */
export const readRestructuredText: ProseReader = (lines) => {
  const headings: Heading[] = [];
  const styles: string[] = [];
  for (let line = 1; line < lines.length; line++) {
    const title = lines[line - 1] ?? "";
    const underline = lines[line] ?? "";
    if (!adornment.test(underline) || title.trim() === "" || adornment.test(title)) continue;
    const mark = underline.charAt(0);
    const before = lines[line - 2] ?? "";
    const hasOverline = before !== "" && before.trimEnd() === underline.trimEnd();
    // Only an overline lets a title be indented; text above means that this is no title.
    const isTitle = hasOverline || (!/^\s/.test(title) && before.trim() === "");
    if (!isTitle || underline.trimEnd().length + 2 < title.trim().length) continue;
    const style = mark + (hasOverline ? "o" : "");
    if (!styles.includes(style)) styles.push(style);
    const level = styles.indexOf(style) + 1;
    const first = hasOverline ? line - 2 : line - 1;
    headings.push({ line: first, lastLine: line, level, title: title.trim().replace(/[`*]/g, "") });
  }
  return { headings, continues: indentedLines(lines) };
};

const adornment = /^([!-/:-@[-`{-~])\1{2,}[ \t]*$/;

/** Blank lines between indented lines stand inside a directive or a literal block. */
function indentedLines(lines: readonly string[]): boolean[] {
  const continues = lines.map((content) => /^\s+\S/.test(content));
  for (let line = lines.length - 2; line > 0; line--) {
    if ((lines[line] ?? "").trim() === "" && continues[line + 1] === true) continues[line] = true;
  }
  return continues;
}

/** `== Title` lines outside of delimited blocks. */
export const readAsciidoc: ProseReader = (lines) => {
  const headings: Heading[] = [];
  const continues = new Array<boolean>(lines.length).fill(false);
  let delimiter: string | undefined;
  lines.forEach((content, line) => {
    const trimmed = content.trimEnd();
    if (delimiter !== undefined) {
      continues[line] = true;
      if (trimmed === delimiter) delimiter = undefined;
      return;
    }
    if (/^(?:-{4,}|\.{4,}|={4,}|\+{4,}|\/{4,}|`{3,})$/.test(trimmed)) {
      delimiter = trimmed;
      return;
    }
    const heading = /^(={1,6})[ \t]+(\S.*)$/.exec(trimmed);
    if (heading === null) return;
    const [, marks = "", title = ""] = heading;
    headings.push({ line, lastLine: line, level: marks.length, title: title.replace(/[`*]/g, "") });
  });
  return { headings, continues };
};
