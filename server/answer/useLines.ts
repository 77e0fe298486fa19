/** The lines of a recalled place that use a name. */
import type { Range, SymbolInfo } from "../../protocol/types.ts";
import { functionAround } from "./holder.ts";
import type { Target } from "./imports.ts";
import { lastLineOf } from "../recall/sourceFile.ts";
import { mentions } from "./names.ts";
import type { Place } from "./reading.ts";
import {
  declaresAt,
  isInTestModule,
  surenessOf,
  useAt,
  useKindOf,
  type Sureness,
  type UseKind,
} from "./useKind.ts";

/** One line that uses a name. */
export interface UseLine {
  readonly place: Place;
  /** Zero-based. */
  readonly line: number;
  /** Where the shown part of the line begins, UTF-16. */
  readonly character: number;
  /** The line, or a part of a long one, without white space around it; equals the file there. */
  readonly text: string;
  readonly kind: UseKind;
  readonly sureness: Exclude<Sureness, "other">;
  /** What sort of code the line is; tests that stand in a source file are tests. */
  readonly role: Place["recall"]["role"];
  /** Name of the definition around the line, where one is known. */
  readonly holder?: string;
  /** That definition, where the place shows it. */
  readonly symbol?: SymbolInfo;
}

const maxTextLength = 160;
const contextBefore = 60;

/**
 * Returns the place's lines that use the target by its name: without the ones that define or declare it,
 * without comments, and without those that mean something else of that name.
 */
export function useLinesOf(place: Place, target: Target): UseLine[] {
  const { name } = target;
  const lines: UseLine[] = [];
  for (let line = place.range.start.line; line <= lastLineOf(place.range); line++) {
    const whole = place.file.line(line);
    if (!mentions(whole, name)) continue;
    const use = useOf(place, line, target);
    if (use === undefined) continue;
    const { at, kind, sureness } = use;
    const role = isInTestModule(place.file, line) ? "test" : place.recall.role;
    lines.push({
      place,
      line,
      ...shownPart(whole, at),
      kind,
      sureness,
      role,
      ...holderOf(place, line, target),
    });
  }
  return lines;
}

interface Use {
  readonly at: number;
  readonly kind: UseKind;
  readonly sureness: Exclude<Sureness, "other">;
}

function useOf(place: Place, line: number, target: Target): Use | undefined {
  const { file, recall } = place;
  // What a comment mentions is no use; in documentation and configuration it is all there is.
  if (recall.role === "docs" || recall.role === "config")
    return { at: file.line(line).indexOf(target.name), kind: "mentions", sureness: "name" };
  const at = useAt(file, line, target.name);
  if (at < 0 || declaresAt(file, line, at, target.name)) return undefined;
  const sureness = surenessOf(file, line, at, target);
  return sureness === "other"
    ? undefined
    : { at, kind: useKindOf(file, line, at, target.name), sureness };
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
  const isImport = (use: UseLine): boolean => use.kind === "imports";
  const using = new Set(distinct.filter((use) => !isImport(use)).map(fileKey));
  return distinct.filter((use) => !isImport(use) || !using.has(fileKey(use)));
}

/** One string for each file. */
export function fileKey({ place }: UseLine): string {
  return `${place.file.rootId}\0${place.file.path}`;
}

/** "calls", "extends", "mentions" and so on; a type that is called is made. */
export function verbOf({ kind }: UseLine, isType: boolean): string {
  return kind === "calls" && isType ? "makes one" : `${kind === "named" ? "names" : kind} it`;
}

/** "called", "extended", "mentioned": what is done with the name on a line. */
export function participleOf({ kind }: UseLine, isType: boolean): string {
  const participles: Readonly<Record<UseKind, string>> = {
    calls: isType ? "made" : "called",
    extends: "extended",
    imports: "imported",
    uses: "used",
    named: "named",
    mentions: "mentioned",
  };
  return participles[kind];
}

/** The range that shows exactly a use's text. */
export function lineRange(use: UseLine): Range {
  return {
    start: { line: use.line, character: use.character },
    end: { line: use.line, character: use.character + use.text.length },
  };
}

function holderOf(
  place: Place,
  line: number,
  target: Target,
): { readonly holder?: string; readonly symbol?: SymbolInfo } {
  const { symbol, file, recall } = place;
  const isInside =
    symbol !== undefined &&
    symbol.name !== target.name &&
    line >= symbol.range.start.line &&
    line <= lastLineOf(symbol.range);
  if (isInside && isNarrow(symbol)) return { holder: symbol.name, symbol };
  const isCode = recall.role === "source" || recall.role === "test";
  const around = isCode ? functionAround(file, line) : undefined;
  // A function that hands on to another of its name is no news.
  if (around !== undefined) return around === target.name ? {} : { holder: around };
  return isInside ? { holder: symbol.name, symbol } : {};
}

/** A function says who uses a name; of a class one wants to know the method. */
function isNarrow({ kind }: SymbolInfo): boolean {
  return !["class", "struct", "interface", "module"].includes(kind);
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
