/** Words about one place: where it is, what its comment says, which lines match the question. */
import type { Range } from "../../protocol/types.ts";
import type { Ask } from "./ask.ts";
import { definitionAt } from "./definition.ts";
import { code, count, prose } from "./markdown.ts";
import { ownRange, shownSpansOf, type Shown } from "./shownSpans.ts";
import type { Place } from "./reading.ts";
import { kindOf, nameOf } from "./kindWords.ts";

/** Writes where a place is, what its comment says, and the lines that match the question. */
export function writePlace(ask: Ask, place: Place, tone: "sure" | "likely"): void {
  const { writer } = ask;
  const definition = definitionAt(place);
  writer.block(sentenceOf(ask, place, tone));
  const shown = shownSpansOf(place, definition, ask.terms);
  const doc = definition?.doc;
  const showsDoc = shown.spans.some(
    ({ start, end }) =>
      doc !== undefined && start.line <= doc.range.start.line && end.line >= doc.range.end.line,
  );
  if (doc !== undefined && !showsDoc) {
    writer.block(
      `Its comment says (${writer.link(place.file, doc.range, place.symbol)}):\n\n> ${prose(doc.text)}`,
    );
  }
  writeShown(ask, place, shown);
}

/** Shows the spans; lines between, before and after them that are not shown are told as left out. */
function writeShown({ writer }: Ask, { file, symbol }: Place, shown: Shown): void {
  const leaveOut = (from: number, to: number): void => {
    let n = 0;
    for (let line = from; line <= to; line++) if (file.line(line).trim() !== "") n++;
    if (n > 0) writer.block(`*${count(to - from + 1, "line")} left out.*`);
  };
  let next = shown.firstLine;
  for (const range of shown.spans) {
    leaveOut(next, range.start.line - 1);
    writer.show(file, range, symbol);
    next = range.end.line + 1;
  }
  leaveOut(next, shown.lastLine);
}

function sentenceOf(ask: Ask, place: Place, tone: "sure" | "likely"): string {
  const where = linkTo(ask, place);
  const kind = kindOf(place);
  if (kind === undefined)
    return tone === "sure" ? `This is in ${where}.` : `The closest place I found is ${where}.`;
  const name = `**${code(nameOf(place))}**`;
  if (tone === "likely") return `The closest place I found is ${name}, ${kind} in ${where}.`;
  return place.symbol?.kind === "section" || place.symbol?.kind === "test"
    ? `${name} is ${kind} in ${where} that covers this.`
    : `${name} is ${kind} in ${where}.`;
}

/** "`name`, a function in [place]" */
export function placeLine(ask: Ask, place: Place): string {
  const kind = kindOf(place);
  const link = linkTo(ask, place);
  return kind === undefined ? link : `${code(nameOf(place))}, ${kind} in ${link}`;
}

/** Returns a link to a place: its definition without the comment before it, or the span itself. */
export function linkTo(ask: Ask, place: Place): string {
  return ask.writer.link(place.file, linkedLines(place), place.symbol);
}

/** Returns the lines that a link to a place names; the shown lines begin where it begins. */
export function linkedLines(place: Place): Range {
  const definition = definitionAt(place);
  if (definition === undefined) return ownRange(place);
  return place.file.linesRange(definition.firstLine, definition.lastLine);
}
