/**
 * The names in front of each token, as hashes: what the bank layer matches exactly, beside the likeness of keys (n-gram
 * heads, Akyürek et al. 2024, over whole identifiers in place of tokens). A name is a run of letters, digits and
 * underscores; one that a text breaks off in counts as far as it is there. `training/memory_lm/names.py` does the same.
 */
import type { LmTokenizer } from "./lmTokenizer.ts";

/** Names that are kept of each place, the last one first. */
export const nNames = 3;
/** A prime below 2^26: products of a hash and a power of the base stay exact. */
const modulus = 67_108_859;
const base = 257;

/** Bytes at an end of a token that are of a name. */
interface NamePart {
  readonly length: number;
  readonly hash: number;
  /** base^length: with it the part is hashed behind what stands in front, in one step. */
  readonly power: number;
  readonly hasLetter: boolean;
}

/** What a token's text does to the names. */
interface TokenWord {
  /** All of it is of a name: head and tail are the same. */
  readonly isWhole: boolean;
  /** At its beginning: ends a name. */
  readonly head: NamePart;
  /** At its end: begins a name. */
  readonly tail: NamePart;
}

/** A name that may go on. */
interface OpenName {
  readonly hash: number;
  readonly length: number;
  readonly hasLetter: boolean;
}

const noName: OpenName = { hash: 0, length: 0, hasLetter: false };

/** A name in a text. */
export interface PlacedName {
  readonly hash: number;
  /** The first token that is no more of it, or the number of tokens. */
  readonly at: number;
}

/** One for each tokenizer: it remembers what each token does to the names. */
export class NameReader {
  static readonly #readers = new WeakMap<LmTokenizer, NameReader>();
  readonly #tokenizer: LmTokenizer;
  /** By token; made when a token is first met. */
  readonly #words: (TokenWord | undefined)[];

  /** To be made by `of`. */
  private constructor(tokenizer: LmTokenizer) {
    this.#tokenizer = tokenizer;
    this.#words = new Array<undefined>(tokenizer.vocabulary).fill(undefined);
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
   * At a place of `starts` (in order) a text begins that has nothing to do with what stands in front. Throws RangeError
   * for what is no token.
   */
  namesOf(ids: Uint16Array, starts: readonly number[] = []): Int32Array {
    const names = new Int32Array(ids.length * nNames);
    let from = 0;
    for (const start of starts) {
      this.#write(names.subarray(from * nNames), ids.subarray(from, start), 0);
      from = start;
    }
    this.#write(names.subarray(from * nNames), ids.subarray(from), 0);
    return names;
  }

  /** Writes the names of the tokens from `from` on behind those of the ones in front, as `namesOf` of all gives them. */
  continueNames(names: Int32Array, ids: Uint16Array, from: number): void {
    this.#write(names, ids, from);
  }

  /** Returns the hashes of all names of some tokens, each once; of one byte or of digits alone they are none. */
  distinctNames(ids: Uint16Array): Int32Array {
    return Int32Array.from(new Set(this.namesWithPlaces(ids).map(({ hash }) => hash)));
  }

  /** Returns all names of some tokens in order, as `distinctNames` does; the last one as far as it is there. */
  namesWithPlaces(ids: Uint16Array): PlacedName[] {
    const found: PlacedName[] = [];
    let name = noName;
    const finish = (at: number): void => {
      if (name.length > 1 && name.hasLetter) found.push({ hash: name.hash, at });
    };
    for (const [at, id] of ids.entries()) {
      const { isWhole, head, tail } = this.#wordOf(id);
      name = extended(name, head);
      if (isWhole) continue;
      finish(at);
      name = tail;
    }
    finish(ids.length);
    return found;
  }

  /** Writes from the `from`-th token on; the rows in front say what was. */
  #write(names: Int32Array, ids: Uint16Array, from: number): void {
    const before = (from - 1) * nNames;
    let [last, second, third] = from === 0 ? [0, 0, 0] : names.subarray(before, before + nNames);
    // Whatever ends with a part of a name leaves it open.
    let isOpen = from > 0 && this.#wordOf(ids[from - 1] as number).tail.length > 0;
    for (let at = from; at < ids.length; at++) {
      const { isWhole, head, tail } = this.#wordOf(ids[at] as number);
      if (head.length > 0) {
        if (!isOpen) [last, second, third] = [0, last, second];
        last = hashBehind(last as number, head);
      }
      if (!isWhole && tail.length > 0) [last, second, third] = [tail.hash, last, second];
      isOpen = tail.length > 0;
      names[at * nNames] = last as number;
      names[at * nNames + 1] = second as number;
      names[at * nNames + 2] = third as number;
    }
  }

  #wordOf(id: number): TokenWord {
    return (this.#words[id] ??= wordOf(this.#tokenizer.bytesOf(id)));
  }
}

function extended({ hash, length, hasLetter }: OpenName, part: NamePart): OpenName {
  return {
    hash: hashBehind(hash, part),
    length: length + part.length,
    hasLetter: hasLetter || part.hasLetter,
  };
}

/** Returns the hash of a part behind what has the hash `before`. */
function hashBehind(before: number, { hash, power }: NamePart): number {
  return (before * power + hash) % modulus;
}

function wordOf(bytes: Uint8Array): TokenWord {
  let head = 0;
  while (head < bytes.length && isOfName(bytes[head] as number)) head++;
  let tail = bytes.length;
  while (tail > 0 && isOfName(bytes[tail - 1] as number)) tail--;
  const isWhole = head === bytes.length && head > 0;
  return {
    isWhole,
    head: partOf(bytes.subarray(0, head)),
    tail: partOf(bytes.subarray(tail)),
  };
}

function partOf(bytes: Uint8Array): NamePart {
  let [hash, power, hasLetter] = [0, 1, false];
  for (const byte of bytes) {
    hash = (hash * base + byte + 1) % modulus;
    power = (power * base) % modulus;
    hasLetter ||= !isDigit(byte);
  }
  return { length: bytes.length, hash, power, hasLetter };
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isOfName(byte: number): boolean {
  const letter = byte | 0x20;
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x7a) || byte === 0x5f || byte >= 0x80;
}
