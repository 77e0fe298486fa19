/** What is in the bank, in memory: files use chunks, chunks consist of blocks. Keys and values are not here. */
import type { RecordPlace } from "./segmentFiles.ts";

/** A run of tokens that is recalled as one. */
export interface Block {
  readonly id: number;
  readonly chunk: StoredChunk;
  /** Its place in the chunk. */
  readonly idx: number;
  /** Tokens of the chunk. */
  readonly start: number;
  readonly end: number;
  /** Lines, counted from the chunk's first; the last one is included. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** The bank's clock when it was written, in tokens. */
  readonly birth: number;
  readonly nRepresentatives: number;
  /** Of its tokens as they lie in the record. */
  readonly checksum: number;
  isShortTerm: boolean;
  /** How often it was recalled and of use. */
  recalls: number;
}

/** A chunk on disk, once for all files that it is in. */
export interface StoredChunk {
  readonly id: number;
  readonly hash: string;
  place: RecordPlace;
  readonly nTokens: number;
  readonly headerLength: number;
  readonly blocks: Block[];
  readonly uses: Set<ChunkUse>;
}

/** A chunk in a file. */
export interface ChunkUse {
  readonly file: StoredFile;
  /** Its place among the file's chunks. */
  readonly idx: number;
  readonly hash: string;
  readonly firstLine: number;
  /** Its first token behind the header, among those of the file. */
  readonly fromToken: number;
}

export interface StoredFile {
  readonly id: number;
  readonly fileId: string;
  contentHash: string;
  isPinned: boolean;
  nForgotten: number;
  /** In order; those that were forgotten are not here. */
  uses: ChunkUse[];
}

export class BankTables {
  readonly files = new Map<string, StoredFile>();
  readonly chunks = new Map<string, StoredChunk>();
  readonly blocks = new Map<number, Block>();
  /** Tokens that were ever written. */
  clock = 0;
  nTokens = 0;
  liveBytes = 0;
  nextId = 1;
  #nForgotten = 0;
  /** Uses by the hash of their chunk, whether it is there or not. */
  readonly #usesOf = new Map<string, number>();
  #nUses = 0;
  /** Uses whose chunk is there. */
  #nPresent = 0;

  /** Chunks of files that are not there, counted for each file. */
  get nMissing(): number {
    return this.#nUses - this.#nPresent;
  }

  /** Chunks that went for want of room, of files that are still remembered otherwise. */
  get nForgotten(): number {
    return this.#nForgotten;
  }

  addFile(file: StoredFile): void {
    if (!this.files.has(file.fileId)) this.#nForgotten += file.nForgotten;
    this.files.set(file.fileId, file);
  }

  removeFile(file: StoredFile): void {
    if (this.files.delete(file.fileId)) this.#nForgotten -= file.nForgotten;
  }

  /** Sets how many chunks of a file went for want of room. */
  setForgotten(file: StoredFile, n: number): void {
    if (this.files.has(file.fileId)) this.#nForgotten += n - file.nForgotten;
    file.nForgotten = n;
  }

  addChunk(chunk: StoredChunk): void {
    this.chunks.set(chunk.hash, chunk);
    this.#nPresent += this.#usesOf.get(chunk.hash) ?? 0;
    for (const block of chunk.blocks) this.blocks.set(block.id, block);
    this.nTokens += chunk.nTokens;
    this.liveBytes += chunk.place.bytes;
  }

  /** The uses stay: they tell what is missing. */
  removeChunk(chunk: StoredChunk): void {
    this.chunks.delete(chunk.hash);
    this.#nPresent -= this.#usesOf.get(chunk.hash) ?? 0;
    for (const block of chunk.blocks) this.blocks.delete(block.id);
    this.nTokens -= chunk.nTokens;
    this.liveBytes -= chunk.place.bytes;
  }

  /** Gives a file its chunks, in place of those that it had. */
  setUses(file: StoredFile, uses: ChunkUse[]): void {
    for (const use of file.uses) {
      this.chunks.get(use.hash)?.uses.delete(use);
      this.#count(use, -1);
    }
    file.uses = uses;
    for (const use of uses) {
      this.chunks.get(use.hash)?.uses.add(use);
      this.#count(use, 1);
    }
  }

  #count({ hash }: ChunkUse, by: 1 | -1): void {
    const n = (this.#usesOf.get(hash) ?? 0) + by;
    if (n === 0) this.#usesOf.delete(hash);
    else this.#usesOf.set(hash, n);
    this.#nUses += by;
    if (this.chunks.has(hash)) this.#nPresent += by;
  }

  /** Chunks that no file would use any more if these uses were gone. */
  orphansWithout(uses: readonly ChunkUse[], kept: ReadonlySet<string> = new Set()): StoredChunk[] {
    const leaving = new Set(uses);
    const hashes = new Set(uses.map(({ hash }) => hash));
    return [...hashes].flatMap((hash) => {
      const chunk = this.chunks.get(hash);
      if (chunk === undefined || kept.has(hash)) return [];
      return [...chunk.uses].every((use) => leaving.has(use)) ? [chunk] : [];
    });
  }
}

/** Returns the tokens of its file that a block has in one of its chunk's uses. */
export function tokensInFile(
  block: Block,
  { fromToken }: ChunkUse,
): { readonly from: number; readonly to: number } {
  const { headerLength } = block.chunk;
  const from = fromToken + Math.max(0, block.start - headerLength);
  return { from, to: fromToken + block.end - headerLength };
}
