/**
 * Where the terms of a question stand in one text. The text is walked once for all of its chunks, and only words
 * that can hold a term are looked at: a question has few terms, and a file many words.
 */
import { codeStopWords, englishStopWords, termsOfWord } from "../ingest/terms.ts";

/** A longer text is looked at up to here only; few files that are remembered are as long. */
const maxCharacters = 200_000;
/** So much is looked at for one question; then only the beginning of every further text. */
const maxPerQuestion = 4_000_000;
const maxBeginning = 12_000;
/** Two words further apart than this do not stand together. */
const maxGap = 20;
/** Letters of a term that a word which holds it is sure to have: stemming changes endings. */
const prefixLength = 3;
const maxKeptWords = 20_000;

/** A word of the text that holds terms of the question. */
interface Hit {
  readonly start: number;
  readonly end: number;
  /** Numbers of the terms, by their place in `TermFinder.terms`. */
  readonly terms: readonly number[];
}

/** The terms of a question in a form that texts can be held against. Good for one question. */
export class TermFinder {
  readonly terms: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #candidates: RegExp | undefined;
  readonly #words = new Map<string, readonly number[]>();
  #left = maxPerQuestion;
  /** Pairs of terms that follow each other in the question, as `first * terms.length + second`. */
  readonly #pairs: ReadonlySet<number>;

  /** `terms` without repetitions; `inOrder` are those of the question's text as they follow each other. */
  constructor(terms: readonly string[], inOrder: readonly string[]) {
    this.terms = terms;
    this.#numbers = new Map(terms.map((term, number) => [term, number]));
    const prefixes = [...new Set(terms.map(prefixOf))];
    this.#candidates =
      prefixes.length === 0 ? undefined : new RegExp(prefixes.map(escaped).join("|"), "giu");
    const numbers = inOrder.flatMap((term) => this.#numbers.get(term) ?? []);
    const pairs = new Set<number>();
    for (const [i, first] of numbers.entries()) {
      const second = numbers[i + 1];
      if (second !== undefined && second !== first) pairs.add(first * terms.length + second);
    }
    this.#pairs = pairs;
  }

  /** Terms that follow each other in the question, by their numbers. */
  get pairs(): (readonly [number, number])[] {
    const n = this.terms.length;
    return [...this.#pairs].map((pair) => [Math.floor(pair / n), pair % n]);
  }

  /** Whether a text in which `first` is followed by `second` keeps two neighbours of the question together. */
  isPair(first: number, second: number): boolean {
    return this.#pairs.has(first * this.terms.length + second);
  }

  /** Returns where the terms stand in a text, or in its beginning: the texts of one question share a limit. */
  find(text: string): TermHits {
    const hits: Hit[] = [];
    const nLooked = Math.min(text.length, maxCharacters, Math.max(maxBeginning, this.#left));
    this.#left -= nLooked;
    const pattern = this.#candidates;
    if (pattern === undefined) return new TermHits(this, hits);
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      if (match.index >= nLooked) break;
      const start = wordStart(text, match.index);
      const end = wordEnd(text, match.index + 1);
      pattern.lastIndex = end;
      const terms = this.#termsOf(text.slice(start, end));
      if (terms.length > 0) hits.push({ start, end, terms });
    }
    return new TermHits(this, hits);
  }

  #termsOf(word: string): readonly number[] {
    let numbers = this.#words.get(word);
    if (numbers === undefined) {
      const lower = word.toLowerCase();
      const isNoise = englishStopWords.has(lower) || codeStopWords.has(lower);
      const terms = isNoise ? [] : termsOfWord(word);
      numbers = [...new Set(terms.flatMap((term) => this.#numbers.get(term) ?? []))];
      if (this.#words.size >= maxKeptWords) this.#words.clear();
      this.#words.set(word, numbers);
    }
    return numbers;
  }
}

/** What of a question's terms a part of a text holds. */
export interface HitCount {
  /** By term number: how often it stands there. */
  readonly counts: Uint16Array;
  /** Neighbours of the question that stand together here, each once, as `[first, second]`. */
  readonly pairs: readonly (readonly [number, number])[];
}

export class TermHits {
  readonly #finder: TermFinder;
  readonly #hits: readonly Hit[];

  constructor(finder: TermFinder, hits: readonly Hit[]) {
    this.#finder = finder;
    this.#hits = hits;
  }

  /** Counts the words that begin in `[start, end)`, UTF-16 offsets of the text. */
  within(start: number, end: number): HitCount {
    const counts = new Uint16Array(this.#finder.terms.length);
    const pairs = new Map<string, readonly [number, number]>();
    let before: Hit | undefined;
    for (let i = firstAt(this.#hits, start); i < this.#hits.length; i++) {
      const hit = this.#hits[i] as Hit;
      if (hit.start >= end) break;
      for (const term of hit.terms) counts[term] = Math.min(65_535, (counts[term] as number) + 1);
      const isNear = before !== undefined && hit.start - before.end <= maxGap;
      this.#pairsIn(isNear ? (before as Hit).terms : [], hit.terms, pairs);
      before = hit;
    }
    return { counts, pairs: [...pairs.values()] };
  }

  #pairsIn(
    before: readonly number[],
    here: readonly number[],
    found: Map<string, readonly [number, number]>,
  ): void {
    const add = (first: number, second: number): void => {
      if (this.#finder.isPair(first, second)) found.set(`${first} ${second}`, [first, second]);
    };
    for (const second of here) {
      for (const first of before) add(first, second);
      for (const first of here) if (first !== second) add(first, second);
    }
  }
}

function firstAt(hits: readonly Hit[], offset: number): number {
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hits[middle] as Hit).start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `fli` is the stem of "fly": an i at a stem's end may have been a y. */
function prefixOf(term: string): string {
  const safe = term.length <= prefixLength && term.endsWith("i") ? term.length - 1 : prefixLength;
  return term.slice(0, safe);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function wordStart(text: string, from: number): number {
  let at = from;
  while (at > 0 && isWordUnit(text.charCodeAt(at - 1))) at--;
  return at;
}

function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && isWordUnit(text.charCodeAt(at))) at++;
  return at;
}

/** Letters, digits, `_`, `$`, and everything that is not ASCII; `termsOfWord` sorts that out. */
function isWordUnit(code: number): boolean {
  return (
    code > 127 ||
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36
  );
}
