/** Reads cited spans again: still there, moved within the file, changed, or gone with the file. */
import type { Citation, CitationCheck, Range } from "../../protocol/types.ts";
import type { SourceReader } from "../services.ts";
import { citeRange, type HashText } from "../recall/citation.ts";
import { readSourceFile, type SourceFile } from "../recall/sourceFile.ts";

/**
 * How much text one citation's search for its new place may hash, in UTF-16 units. A span that is not
 * found within it counts as stale, which is safe: a stale span is never shown.
 */
const maxHashedUnits = 6_000_000;
/** Each try costs at least this, so that very short spans in a long file end as well. */
const unitsOfTry = 40;

/** Returns one check for each citation, in order. Each file is read once. */
export function checkCitations(
  citations: readonly Citation[],
  source: SourceReader,
  hashText: HashText,
): CitationCheck[] {
  const files = new Map<string, SourceFile | undefined>();
  return citations.map((citation) => {
    const key = `${citation.rootId}\0${citation.path}`;
    if (!files.has(key)) files.set(key, readSourceFile(source, citation.rootId, citation.path));
    const file = files.get(key);
    return file === undefined ? { kind: "gone" } : checkCitation(citation, file, hashText);
  });
}

/** Returns what became of one citation in its file's present text. Never `gone`. */
function checkCitation(citation: Citation, file: SourceFile, hashText: HashText): CitationCheck {
  const text = file.textOf(citation.range);
  if (hashText(text) === citation.contentHash) return { kind: "current", citation, text };
  if (hasOtherLineBreaks(text, citation.contentHash, hashText)) {
    return {
      kind: "moved",
      citation: citeRange(hashText, file, citation.range, citation.symbol),
      text,
    };
  }
  const range = newPlace(citation, file, hashText);
  if (range === undefined) return { kind: "stale" };
  const moved = { ...citation, range, ...movedSymbol(citation, range) };
  return { kind: "moved", citation: moved, text: file.textOf(range) };
}

/** A checkout may turn every line break of a file round; the lines themselves then still say the same. */
function hasOtherLineBreaks(text: string, contentHash: string, hashText: HashText): boolean {
  if (!text.includes("\n")) return false;
  const lineFeeds = text.replaceAll("\r\n", "\n");
  return hashText(lineFeeds === text ? text.replaceAll("\n", "\r\n") : lineFeeds) === contentHash;
}

/** Looks at every line, nearest first: at the same column, then at all columns. */
function newPlace(citation: Citation, file: SourceFile, hashText: HashText): Range | undefined {
  const { start, end } = citation.range;
  const nMore = end.line - start.line;
  const length = end.character - start.character;
  if (nMore < 0 || (nMore === 0 && length <= 0)) return undefined;
  let units = 0;
  const isAt = (line: number, character: number): Range | undefined => {
    const endCharacter = nMore === 0 ? character + length : end.character;
    if (character > file.lineLength(line) || endCharacter > file.lineLength(line + nMore))
      return undefined;
    const range = {
      start: { line, character },
      end: { line: line + nMore, character: endCharacter },
    };
    const text = file.textOf(range);
    units += text.length + unitsOfTry;
    return hashText(text) === citation.contentHash ? range : undefined;
  };
  const lines = nearestFirst(start.line, file.nLines - nMore);
  for (const line of lines) {
    const found = isAt(line, start.character);
    if (found !== undefined) return found;
    if (units > maxHashedUnits) return undefined;
  }
  for (const line of lines) {
    for (const character of nearestFirst(start.character, file.lineLength(line) + 1)) {
      if (character === start.character) continue;
      const found = isAt(line, character);
      if (found !== undefined) return found;
      if (units > maxHashedUnits) return undefined;
    }
  }
  return undefined;
}

/** 0 … n-1 by distance from `from`. */
function* nearestFirstOf(from: number, n: number): Generator<number> {
  for (let distance = 0; from - distance >= 0 || from + distance < n; distance++) {
    if (from - distance >= 0 && from - distance < n) yield from - distance;
    if (distance > 0 && from + distance < n) yield from + distance;
  }
}
function nearestFirst(from: number, n: number): Iterable<number> {
  return { [Symbol.iterator]: () => nearestFirstOf(from, n) };
}

function movedSymbol(citation: Citation, range: Range): Pick<Citation, "symbol"> {
  if (citation.symbol === undefined) return {};
  const by = range.start.line - citation.range.start.line;
  return { symbol: { ...citation.symbol, range: movedLines(citation.symbol.range, by) } };
}

/** A range `by` lines further down. */
export function movedLines(range: Range, by: number): Range {
  return {
    start: { line: range.start.line + by, character: range.start.character },
    end: { line: range.end.line + by, character: range.end.character },
  };
}
