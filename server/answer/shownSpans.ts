/** Chooses which lines of a place to show: the signature and the lines that match the question best. */
import type { Range } from "../../protocol/types.ts";
import { termsOfText } from "../ingest/terms.ts";
import type { SourceFile } from "../recall/sourceFile.ts";
import type { Definition } from "./definition.ts";
import { lastLineOf } from "./definition.ts";
import type { QuestionTerms } from "./questionTerms.ts";

/** A place of up to this many lines is shown whole. */
const maxWholeLines = 26;
/** Lines shown of a longer place, beside the signature. */
const windowLines = 16;
/** A longer line is shown in part. */
const maxLineLength = 400;
const lineContext = 160;
/** Only so many lines of a huge place are looked at. */
const maxLinesLooked = 3000;

/** Returns the spans to show, in order and apart from each other; each is whole lines or part of one line. */
export function shownSpansOf(
  file: SourceFile,
  place: Range,
  definition: Definition | undefined,
  terms: QuestionTerms,
): Range[] {
  const bounds = trimBlank(
    file,
    definition?.firstLine ?? place.start.line,
    Math.min(definition?.lastLine ?? lastLineOf(place), file.nLines - 1),
  );
  if (bounds === undefined) return [];
  const [first, last] = bounds;
  if (last - first < maxWholeLines) return splitAtLongLines(file, first, last, terms);
  const scores = lineScores(file, first, Math.min(last, first + maxLinesLooked), terms);
  const signatureLast =
    definition === undefined ? first - 1 : Math.max(first, definition.signatureLine);
  const start = bestWindow(scores, first, signatureLast + 1);
  const end = Math.min(last, start + windowLines - 1);
  // A gap of a few lines is not worth the words that it takes to say so.
  if (start - signatureLast <= 4)
    return splitAtLongLines(
      file,
      first,
      Math.min(last, Math.max(end, first + maxWholeLines - 1)),
      terms,
    );
  return [
    ...splitAtLongLines(file, first, signatureLast, terms),
    ...splitAtLongLines(file, ...(trimBlank(file, start, end) ?? [start, end]), terms),
  ];
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

/** One number for each line: how much of the question it holds. */
function lineScores(file: SourceFile, first: number, last: number, terms: QuestionTerms): number[] {
  const scores: number[] = [];
  for (let line = first; line <= last; line++) {
    const text = file.line(line).slice(0, 2000);
    let score = 0;
    for (const term of new Set(termsOfText(text))) score += terms.weightOf(term);
    for (const literal of terms.literals) if (text.includes(literal)) score += literalWeight;
    scores.push(score);
  }
  return scores;
}
const literalWeight = 3;

/** Returns the first line of the window with the largest score; the earliest of equals. */
function bestWindow(scores: readonly number[], first: number, earliest: number): number {
  let best = earliest;
  let bestScore = -1;
  let sum = 0;
  for (let i = Math.max(0, earliest - first); i < scores.length; i++) {
    sum += scores[i] as number;
    const from = i - windowLines + 1;
    if (from - 1 >= earliest - first) sum -= scores[from - 1] as number;
    if (sum > bestScore + 1e-9) {
      bestScore = sum;
      // A few lines before the first match give it context.
      best = first + Math.max(earliest - first, from);
    }
  }
  return best;
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
