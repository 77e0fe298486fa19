/**
 * The names in front of each token, as hashes: what the bank layer matches exactly, beside the likeness of keys (n-gram
 * heads, Akyürek et al. 2024, over whole identifiers in place of tokens). A name is a run of letters, digits and
 * underscores; one that a text breaks off in counts as far as it is there. `training/memory_lm/names.py` does the same.
 */
import type { LmTokenizer } from "./lmTokenizer.ts";

/** Names that are kept of each place, the last one first. */
export const nNames = 3;
/** A prime below 2^26: products of a hash and the base stay exact. */
const modulus = 67_108_859;
const base = 257;

/** What a token's text does to the names. */
interface TokenWord {
  /** All of it is of a name. */
  readonly isWhole: boolean;
  /** Bytes at its beginning that end a name. */
  readonly head: Uint8Array;
  /** Bytes at its end that begin a name. */
  readonly tail: Uint8Array;
}

/** A name in a text. */
export interface PlacedName {
  readonly hash: number;
  /** The token behind the one that it ends in. */
  readonly at: number;
}

export class NameReader {
  static readonly #readers = new WeakMap<LmTokenizer, NameReader>();
  readonly #tokenizer: LmTokenizer;
  readonly #words = new Map<number, TokenWord>();

  constructor(tokenizer: LmTokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** Returns a tokenizer's reader: what each of its tokens does is found out once. */
  static of(tokenizer: LmTokenizer): NameReader {
    let reader = NameReader.#readers.get(tokenizer);
    if (reader === undefined)
      NameReader.#readers.set(tokenizer, (reader = new NameReader(tokenizer)));
    return reader;
  }

  /**
   * Returns for each token the hashes of the last 3 names up to it, [n × 3], the newest first; 0 where there is none.
   * At a place of `starts` (in order) a text begins that has nothing to do with what stands in front.
   */
  namesOf(ids: Uint16Array, starts: readonly number[] = []): Int32Array {
    const names = new Int32Array(ids.length * nNames);
    const state = new NameState();
    let next = 0;
    for (const [at, id] of ids.entries()) {
      if (at === starts[next]) {
        next++;
        state.clear();
      }
      state.add(this.#wordOf(id));
      names.set(state.last, at * nNames);
    }
    return names;
  }

  /** Returns the hashes of all names of some tokens, each once; of one byte or of digits alone they are none. */
  distinctNames(ids: Uint16Array): Int32Array {
    return Int32Array.from(new Set(this.namesWithPlaces(ids).map(({ hash }) => hash)));
  }

  /** Returns all names of some tokens in order, as `distinctNames` does; the last one as far as it is there. */
  namesWithPlaces(ids: Uint16Array): PlacedName[] {
    const found: PlacedName[] = [];
    const state = new NameState();
    for (const [at, id] of ids.entries()) {
      const hash = state.add(this.#wordOf(id));
      if (hash !== undefined) found.push({ hash, at });
    }
    const hash = state.finish();
    if (hash !== undefined) found.push({ hash, at: ids.length });
    return found;
  }

  #wordOf(id: number): TokenWord {
    let word = this.#words.get(id);
    if (word === undefined) this.#words.set(id, (word = wordOf(this.#tokenizer.bytesOf(id))));
    return word;
  }
}

class NameState {
  /** Hashes, the newest first. */
  readonly last: number[] = new Array<number>(nNames).fill(0);
  #isOpen = false;
  #length = 0;
  #hasLetter = false;

  clear(): void {
    this.last.fill(0);
    this.#isOpen = false;
  }

  /** Returns the name that ended here, if it is one to be found by. */
  add({ isWhole, head, tail }: TokenWord): number | undefined {
    if (isWhole && this.#isOpen) {
      this.#extend(tail);
      return undefined;
    }
    if (!isWhole && head.length > 0) {
      if (this.#isOpen) this.#extend(head);
      else this.#begin(head);
    }
    const finished = this.finish();
    if (tail.length > 0) this.#begin(tail);
    return finished;
  }

  /** Ends the name at hand, and returns it if it is one to be found by. */
  finish(): number | undefined {
    if (!this.#isOpen) return undefined;
    this.#isOpen = false;
    return this.#length > 1 && this.#hasLetter ? this.last[0] : undefined;
  }

  #begin(bytes: Uint8Array): void {
    this.last.copyWithin(1, 0, nNames - 1);
    this.last[0] = 0;
    this.#length = 0;
    this.#hasLetter = false;
    this.#isOpen = true;
    this.#extend(bytes);
  }

  #extend(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.last[0] = ((this.last[0] as number) * base + byte + 1) % modulus;
      this.#hasLetter ||= !isDigit(byte);
    }
    this.#length += bytes.length;
  }
}

function wordOf(bytes: Uint8Array): TokenWord {
  let head = 0;
  while (head < bytes.length && isOfName(bytes[head] as number)) head++;
  let tail = bytes.length;
  while (tail > 0 && isOfName(bytes[tail - 1] as number)) tail--;
  const isWhole = head === bytes.length && head > 0;
  return { isWhole, head: bytes.subarray(0, head), tail: bytes.subarray(tail) };
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isOfName(byte: number): boolean {
  const letter = byte | 0x20;
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x7a) || byte === 0x5f || byte >= 0x80;
}
