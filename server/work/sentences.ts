/** The part of a turn that fits a question best, word for word. */
import { termsOfText } from "../ingest/terms.ts";
import { holding } from "./wordGroups.ts";

export interface Sentence {
  /** Where it stands in the text, UTF-16, half-open. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** How much of what is asked for it holds; larger is better. */
  readonly fit: number;
  /** Cosine to the question, -1 to 1; absent without a model. */
  readonly similarity?: number;
}

/** A longer text is quoted by its beginning. */
const maxSentences = 40;
const maxQuoted = 400;
/** How much meaning counts beside the words that a sentence holds. */
const meaningShare = 0.3;

/** Returns the best sentence of a text; the first one when none fits, an empty one of an empty text. */
export function bestSentence(
  text: string,
  weights: ReadonlyMap<string, number>,
  nearness: (texts: readonly string[]) => number[] | undefined,
): Sentence {
  const parts = sentencesOf(text);
  const near = parts.length === 0 ? undefined : nearness(parts.map((part) => part.text));
  const whole = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  let best: Sentence = { start: 0, end: 0, text: "", fit: -1 };
  for (const [idx, part] of parts.entries()) {
    const terms = new Set(termsOfText(part.text));
    const words = [...weights].reduce(
      (sum, [term, weight]) => sum + holding(terms, term) * weight,
      0,
    );
    const similarity = near?.[idx];
    const fit = (whole === 0 ? 0 : words / whole) + meaningShare * Math.max(0, similarity ?? 0);
    if (fit > best.fit)
      best = { ...part, fit, ...(similarity === undefined ? {} : { similarity }) };
  }
  return best;
}

/** Sentences in order; long ones are cut. */
function sentencesOf(text: string): { start: number; end: number; text: string }[] {
  const found = [];
  for (const { start, text: whole } of wholeSentences(text)) {
    const shown = whole.slice(0, maxQuoted);
    found.push({ start, end: start + shown.length, text: shown });
    if (found.length >= maxSentences) break;
  }
  return found;
}

/** Yields the sentences of a text in order, each with where it begins; blank ones are left out. */
export function* wholeSentences(text: string): Generator<{ start: number; text: string }> {
  for (const match of text.matchAll(/[^\n]+?(?:[.!?…](?=\s|$)|[。！？]|(?=\n)|$)/gu)) {
    const plain = match[0].trim();
    if (plain !== "") yield { start: match.index + match[0].indexOf(plain), text: plain };
  }
}
