/** The lines of a recalled place that use a name. */
import type { Range, SymbolInfo } from "../../protocol/types.ts";
import { definitionAt, isCommentLine, lastLineOf } from "./definition.ts";
import { callsName, definesName, mentions } from "./names.ts";
import type { Place } from "./reading.ts";

/** One line that uses a name. */
export interface UseLine {
  readonly place: Place;
  /** Zero-based. */
  readonly line: number;
  /** Where the shown part of the line begins, UTF-16. */
  readonly character: number;
  /** The line, or a part of a long one, without white space around it; equals the file there. */
  readonly text: string;
  /** The definition around the line, where the place shows one. */
  readonly holder?: SymbolInfo;
}

const maxTextLength = 160;
const contextBefore = 60;

/** Returns the place's lines that use `name`, without the ones that define it and without comments. */
export function useLinesOf(place: Place, name: string): UseLine[] {
  const own = ownDefinition(place, name);
  const lines: UseLine[] = [];
  for (let line = place.range.start.line; line <= lastLineOf(place.range); line++) {
    const whole = place.file.line(line);
    if (!mentions(whole, name) || definesName(whole, name)) continue;
    const holder = holderOf(place, line, name);
    // What a comment mentions is no use; in documentation and configuration it is all there is.
    const isCode = place.recall.role === "source" || place.recall.role === "test";
    if (isCode && isCommentLine(whole, place.file.language)) continue;
    if (own !== undefined && line <= own.nameLine && line >= own.firstCommentLine) continue;
    lines.push({
      place,
      line,
      ...shownPart(whole, whole.indexOf(name)),
      ...(holder === undefined ? {} : { holder }),
    });
  }
  return lines;
}

/** The lines that define the name are no uses of it, and neither is its comment. */
function ownDefinition(
  place: Place,
  name: string,
): { readonly firstCommentLine: number; readonly nameLine: number } | undefined {
  const definition = place.symbol?.name === name ? definitionAt(place) : undefined;
  if (definition === undefined) return undefined;
  const comment = definition.doc?.range.start.line ?? definition.firstLine;
  return {
    firstCommentLine: Math.min(comment, definition.firstLine),
    nameLine: definition.nameLine,
  };
}

/**
 * Returns the uses without repetitions, in their order, and without the import lines of files that use
 * the name besides importing it.
 */
export function distinctUses(uses: readonly UseLine[]): UseLine[] {
  const byLine = new Map<string, UseLine>();
  for (const use of uses) {
    const key = `${fileKey(use)}\0${use.line}`;
    if (!byLine.has(key)) byLine.set(key, use);
  }
  const distinct = [...byLine.values()];
  const using = new Set(distinct.filter((use) => !isImport(use.text)).map(fileKey));
  return distinct.filter((use) => !isImport(use.text) || !using.has(fileKey(use)));
}

/** One string for each file. */
export function fileKey({ place }: UseLine): string {
  return `${place.file.rootId}\0${place.file.path}`;
}

function isImport(text: string): boolean {
  return /^(?:import\b|from\s.{1,200}\bimport\b|export .{0,200}\bfrom\b|#\s{0,3}include\b|(?:pub )?use\s|using\s|require\b|(?:const|let|var)\s.{1,200}=\s{0,3}require\()/.test(
    text,
  );
}

/** "calls it", "uses it" or, outside of code, "mentions it" */
export function verbOf(use: UseLine, name: string): string {
  const { role } = use.place.recall;
  if (role === "docs" || role === "config") return "mentions it";
  return callsName(use.text, name) ? "calls it" : "uses it";
}

/** The range that shows exactly a use's text. */
export function lineRange(use: UseLine): Range {
  return {
    start: { line: use.line, character: use.character },
    end: { line: use.line, character: use.character + use.text.length },
  };
}

function holderOf(place: Place, line: number, name: string): SymbolInfo | undefined {
  const { symbol } = place;
  if (symbol === undefined || symbol.name === name) return undefined;
  return line >= symbol.range.start.line && line <= lastLineOf(symbol.range) ? symbol : undefined;
}

function shownPart(
  line: string,
  at: number,
): { readonly character: number; readonly text: string } {
  const indent = line.length - line.trimStart().length;
  const isLong = line.length - indent > maxTextLength && at - indent > contextBefore;
  const start = pairStart(line, isLong ? at - contextBefore : indent);
  const end = pairStart(line, Math.min(line.length, start + maxTextLength));
  return { character: start, text: line.slice(start, end).trimEnd() };
}

function pairStart(text: string, at: number): number {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && at > 0 ? at - 1 : at;
}
