/** Which words of a question a place that is only linked holds: in the lines behind the link, or in its path alone. */
import { termsOfName, termsOfText } from "../ingest/terms.ts";
import { code, listed } from "./markdown.ts";
import { linkedLines } from "./placeText.ts";
import type { QuestionTerms } from "./questionTerms.ts";
import type { Place } from "./reading.ts";

/** Words of a question, as code spans, in the order of the question. */
export interface HeldWords {
  readonly inLines: readonly string[];
  readonly inPath: readonly string[];
}

/** Returns the words that the linked lines hold, and those that only the path does. */
export function heldWords(terms: QuestionTerms, place: Place): HeldWords {
  const textOf = (units: readonly { readonly text: string }[]): string[] =>
    units.map(({ text }) => code(text));
  const { container = "", name = "" } = place.symbol ?? {};
  const lines = [
    ...termsOfText(place.file.textOf(linkedLines(place))),
    ...termsOfName(`${container} ${name}`),
  ];
  const inLines = textOf(terms.heldBy(new Set(lines)));
  const inPath = textOf(terms.heldBy(new Set(termsOfName(place.file.path))));
  return { inLines, inPath: inPath.filter((word) => !inLines.includes(word)) };
}

/** Returns “holds a and b, c in its path” for at most so many words; `undefined` where there is none. */
export function holdsText({ inLines, inPath }: HeldWords, max: number): string | undefined {
  const words = inLines.slice(0, max);
  const rest = inPath.slice(0, max - words.length);
  const path = rest.length === 0 ? undefined : `${listed(rest)} in its path`;
  if (words.length === 0) return path === undefined ? undefined : `has ${path}`;
  return path === undefined ? `holds ${listed(words)}` : `holds ${listed(words)}, and ${path}`;
}
