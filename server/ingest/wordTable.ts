/**
 * Remembers what became of each word: its terms, as bytes ready to be copied. A fill meets the same
 * words millions of times, and this table answers without making a string.
 *
 * Open addressing over a hash of the characters; words are compared character by character, so two
 * words with one hash stay two words.
 */
import { codeStopWords, englishStopWords, termsOfWord } from "./terms.ts";

/** UTF-16 units of a text. Reading them from an array costs a fraction of asking a string for each. */
export type Units = Uint16Array;

/** The table is emptied at this many words; it only saves time. */
const maxWords = 400_000;
/** Grows with the words, so that a table of few words stays in the processor's caches. */
const firstSlots = 1 << 14;

/** Left out of code and of comments alike. */
export const isNoise = 1;
/** Left out of code only. */
export const isKeyword = 2;

export class WordTable {
  /** For each slot the word's hash and its number + 1, which is 0 for a free slot: side by side, for the cache. */
  #slots = new Int32Array(2 * firstSlots);
  #characters = new Uint16Array(1 << 20);
  #nCharacters = 0;
  readonly #wordStarts = new Int32Array(maxWords + 1);
  readonly #termStarts = new Int32Array(maxWords + 1);
  #nWords = 0;
  #wordTerms = new Int32Array(1 << 20);
  readonly #termIds = new Map<string, number>();
  #bytes = Buffer.alloc(1 << 20);
  #byteStarts = new Int32Array(1 << 18);
  readonly flags = new Uint8Array(maxWords);
  /** Grows by one whenever the table was emptied, so that callers drop term numbers they hold. */
  generation = 0;

  /** Term numbers are below this. */
  nTerms = 0;

  /** Returns the number of the word `units[start, end)`. `hash` is `hashStep` over its units. */
  lookUp(units: Units, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const mask = (slots.length >> 1) - 1;
    let slot = slotOf(hash, mask);
    for (;;) {
      const word = (slots[2 * slot + 1] as number) - 1;
      if (word < 0) return this.#learn(textOf(units, start, end), hash);
      if (slots[2 * slot] === hash && this.#isWord(word, units, start, end)) return word;
      slot = (slot + 1) & mask;
    }
  }

  #isWord(word: number, units: Units, start: number, end: number): boolean {
    const from = this.#wordStarts[word] as number;
    if ((this.#wordStarts[word + 1] as number) - from !== end - start) return false;
    const characters = this.#characters;
    for (let i = start, c = from; i < end; i++, c++) if (characters[c] !== units[i]) return false;
    return true;
  }

  /** First and last-plus-one index into the word's terms, for `termAt`. */
  termsFrom(word: number): number {
    return this.#termStarts[word] as number;
  }
  termsTo(word: number): number {
    return this.#termStarts[word + 1] as number;
  }
  termAt(idx: number): number {
    return this.#wordTerms[idx] as number;
  }

  /** Copies a term's UTF-8 and a space to `out` at `at`; returns where the next one goes. */
  copyTerm(term: number, out: Uint8Array, at: number): number {
    const bytes = this.#bytes;
    let to = at;
    for (
      let i = this.#byteStarts[term] as number, end = this.#byteStarts[term + 1] as number;
      i < end;
      i++
    )
      out[to++] = bytes[i] as number;
    out[to++] = 32;
    return to;
  }

  #learn(word: string, hash: number): number {
    if (this.#nWords >= maxWords) this.#clear();
    if (4 * this.#nWords >= this.#slots.length) this.#growSlots();
    const id = this.#nWords++;
    place(this.#slots, hash, id + 1);
    this.#storeCharacters(word);
    this.#wordStarts[id + 1] = this.#nCharacters;
    const terms = termsOfWord(word);
    const lower = word.toLowerCase();
    this.flags[id] =
      (terms.length === 0 || englishStopWords.has(lower) ? isNoise : 0) |
      (codeStopWords.has(lower) ? isKeyword : 0);
    let to = this.#termStarts[id] as number;
    if (to + terms.length > this.#wordTerms.length)
      this.#wordTerms = grown(this.#wordTerms, Int32Array);
    // The whole of a compound name comes first and is met under this spelling only; its parts are shared.
    const isCompound = terms.length > 1;
    terms.forEach((term, t) => {
      this.#wordTerms[to++] = isCompound && t === 0 ? this.#newTerm(term) : this.#termId(term);
    });
    this.#termStarts[id + 1] = to;
    return id;
  }

  #growSlots(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    for (let at = 0; at < old.length; at += 2)
      if (old[at + 1] !== 0) place(this.#slots, old[at] as number, old[at + 1] as number);
  }

  #storeCharacters(word: string): void {
    while (this.#nCharacters + word.length > this.#characters.length)
      this.#characters = grown(this.#characters, Uint16Array);
    for (let i = 0; i < word.length; i++)
      this.#characters[this.#nCharacters++] = word.charCodeAt(i);
  }

  #termId(term: string): number {
    const known = this.#termIds.get(term);
    if (known !== undefined) return known;
    const id = this.#newTerm(term);
    // A copy, because a part of a word may keep a whole file's text alive.
    this.#termIds.set(Buffer.from(term).toString(), id);
    return id;
  }

  #newTerm(term: string): number {
    const id = this.nTerms++;
    if (id + 2 > this.#byteStarts.length) this.#byteStarts = grown(this.#byteStarts, Int32Array);
    const start = this.#byteStarts[id] as number;
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    while (start + term.length * 3 > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    this.#byteStarts[id + 1] = start + this.#bytes.write(term, start);
    return id;
  }

  #clear(): void {
    this.#slots = new Int32Array(2 * firstSlots);
    this.#nWords = 0;
    this.#nCharacters = 0;
    this.nTerms = 0;
    this.#termIds.clear();
    this.generation++;
  }
}

/** One step of the words' hash; begin with 0. */
export function hashStep(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0;
}

function textOf(units: Units, start: number, end: number): string {
  return Buffer.from(units.buffer, units.byteOffset + 2 * start, 2 * (end - start)).toString(
    "utf16le",
  );
}

function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask;
}

/** Puts an entry into the first free slot for its hash. */
function place(slots: Int32Array, hash: number, entry: number): void {
  const mask = (slots.length >> 1) - 1;
  let slot = slotOf(hash, mask);
  while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
  slots[2 * slot] = hash;
  slots[2 * slot + 1] = entry;
}

function grown<T extends Int32Array | Uint16Array>(old: T, type: new (length: number) => T): T {
  const larger = new type(old.length * 2);
  larger.set(old);
  return larger;
}
