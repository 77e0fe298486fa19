/** Which words of a question a place that is only linked holds: in the lines behind the link, or in its path alone. */
import { termsOfName, termsOfText } from "../ingest/terms.ts";
import { code, listed } from "./markdown.ts";
import { mentions } from "./names.ts";
import { linkedLines } from "./placeText.ts";
import type { QuestionTerms } from "./questionTerms.ts";
import type { Place } from "./reading.ts";

/** Words of a question, as code spans, in the order of the question; each in the first of these that holds it. */
export interface HeldWords {
  readonly inLines: readonly string[];
  /** In the lines around, such as the comment above a definition. */
  readonly around: readonly string[];
  readonly inPath: readonly string[];
}

/** Returns the words that the linked lines hold, those that stand around them, and those that only the path has. */
export function heldWords(terms: QuestionTerms, place: Place): HeldWords {
  const { container = "", name = "" } = place.symbol ?? {};
  const linked = place.file.textOf(linkedLines(place));
  const lines = [...termsOfText(linked), ...termsOfName(`${container} ${name}`)];
  const told = new Set<string>();
  const heldIn = (held: readonly string[], source: string): string[] => {
    const words = terms
      .heldBy(new Set(held))
      .filter(({ text, isName }) => isName || isPlainWord(text) || mentions(source, text))
      .map(({ text }) => code(text));
    const fresh = words.filter((word) => !told.has(word));
    for (const word of fresh) told.add(word);
    return fresh;
  };
  return {
    inLines: heldIn(lines, linked),
    around: heldIn(termsOfText(place.recall.text), place.recall.text),
    inPath: heldIn(termsOfName(place.file.path), place.file.path),
  };
}

/** The parts of `127.0.0.1` and `@angular/core` alone are not the word. */
function isPlainWord(word: string): boolean {
  return /^[\p{L}\p{N}_$]+$/u.test(word);
}

/** Returns the words without some. */
export function withoutWords(held: HeldWords, words: readonly string[]): HeldWords {
  const left = (from: readonly string[]): string[] => from.filter((word) => !words.includes(word));
  return { inLines: left(held.inLines), around: left(held.around), inPath: left(held.inPath) };
}

/** Returns “holds a and b, c next to it, d in its path” for at most so many words; `undefined` where there is none. */
export function holdsText({ inLines, around, inPath }: HeldWords, max: number): string | undefined {
  let room = max;
  const part = (words: readonly string[], before: string, behind: string): string[] => {
    const shown = words.slice(0, room);
    room -= shown.length;
    return shown.length === 0 ? [] : [`${before}${listed(shown)}${behind}`];
  };
  const parts = [
    ...part(inLines, "holds ", ""),
    ...part(around, "", " next to it"),
    ...part(inPath, "", " in its path"),
  ];
  if (parts.length === 0) return undefined;
  return inLines.length > 0 ? parts.join(", ") : `has ${parts.join(", ")}`;
}
