/** Whole lines of a file as tools name them, and where they are found again. */
import type { HashText } from "../recall/citation.ts";
import type { SourceFile } from "../recall/sourceFile.ts";
import type { Range } from "../../protocol/types.ts";

/** Lines count from zero here and `lastLine` is one of them; results count from one. */
export interface Lines {
  readonly firstLine: number;
  readonly lastLine: number;
}

/** How much text the search for moved lines may hash, in UTF-16 units; what is not found within it counts as changed. */
const maxHashedUnits = 6_000_000;

/** Returns the text of lines with line feeds between them, whatever the file has. */
export function textOfLines(file: SourceFile, { firstLine, lastLine }: Lines): string {
  const lines: string[] = [];
  for (let line = firstLine; line <= lastLine; line++) lines.push(file.line(line));
  return lines.join("\n");
}

/** Returns the hash of lines: XXH64 of their text with line feeds, 16 lower-case hex digits. */
export function hashOfLines(hashText: HashText, file: SourceFile, lines: Lines): string {
  return hashText(textOfLines(file, lines));
}

/** Returns the lines that a range touches; one that ends at the beginning of a line does not hold that line. */
export function linesOfRange({ start, end }: Range): Lines {
  const isWhole = end.character === 0 && end.line > start.line;
  return { firstLine: start.line, lastLine: isWhole ? end.line - 1 : end.line };
}

/** Returns where lines with this hash are now, the nearest to where they were; `undefined` when they are nowhere. */
export function findLines(
  hashText: HashText,
  file: SourceFile,
  { firstLine, lastLine }: Lines,
  hash: string,
): Lines | undefined {
  const nMore = lastLine - firstLine;
  const lastStart = file.nLines - nMore - 1;
  if (lastStart < 0) return undefined;
  // They may be asked for far behind the end of the file.
  const nearest = Math.min(firstLine, lastStart);
  let units = 0;
  for (let distance = 0; distance <= lastStart; distance++) {
    for (const start of distance === 0 ? [nearest] : [nearest - distance, nearest + distance]) {
      if (start < 0 || start > lastStart) continue;
      const lines = { firstLine: start, lastLine: start + nMore };
      const text = textOfLines(file, lines);
      if (hashText(text) === hash) return lines;
      units += text.length + 1;
    }
    if (units > maxHashedUnits) return undefined;
  }
  return undefined;
}
