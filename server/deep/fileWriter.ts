/** Puts one file into the bank: cut, encoded where it is new, within the budget. */
import type { BankChunk, BankFile, ChunkPlace, PutOutcome } from "../bank/bankTypes.ts";
import type { EncodedChunk } from "../lm/chunkEncoder.ts";
import type { ChunkShape } from "../lm/chunks.ts";
import type { LmTokenizer } from "../lm/lmTokenizer.ts";
import { chunksToPut, cutFile, tokensIn, type CutChunk } from "./chunkWork.ts";
import { fileIdOf, type DeepFile } from "./deepFiles.ts";

/** What is needed of the bank. */
export interface FileBank {
  has(chunkHash: string): boolean;
  file(fileId: string): BankFile | undefined;
  bytesFreedBy(fileId: string, chunkHashes: ReadonlySet<string>): number;
  put(fileId: string, contentHash: string, chunks: readonly (BankChunk | ChunkPlace)[]): PutOutcome;
}

export interface FileWriterOptions {
  readonly bank: FileBank;
  readonly tokenizer: LmTokenizer;
  readonly shape: ChunkShape;
  /** The file's text when it is what the memory knows, else `undefined`: the memory will tell of the new one. */
  readonly read: (file: DeepFile) => string | undefined;
  /** Rejects with Interrupted when nobody wants the file any more, or not now. */
  readonly encode: (tokens: Uint16Array, file: DeepFile) => Promise<EncodedChunk>;
  /** Bytes of a record for each token of its chunk, for what a file will need. */
  readonly bytesPerToken: number;
  /** Bytes that are free without forgetting anything. */
  readonly roomBytes: () => number;
  /** Bytes that the bank may hold now. */
  readonly capacityBytes: () => number;
}

export type WriteOutcome =
  | { readonly kind: "stored" | "gone" | "diskFull" | "interrupted" }
  | { readonly kind: "noRoom"; readonly neededBytes: number; readonly isTooMuch: boolean };

/** A file is not encoded to its end. */
export class Interrupted extends Error {}

/** Returns about how many bytes a record has for each token of its chunk. */
export function recordBytesPerToken({
  nKvHeads,
  dHead,
}: {
  readonly nKvHeads: number;
  readonly dHead: number;
}): number {
  // A key and a value in int8 with a scale for each head, the token, its salience; then what a record has besides.
  return (2 * nKvHeads * dHead + 8 * nKvHeads + 6) * 1.1;
}

export class FileWriter {
  readonly #options: FileWriterOptions;

  constructor(options: FileWriterOptions) {
    this.#options = options;
  }

  /** Rejects as `encode` does, but for Interrupted. Errors: `storeUnavailable`. */
  async write(file: DeepFile): Promise<WriteOutcome> {
    const { bank, tokenizer, shape, read } = this.#options;
    const text = read(file);
    if (text === undefined) return { kind: "gone" };
    const cuts = cutFile(tokenizer, shape, file.path, text);
    const neededBytes = this.#neededBytes(file, cuts);
    const mayForget = this.#mayForget(file);
    const isTooMuch = neededBytes > this.#options.capacityBytes();
    if (isTooMuch || (!mayForget && neededBytes > this.#options.roomBytes()))
      return { kind: "noRoom", neededBytes, isTooMuch };
    try {
      const encode = (tokens: Uint16Array): Promise<EncodedChunk> =>
        this.#options.encode(tokens, file);
      const chunks = await chunksToPut(cuts, { bank, tokenizer, encode });
      const put = bank.put(fileIdOf(file.rootId, file.path), String(file.hash), chunks);
      return outcomeOf(put, neededBytes);
    } catch (error) {
      if (error instanceof Interrupted) return { kind: "interrupted" };
      throw error;
    }
  }

  /** Bytes that the bank will hold more. */
  #neededBytes({ rootId, path }: DeepFile, cuts: readonly CutChunk[]): number {
    const { bank, bytesPerToken } = this.#options;
    const distinct = new Map(cuts.map((cut) => [cut.chunkHash, cut]));
    const isNew = ({ chunkHash }: CutChunk): boolean => !bank.has(chunkHash);
    const freedBytes = bank.bytesFreedBy(fileIdOf(rootId, path), new Set(distinct.keys()));
    return tokensIn([...distinct.values()].filter(isNew)) * bytesPerToken - freedBytes;
  }

  /**
   * What the user has open or changed is worth more than what was recalled least. Of all others the more useful ones
   * came first, so that nothing is forgotten for them.
   */
  #mayForget({ rootId, path, hash, isOpen }: DeepFile): boolean {
    const held = this.#options.bank.file(fileIdOf(rootId, path))?.contentHash;
    return isOpen || (held !== undefined && held !== String(hash));
  }
}

function outcomeOf(put: PutOutcome, neededBytes: number): WriteOutcome {
  switch (put.kind) {
    case "stored":
    case "diskFull":
      return put;
    case "overBudget":
      return { kind: "noRoom", neededBytes, isTooMuch: true };
    case "unknownChunks":
      // Forgotten between the question and the writing: now they are encoded.
      return { kind: "interrupted" };
    case "refused":
      throw new Error(`the bank refuses a chunk: ${put.fault}`);
  }
}
