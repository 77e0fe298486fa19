/** Words about one place: where it is, what its comment says, which lines match the question. */
import type { Ask } from "./ask.ts";
import { definitionAt } from "./definition.ts";
import { code, count, prose } from "./markdown.ts";
import { shownSpansOf } from "./shownSpans.ts";
import type { Place } from "./reading.ts";
import { kindOf } from "./wording.ts";

/** Writes where a place is, what its comment says, and the lines that match the question. */
export function writePlace(ask: Ask, place: Place, tone: "sure" | "likely"): void {
  const { writer } = ask;
  const definition = definitionAt(place);
  writer.block(sentenceOf(ask, place, tone));
  const spans = shownSpansOf(place.file, place.range, definition, ask.terms);
  const doc = definition?.doc;
  const showsDoc = spans.some(
    ({ start, end }) =>
      doc !== undefined && start.line <= doc.range.start.line && end.line >= doc.range.end.line,
  );
  if (doc !== undefined && !showsDoc) {
    writer.block(
      `Its comment says (${writer.link(place.file, doc.range, place.symbol)}):\n\n> ${prose(doc.text)}`,
    );
  }
  let last = -1;
  for (const range of spans) {
    if (last >= 0 && range.start.line > last + 1) {
      writer.block(`*${count(range.start.line - last - 1, "line")} left out.*`);
    }
    writer.show(place.file, range, place.symbol);
    last = range.end.line;
  }
}

function sentenceOf(ask: Ask, { file, range, symbol }: Place, tone: "sure" | "likely"): string {
  const where = ask.writer.link(file, symbol?.range ?? range, symbol);
  if (symbol === undefined)
    return tone === "sure" ? `This is in ${where}.` : `The closest place I found is ${where}.`;
  const name = `**${code(symbol.name)}**`;
  if (tone === "likely")
    return `The closest place I found is ${name}, ${kindOf(symbol)} in ${where}.`;
  return symbol.kind === "section" || symbol.kind === "test"
    ? `${name} is ${kindOf(symbol)} in ${where} that covers this.`
    : `${name} is ${kindOf(symbol)} in ${where}.`;
}

/** "`name`, a function in [place]" */
export function placeLine(ask: Ask, { file, range, symbol }: Place): string {
  const link = ask.writer.link(file, symbol?.range ?? range, symbol);
  return symbol === undefined ? link : `${code(symbol.name)}, ${kindOf(symbol)} in ${link}`;
}
