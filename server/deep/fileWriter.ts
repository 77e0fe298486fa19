/**
 * Puts one file into the bank: cut, encoded where it is new, within the budget. A long file is put in parts, under a
 * hash that is none, so that what is encoded of it is not lost when others come first.
 */
import type { BankChunk, BankFile, ChunkFault, ChunkPlace, PutOutcome } from "../bank/bankTypes.ts";
import type { EncodedChunk } from "../lm/chunkEncoder.ts";
import type { ChunkShape } from "../lm/chunks.ts";
import type { LmTokenizer } from "../lm/lmTokenizer.ts";
import { bankChunk, cutFile, tokensIn, type CutChunk } from "./chunkWork.ts";
import { contentIdOf, fileIdOf, type DeepFile } from "./deepFiles.ts";

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
  readonly encode: (tokens: Uint16Array) => Promise<EncodedChunk>;
  /** A chunk that needs no encoding because another bank holds it; `undefined` when none does. */
  readonly copied: (chunkHash: string) => EncodedChunk | undefined;
  /** Whether a file is still to be encoded: now, when others were, or not as it is. */
  readonly wish: (file: DeepFile) => "now" | "later" | "none";
  /** Part of a file is being put: nothing may be told of it. */
  readonly putsPart: (file: DeepFile) => void;
  /** Bytes of a record for each token of its chunk, for what a file will need. */
  readonly bytesPerToken: number;
  /** Bytes that are free without forgetting anything. */
  readonly roomBytes: () => number;
  /** Bytes that the bank may hold now. */
  readonly capacityBytes: () => number;
}

export type WriteOutcome =
  | { readonly kind: "stored" | "gone" | "diskFull" | "interrupted" }
  /** What the model made of it is not what a chunk should be. */
  | { readonly kind: "refused"; readonly fault: ChunkFault }
  | { readonly kind: "noRoom"; readonly neededBytes: number; readonly isTooMuch: boolean };

/** So many chunks are put at once: what is lost by a kill, and held in memory while the disk is full. */
const chunksAtOnce = 8;
/** In place of the hash of the content, while chunks of a file are missing. */
const unfinished = "unfinished";

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
  /** Chunks of the file that is being written which are not in the bank yet. */
  readonly #encoded = new Map<string, EncodedChunk>();
  #fileId = "";

  constructor(options: FileWriterOptions) {
    this.#options = options;
  }

  /** Rejects as `encode` does. Errors: `storeUnavailable`. */
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
    this.#begin(file);
    for (const { chunkHash, chunk } of cuts) {
      if (bank.has(chunkHash) || this.#encoded.has(chunkHash)) continue;
      const copied = this.#options.copied(chunkHash);
      this.#encoded.set(chunkHash, copied ?? (await this.#options.encode(chunk.tokens)));
      const wish = this.#options.wish(file);
      if (wish === "none") return this.#interrupted();
      if (wish === "now" && this.#encoded.size < chunksAtOnce) continue;
      // What is encoded is kept, whatever comes next.
      this.#options.putsPart(file);
      const put = this.#put(file, cuts, neededBytes, unfinished);
      if (put.kind !== "stored") return put;
      if (wish === "later") return { kind: "interrupted" };
    }
    return this.#put(file, cuts, neededBytes, contentIdOf(file));
  }

  /** What is encoded of another file is of no use any more. */
  #begin({ rootId, path }: DeepFile): void {
    const fileId = fileIdOf(rootId, path);
    if (fileId !== this.#fileId) this.#encoded.clear();
    this.#fileId = fileId;
  }

  #interrupted(): WriteOutcome {
    this.#encoded.clear();
    return { kind: "interrupted" };
  }

  /** Puts what there is of a file. On a full disk what is encoded stays here for the next time. */
  #put(
    file: DeepFile,
    cuts: readonly CutChunk[],
    neededBytes: number,
    contentHash: string,
  ): WriteOutcome {
    const { bank, tokenizer } = this.#options;
    const chunks = cuts.flatMap((cut) => {
      const { chunkHash, firstLine, lastLine } = cut;
      if (bank.has(chunkHash)) return [{ chunkHash, firstLine, lastLine }];
      const encoded = this.#encoded.get(chunkHash);
      return encoded === undefined ? [] : [bankChunk(cut, encoded, tokenizer)];
    });
    const put = bank.put(fileIdOf(file.rootId, file.path), contentHash, chunks);
    if (put.kind !== "diskFull") this.#encoded.clear();
    return outcomeOf(put, neededBytes);
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
  #mayForget(file: DeepFile): boolean {
    const held = this.#options.bank.file(fileIdOf(file.rootId, file.path))?.contentHash;
    const isEdited = held !== undefined && held !== unfinished && held !== contentIdOf(file);
    return file.isOpen || isEdited;
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
      return put;
  }
}
