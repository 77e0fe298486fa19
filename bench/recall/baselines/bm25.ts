import type { TextUnit } from "./sourceTree.ts";
import { termsOf } from "./words.ts";

const k1 = 1.2;
const b = 0.75;

/** Okapi BM25 (Robertson and Zaragoza 2009) over units of text. A unit's path counts as part of its text. */
export class Bm25Index {
  readonly #units: readonly TextUnit[];
  /** Term to alternating unit index and frequency. */
  readonly #postings = new Map<string, number[]>();
  readonly #lengths: Uint32Array;
  readonly #meanLength: number;

  /** `textOf` returns the text of a unit. */
  constructor(units: readonly TextUnit[], textOf: (unit: TextUnit) => string) {
    this.#units = units;
    this.#lengths = new Uint32Array(units.length);
    for (const [idx, unit] of units.entries()) {
      const terms = termsOf(`${textOf(unit)}\n${unit.path}`);
      this.#lengths[idx] = terms.length;
      for (const [term, frequency] of countsOf(terms)) {
        const postings = this.#postings.get(term);
        if (postings === undefined) this.#postings.set(term, [idx, frequency]);
        else postings.push(idx, frequency);
      }
    }
    const total = this.#lengths.reduce((sum, length) => sum + length, 0);
    this.#meanLength = total / Math.max(1, units.length);
  }

  /** Returns the units that share a term with the question, best first, at most `limit`. */
  search(question: string, limit: number): TextUnit[] {
    const scores = new Map<number, number>();
    for (const term of new Set(termsOf(question))) this.#add(term, scores);
    return [...scores]
      .toSorted(([idxA, scoreA], [idxB, scoreB]) => scoreB - scoreA || idxA - idxB)
      .slice(0, limit)
      .flatMap(([idx]) => this.#units[idx] ?? []);
  }

  #add(term: string, scores: Map<number, number>): void {
    const postings = this.#postings.get(term) ?? [];
    const nUnits = postings.length / 2;
    const idf = Math.log(1 + (this.#units.length - nUnits + 0.5) / (nUnits + 0.5));
    for (let at = 0; at < postings.length; at += 2) {
      const idx = postings[at] ?? 0;
      const frequency = postings[at + 1] ?? 0;
      const share = (this.#lengths[idx] ?? 0) / this.#meanLength;
      const weight = (frequency * (k1 + 1)) / (frequency + k1 * (1 - b + b * share));
      scores.set(idx, (scores.get(idx) ?? 0) + idf * weight);
    }
  }
}

/** Returns how often each item occurs, in the order of the first occurrences. */
export function countsOf(items: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
