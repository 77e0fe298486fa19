/** Chooses which lines of a place to show: the signature and the lines that match the question best. */
import type { Position, Range } from "../../protocol/types.ts";
import type { SourceFile } from "../recall/sourceFile.ts";
import type { Definition } from "./definition.ts";
import { lastLineOf } from "../recall/sourceFile.ts";
import { bestLines } from "./bestLines.ts";
import type { QuestionTerms } from "./questionTerms.ts";
import type { Place } from "./reading.ts";
import { Statements } from "./statements.ts";

/** A place of up to this many lines is shown whole. */
const maxWholeLines = 22;
/** Lines shown of a longer place, beside the signature. */
const maxShownLines = 16;
/** A gap of fewer lines is shown: to say that it is left out would take as much room. */
const minGap = 3;
/** A longer line is shown in part. */
const maxLineLength = 400;
const lineContext = 160;
/** Only so many lines of a huge place are looked at. */
const maxLinesLooked = 3000;

/** The spans of a place that are shown, and the lines that they are taken from, zero-based and included. */
export interface Shown {
  /** In order and apart from each other; each is whole lines or part of one line. */
  readonly spans: readonly Range[];
  readonly firstLine: number;
  readonly lastLine: number;
}

/** Returns what to show of a place: all of it when it is short, else its signature and the lines that answer. */
export function shownSpansOf(
  place: Place,
  definition: Definition | undefined,
  terms: QuestionTerms,
): Shown {
  const { file, symbol } = place;
  const range = ownRange(place);
  const bounds = trimBlank(
    file,
    definition?.firstLine ?? range.start.line,
    Math.min(definition?.lastLine ?? lastLineOf(range), file.nLines - 1),
  );
  if (bounds === undefined) return { spans: [], firstLine: 0, lastLine: -1 };
  const [firstLine, lastLine] = bounds;
  const shown = (...parts: readonly (readonly [number, number])[]): Shown => ({
    spans: parts.flatMap(([first, last]) => splitAtLongLines(file, first, last, terms)),
    firstLine,
    lastLine,
  });
  if (lastLine - firstLine < maxWholeLines) return shown([firstLine, lastLine]);
  const looked = Math.min(lastLine, firstLine + maxLinesLooked);
  const signatureLast =
    definition === undefined ? firstLine - 1 : Math.max(firstLine, definition.signatureLine);
  const body = afterDoc(signatureLast + 1, definition);
  const best = bestLines(file, [body, looked], terms, { name: symbol?.name ?? "", place: range });
  const statements = new Statements(file, body, looked);
  const [from, to] = trimBlank(file, ...statements.whole(...best, maxShownLines)) ?? best;
  const rest = lastLine - to;
  const end = rest < minGap ? lastLine : to;
  if (definition === undefined) return shown([from - firstLine < minGap ? firstLine : from, end]);
  if (from - signatureLast <= minGap) return shown([firstLine, end]);
  return shown([firstLine, signatureLast], [from, end]);
}

/** Of a place that holds more than what it is named for, such as the sections before one, the part that is that. */
export function ownRange({ range, symbol }: Pick<Place, "range" | "symbol">): Range {
  if (symbol === undefined) return range;
  const start = later(range.start, symbol.range.start);
  const end = later(range.end, symbol.range.end) === range.end ? symbol.range.end : range.end;
  return later(start, end) === start ? range : { start, end };
}

function later(a: Position, b: Position): Position {
  return a.line > b.line || (a.line === b.line && a.character >= b.character) ? a : b;
}

/** A comment inside of a definition is told in words already. */
function afterDoc(line: number, definition: Definition | undefined): number {
  const doc = definition?.doc;
  if (definition === undefined || doc === undefined || doc.range.start.line < line) return line;
  return Math.min(doc.lastLine + 1, definition.lastLine);
}

/** Returns the line range without blank lines at its ends, `undefined` when all are blank. */
function trimBlank(
  file: SourceFile,
  first: number,
  last: number,
): readonly [number, number] | undefined {
  let from = first;
  let to = last;
  while (from <= to && file.line(from).trim() === "") from++;
  while (to >= from && file.line(to).trim() === "") to--;
  return from > to ? undefined : [from, to];
}

function splitAtLongLines(
  file: SourceFile,
  first: number,
  last: number,
  terms: QuestionTerms,
): Range[] {
  const ranges: Range[] = [];
  let from = first;
  for (let line = first; line <= last; line++) {
    if (file.lineLength(line) <= maxLineLength) continue;
    if (line > from) ranges.push(file.linesRange(from, line - 1));
    ranges.push(partOfLine(file, line, terms));
    from = line + 1;
  }
  if (from <= last) ranges.push(file.linesRange(from, last));
  return ranges.slice(0, maxSpans);
}
const maxSpans = 6;

/** The part of a long line around the first thing that the question names. */
function partOfLine(file: SourceFile, line: number, terms: QuestionTerms): Range {
  const text = file.line(line);
  const lower = text.toLowerCase();
  let at = 0;
  for (const needle of terms.needles) {
    const found = lower.indexOf(needle);
    if (found < 0) continue;
    at = Math.min(found, text.length - 1);
    break;
  }
  const start = wholePair(text, Math.max(0, at - lineContext));
  const end = wholePair(text, Math.min(text.length, start + maxLineLength));
  return { start: { line, character: start }, end: { line, character: end } };
}

function wholePair(text: string, at: number): number {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at - 1 : at;
}
