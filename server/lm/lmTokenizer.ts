/**
 * Byte-level BPE inside pieces, as `training/memory_lm/lm_tokenizer.py` does it: tokens 0 to 255 are bytes, 256 + i is
 * the i-th merge, and the last ones of the vocabulary are special: they stand for no text.
 */
import { Buffer } from "node:buffer";
import { ModelFaultError } from "../model/modelFault.ts";
import { maxPieceBytes, pieceEnd } from "./pieces.ts";

/** Special tokens at the end of the vocabulary: the first of them begins a header, the others are reserved. */
export const nSpecialTokens = 4;
const nByteTokens = 256;
/** Pieces of code repeat: so many cover nearly all of a repository's text. */
const maxKnownPieces = 65_536;
const noBytes = new Uint8Array(0);

/** One per thread: it remembers the tokens of pieces it has seen. */
export class LmTokenizer {
  /** Each token is below it. */
  readonly vocabulary: number;
  /** Begins the header of a chunk. */
  readonly fileToken: number;
  /** By left * 65,536 + right. */
  readonly #ranks = new Map<number, number>();
  readonly #bytes: Uint8Array[] = Array.from({ length: nByteTokens }, (_, byte) =>
    Uint8Array.of(byte),
  );
  /** What longer tokens begin with, one letter for each byte; made when it is asked for. */
  #beginnings: Set<string> | undefined;
  readonly #known = new Map<string, readonly number[]>();

  /**
   * `merges` as `readMerges` returns them; `file` is where they come from. Errors: ModelFaultError `dimensions`,
   * `tokenizer`.
   */
  constructor(merges: Uint32Array, vocabulary: number, file: string) {
    const nMerges = merges.length / 2;
    if (nByteTokens + nMerges + nSpecialTokens > vocabulary || vocabulary > 65_536)
      throw new ModelFaultError("dimensions", file, `${nMerges} merges for ${vocabulary} tokens`);
    this.vocabulary = vocabulary;
    this.fileToken = vocabulary - nSpecialTokens;
    for (let rank = 0; rank < nMerges; rank++)
      this.#addMerge(merges[rank * 2] as number, merges[rank * 2 + 1] as number, rank, file);
  }

  /** Each token below it has a text, and no other. */
  get nTextTokens(): number {
    return this.#bytes.length;
  }

  /** Returns the tokens of bytes, which need not be UTF-8. */
  encode(bytes: Uint8Array): Uint16Array {
    const text = latin1Of(bytes);
    const tokens = new Uint16Array(bytes.length);
    let n = 0;
    for (let start = 0; start < bytes.length;) {
      const end = pieceEnd(bytes, start);
      for (const token of this.#tokensOf(text.slice(start, end))) tokens[n++] = token;
      start = end;
    }
    return tokens.slice(0, n);
  }

  /** Returns the text of tokens; special ones stand for none. Throws RangeError for what is no token. */
  decode(tokens: Iterable<number>): Uint8Array {
    return Buffer.concat(Array.from(tokens, (token) => this.bytesOf(token)));
  }

  /** Returns the text of a token, not to be changed: at most 34 bytes, none for a special one. Throws RangeError. */
  bytesOf(token: number): Uint8Array {
    const bytes = this.#bytes[token];
    if (bytes !== undefined) return bytes;
    if (!Number.isInteger(token) || token < 0 || token >= this.vocabulary)
      throw new RangeError(`token ${token} of ${this.vocabulary}`);
    return noBytes;
  }

  /** True when a longer token begins with this text, so that a text which ends with it may have been cut there. */
  isBeginning(text: Uint8Array): boolean {
    this.#beginnings ??= this.#allBeginnings();
    return this.#beginnings.has(latin1Of(text));
  }

  #allBeginnings(): Set<string> {
    const beginnings = new Set<string>();
    for (const bytes of this.#bytes)
      for (let end = 1; end < bytes.length; end++) beginnings.add(latin1Of(bytes.subarray(0, end)));
    return beginnings;
  }

  #addMerge(left: number, right: number, rank: number, file: string): void {
    const bytes = Buffer.concat([this.bytesOf(left), this.bytesOf(right)]);
    const pair = pairOf(left, right);
    // No piece can hold such a token, and a file made for it could ask for any amount of memory.
    if (bytes.length > maxPieceBytes)
      throw new ModelFaultError("tokenizer", file, `merge ${rank} has ${bytes.length} bytes`);
    if (this.#ranks.has(pair))
      throw new ModelFaultError("tokenizer", file, `merge ${rank} is there twice`);
    this.#ranks.set(pair, rank);
    this.#bytes.push(new Uint8Array(bytes));
  }

  #tokensOf(piece: string): readonly number[] {
    const known = this.#known.get(piece);
    if (known !== undefined) return known;
    // Starting anew costs a moment now and then, and needs no order of use.
    if (this.#known.size >= maxKnownPieces) this.#known.clear();
    const tokens = this.#merged(piece);
    this.#known.set(piece, tokens);
    return tokens;
  }

  /** Applies the merge of lowest rank, wherever it fits, as long as one does (Sennrich et al. 2016). */
  #merged(piece: string): readonly number[] {
    let tokens = Array.from(piece, (letter) => letter.charCodeAt(0));
    for (;;) {
      const rank = this.#lowestRank(tokens);
      if (rank === undefined) return tokens;
      tokens = this.#afterMerge(tokens, rank);
    }
  }

  #lowestRank(tokens: readonly number[]): number | undefined {
    let lowest: number | undefined;
    for (let i = 1; i < tokens.length; i++) {
      const rank = this.#rankAt(tokens, i);
      if (rank !== undefined && (lowest === undefined || rank < lowest)) lowest = rank;
    }
    return lowest;
  }

  #afterMerge(tokens: readonly number[], rank: number): number[] {
    const merged: number[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const fits = this.#rankAt(tokens, i + 1) === rank;
      merged.push(fits ? nByteTokens + rank : (tokens[i] as number));
      if (fits) i++;
    }
    return merged;
  }

  /** The rank of the pair that ends at `i`; `undefined` when it is not merged. */
  #rankAt(tokens: readonly number[], i: number): number | undefined {
    const right = tokens[i];
    return right === undefined
      ? undefined
      : this.#ranks.get(pairOf(tokens[i - 1] as number, right));
  }
}

function pairOf(left: number, right: number): number {
  return left * 65_536 + right;
}

/** One letter for each byte. */
function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
