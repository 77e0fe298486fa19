/**
 * The bank: the long memory of the memory language model (LongMem: Wang et al. 2023, with the pools of M+: Wang et
 * al. 2025, acting on blocks of it). It holds the keys, values and tokens of a workspace's chunks, finds the blocks
 * that fit a prompt, and forgets. All calls but `open` and `upkeep` are synchronous, so it belongs in a worker thread.
 */
import { statSync } from "node:fs";
import path from "node:path";
import { asMemoryError } from "../memory/database.ts";
import { openParts, type BankParts } from "./bankParts.ts";
import { compact, upkeep, type UpkeepOutcome } from "./bankUpkeep.ts";
import { BankWriter, type ChangeOutcome } from "./bankWriter.ts";
import { recallBlocks, recallFault } from "./recallBlocks.ts";
import type { StoredFile } from "./bankTables.ts";
import type { BlockTokens } from "./bankContent.ts";
import type {
  BankChunk,
  BankFile,
  BankNotice,
  BankOptions,
  BankShape,
  BankStatus,
  ChunkPlace,
  MemoryTokens,
  MissingChunk,
  PutOutcome,
  RecallOptions,
  RecallOutcome,
  RecalledTokens,
} from "./bankTypes.ts";

const otherFiles = [
  ...["catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm", "lock"],
  ...["graph", "graph.json", "graph.lists"],
];

export type OpenOutcome =
  | { readonly kind: "ready"; readonly store: BankStore }
  /** Another process has it open. */
  | { readonly kind: "ownedElsewhere" };

export class BankStore {
  readonly #parts: BankParts;
  readonly #writer: BankWriter;

  /** To be made by `open`. */
  private constructor(parts: BankParts) {
    this.#parts = parts;
    this.#writer = new BankWriter(parts);
  }

  /**
   * Opens the bank in a folder, or makes one. What another model wrote is never read: `missing` says what has to be
   * encoded again, and `upkeep` removes it. Errors: RangeError for a shape that is none; `sqliteMissing`, `diskFull`,
   * `storeUnavailable`.
   */
  static async open(folder: string, shape: BankShape, options: BankOptions): Promise<OpenOutcome> {
    try {
      const parts = await openParts(folder, shape, options);
      if (parts === undefined) return { kind: "ownedElsewhere" };
      return { kind: "ready", store: new BankStore(parts) };
    } catch (error) {
      if (error instanceof RangeError) throw error;
      throw asMemoryError(error);
    }
  }

  /** What happened to an older bank when this one was opened. */
  get notices(): readonly BankNotice[] {
    return this.#parts.notices;
  }

  /** Returns whether a chunk is here, so that it can be put by its place alone. */
  has(chunkHash: string): boolean {
    return this.#parts.tables.chunks.has(chunkHash);
  }

  /**
   * Gives a file its chunks, in place of those that it had; what no file uses any more is gone at once. A chunk that
   * is here already is not written again. The ids and hashes are the caller's; none may be empty.
   * Errors: `storeUnavailable`.
   */
  put(
    fileId: string,
    contentHash: string,
    chunks: readonly (BankChunk | ChunkPlace)[],
  ): PutOutcome {
    if (fileId === "" || contentHash === "") throw new RangeError("an empty name");
    return this.#writer.put(fileId, contentHash, chunks);
  }

  /** Forgets a file: it is recalled no more, and its bytes are erased. Errors: `storeUnavailable`. */
  remove(fileId: string): ChangeOutcome {
    return this.#writer.remove(fileId);
  }

  /** Makes a file's chunks never go for want of room, or takes that back. Errors: `storeUnavailable`. */
  pin(fileId: string, isPinned = true): ChangeOutcome {
    return this.#writer.pin(fileId, isPinned);
  }

  /** Returns the blocks that fit the queries and the names best, with neighbours among them, best by key first. */
  recall(queries: readonly Float32Array[], options: RecallOptions): RecallOutcome {
    const { shape } = this.#parts;
    const fault = recallFault(queries, options, shape.nKvHeads * shape.dHead);
    if (fault !== undefined) return { kind: "refused", fault };
    return { kind: "recalled", blocks: recallBlocks(this.#parts, queries, options) };
  }

  /**
   * Returns the tokens of blocks, the oldest block first. A block that is gone, or whose record turns out to be
   * damaged, is left out and named; the chunk of a damaged one is `missing` from then on.
   * Errors: `storeUnavailable`, when the disk cannot be read.
   */
  tokensOf(blocks: readonly { readonly blockId: number }[]): RecalledTokens {
    const { tables, content, shape } = this.#parts;
    const ids = [...new Set(blocks.map(({ blockId }) => blockId))];
    const here = ids
      .flatMap((id) => tables.blocks.get(id) ?? [])
      .sort((a, b) => a.birth - b.birth || a.id - b.id);
    try {
      const { found, lost } = content.read(here);
      if (lost.length > 0) this.#writer.lose(lost);
      return { ...joinedTokens(found, shape), lost: ids.filter((id) => !tables.blocks.has(id)) };
    } catch (error) {
      throw asMemoryError(error);
    }
  }

  /** Tells how much each block that was recalled weighed in what was read; those of use are kept longer. */
  recalled(blockIds: readonly number[], weights: ArrayLike<number>): void {
    this.#writer.recalled(blockIds, weights);
  }

  /** Returns the remembered files. */
  files(): BankFile[] {
    return Array.from(this.#parts.tables.files.values(), asBankFile);
  }

  /** Returns a file, `undefined` when it is not remembered. */
  file(fileId: string): BankFile | undefined {
    const file = this.#parts.tables.files.get(fileId);
    return file && asBankFile(file);
  }

  /** Returns the chunks of remembered files that have to be encoded again. */
  missing(): MissingChunk[] {
    const { files, chunks } = this.#parts.tables;
    return [...files.values()].flatMap(({ fileId, uses }) =>
      uses.filter(({ hash }) => !chunks.has(hash)).map(({ hash }) => ({ fileId, chunkHash: hash })),
    );
  }

  /** Bytes of records that are in use: of the status the part that costs nothing. */
  get liveBytes(): number {
    return this.#parts.tables.liveBytes;
  }

  status(): BankStatus {
    const { tables, pool, index, content, folder, segments } = this.#parts;
    return {
      bytes: segments.bytes + otherBytes(folder),
      liveBytes: tables.liveBytes,
      nTokens: tables.nTokens,
      nBlocks: tables.blocks.size,
      nShortTerm: pool.size,
      nLongTerm: tables.blocks.size - pool.size,
      nFiles: tables.files.size,
      nMissingChunks: tables.nMissing,
      nForgottenChunks: tables.nForgotten,
      ramBytes: pool.bytes + content.bytes + index.bytes,
      search: index.search,
    };
  }

  /**
   * Does what can wait, for about `budgetMs`: erases, rewrites segments with holes, builds the graph. To be called
   * when nothing else is to be done, until there is no more. Errors: `storeUnavailable`.
   */
  async upkeep(budgetMs: number): Promise<UpkeepOutcome> {
    return upkeep(this.#parts, this.#writer, budgetMs);
  }

  /** Leaves no byte on the disk of what is gone. Returns false when the disk is too full for it. Errors: `storeUnavailable`. */
  compact(): boolean {
    return compact(this.#parts, this.#writer);
  }

  /** Errors: `storeUnavailable`; the bank is closed nevertheless. */
  close(): void {
    const { lock, catalogue, segments, index } = this.#parts;
    try {
      this.#writer.flush();
      index.save();
    } catch (error) {
      throw asMemoryError(error);
    } finally {
      segments.close();
      catalogue.close();
      lock.release();
    }
  }
}

function joinedTokens(
  found: readonly BlockTokens[],
  { nKvHeads, dHead }: BankShape,
): Omit<RecalledTokens, "lost"> {
  const n = found.reduce((sum, { tokens }) => sum + tokens.ids.length, 0);
  const all: MemoryTokens = {
    ids: new Uint16Array(n),
    keys: new Int8Array(n * nKvHeads * dHead),
    values: new Int8Array(n * nKvHeads * dHead),
    keyScales: new Float32Array(n * nKvHeads),
    valueScales: new Float32Array(n * nKvHeads),
  };
  let from = 0;
  const spans = found.map(({ block, tokens }) => {
    all.ids.set(tokens.ids, from);
    all.keys.set(tokens.keys, from * nKvHeads * dHead);
    all.values.set(tokens.values, from * nKvHeads * dHead);
    all.keyScales.set(tokens.keyScales, from * nKvHeads);
    all.valueScales.set(tokens.valueScales, from * nKvHeads);
    const to = from + tokens.ids.length;
    const span = { blockId: block.id, from, to };
    from = to;
    return span;
  });
  return { ...all, spans };
}

function asBankFile({ fileId, contentHash, isPinned, nForgotten }: StoredFile): BankFile {
  const hash = contentHash === "" ? undefined : contentHash;
  return { fileId, contentHash: hash, isPinned, nForgotten };
}

/** Bytes of what is not segments: there may be hundreds of those, and their lengths are known. */
function otherBytes(folder: string): number {
  return otherFiles.reduce(
    (n, name) => n + (statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
