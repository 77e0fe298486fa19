/**
 * Changes the bank: records first, then the catalogue in one transaction, then what is in memory, and last the
 * erasing of what is gone. A kill in between leaves the state before or after, and what is to be erased is noted.
 */
import { asMemoryError, isDiskFull, isStoreFailure } from "../memory/database.ts";
import { planPut, planRemove, putFault, type BankChange } from "./bankChange.ts";
import { tokensIn } from "./chunkRecord.ts";
import { loseChunk, type BankParts } from "./bankParts.ts";
import type { Block, StoredChunk, StoredFile } from "./bankTables.ts";
import type { BankChunk, ChunkPlace, PutOutcome } from "./bankTypes.ts";
import type { RecordPlace } from "./segmentFiles.ts";

/** A weight from which on a block is held to have been of use: its share of the pointer, mean over the tokens. */
const usefulWeight = 0.02;

export type ChangeOutcome =
  | { readonly kind: "done" }
  /** There is no such file. */
  | { readonly kind: "unknownFile" }
  | { readonly kind: "diskFull" };

export class BankWriter {
  readonly #parts: BankParts;
  /** Blocks whose recalls are not in the catalogue yet. */
  readonly #recalled = new Set<Block>();
  #toErase: RecordPlace[];

  constructor(parts: BankParts) {
    this.#parts = parts;
    this.#toErase = parts.catalogue.erasures();
    this.eraseDead();
  }

  put(
    fileId: string,
    contentHash: string,
    chunks: readonly (BankChunk | ChunkPlace)[],
  ): PutOutcome {
    const { tables, shape, segments } = this.#parts;
    const fault = putFault(tables, shape, chunks);
    if (fault !== undefined) return fault;
    const file = tables.files.get(fileId) ?? newFile(tables.nextId++, fileId);
    const change = planPut(this.#parts, file, chunks);
    if (change === undefined) return { kind: "overBudget" };
    const before = new Map(segments.lengths);
    try {
      const places = segments.append(change.written.map(({ bytes }) => bytes));
      change.written.forEach(({ chunk }, i) => (chunk.place = places[i] as RecordPlace));
      this.#commit(change, () =>
        this.#parts.catalogue.putFile({ ...file, contentHash, nForgotten: 0 }),
      );
    } catch (error) {
      segments.rollBack(before);
      if (isDiskFull(error)) return { kind: "diskFull" };
      throw asMemoryError(error);
    }
    file.contentHash = contentHash;
    tables.setForgotten(file, 0);
    tables.addFile(file);
    this.#apply(change);
    // On a full disk they stay in memory until the next time.
    attempt(() => this.#parts.catalogue.mergeNames());
    const nWritten = change.written.length;
    return { kind: "stored", nWritten, nReused: chunks.length - nWritten };
  }

  remove(fileId: string): ChangeOutcome {
    const { tables, catalogue } = this.#parts;
    const file = tables.files.get(fileId);
    if (file === undefined) return { kind: "unknownFile" };
    const change = planRemove(this.#parts, file);
    const outcome = attempt(() => this.#commit(change, () => catalogue.dropFile(file.id)));
    if (outcome.kind !== "done") return outcome;
    tables.removeFile(file);
    this.#apply(change);
    return outcome;
  }

  pin(fileId: string, isPinned: boolean): ChangeOutcome {
    const { tables, catalogue } = this.#parts;
    const file = tables.files.get(fileId);
    if (file === undefined) return { kind: "unknownFile" };
    const outcome = attempt(() => catalogue.putFile({ ...file, isPinned }));
    if (outcome.kind === "done") file.isPinned = isPinned;
    return outcome;
  }

  /** Counts a recall of each block that was of use. Blocks that are gone, and weights that are none, count nothing. */
  recalled(blockIds: readonly number[], weights: ArrayLike<number>): void {
    blockIds.forEach((id, i) => {
      const block = this.#parts.tables.blocks.get(id);
      if (block === undefined || !((weights[i] ?? 0) >= usefulWeight)) return;
      block.recalls++;
      this.#recalled.add(block);
    });
  }

  /** Writes what was only counted in memory. A full disk leaves it for another time. */
  flush(): void {
    if (this.#recalled.size === 0) return;
    const { catalogue } = this.#parts;
    const outcome = attempt(() => catalogue.transaction(() => this.#writeRecalls()));
    if (outcome.kind === "done") this.#recalled.clear();
  }

  /** Drops chunks whose records are damaged: their files have to be put again. */
  lose(chunks: readonly StoredChunk[]): void {
    const { catalogue } = this.#parts;
    const drop = (): void => chunks.forEach((chunk) => loseChunk(catalogue, chunk));
    // On a full disk they are found out again when the bank is opened the next time.
    attempt(() => catalogue.transaction(drop));
    this.#forget(chunks);
    this.eraseDead();
  }

  /** Erases records that are gone. What the system refuses now is tried again later. */
  eraseDead(): void {
    const places = this.#toErase;
    if (places.length === 0) return;
    const { catalogue, segments } = this.#parts;
    try {
      segments.erase(places);
      catalogue.transaction(() => catalogue.dropErasures(places));
      this.#toErase = [];
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      this.#toErase = places;
    }
  }

  /** Records in a file that is removed as a whole need no erasing. */
  skipErasing(segment: number): void {
    this.#toErase = this.#toErase.filter((place) => place.segment !== segment);
  }

  #commit(change: BankChange, putFile: () => void): void {
    const { catalogue, segments, tables } = this.#parts;
    const before = catalogue.segments();
    catalogue.transaction(() => {
      catalogue.setSegments(segments.lengths, before);
      for (const [file, uses] of change.uses) catalogue.setUses(file.id, uses);
      for (const [file, n] of change.nForgotten)
        catalogue.putFile({ ...file, nForgotten: file.nForgotten + n });
      for (const chunk of change.gone) catalogue.dropChunk(chunk);
      const added = new Set(change.pool.added);
      for (const { chunk, rows, names } of change.written) {
        for (const block of chunk.blocks) block.isShortTerm = added.has(block);
        catalogue.putChunk(chunk, rows, names);
      }
      this.#writeRecalls();
      for (const block of change.pool.dropped)
        if (block.isShortTerm) catalogue.setBlock({ ...block, isShortTerm: false });
      catalogue.setMeta("clock", change.clock);
      catalogue.setMeta("poolState", change.pool.state);
      catalogue.setMeta("nextId", tables.nextId);
      putFile();
    });
    this.#recalled.clear();
  }

  #apply(change: BankChange): void {
    const { tables, index, names, pool } = this.#parts;
    this.#forget(change.gone);
    names.changed();
    const newOf = new Map(change.written.map((written) => [written.chunk, written]));
    for (const { chunk, rows } of change.written) {
      tables.addChunk(chunk);
      let at = 0;
      for (const block of chunk.blocks) {
        const end = at + (rows.length / rowsIn(chunk)) * block.nRepresentatives;
        index.add(block, rows.subarray(at, end));
        at = end;
      }
    }
    for (const [file, uses] of change.uses) tables.setUses(file, uses);
    for (const [file, n] of change.nForgotten) tables.setForgotten(file, file.nForgotten + n);
    tables.clock = change.clock;
    pool.apply(change.pool);
    for (const block of change.pool.dropped) block.isShortTerm = false;
    for (const block of change.pool.added) {
      const written = newOf.get(block.chunk);
      if (written !== undefined) pool.hold(block, tokensIn(written.record, block));
    }
    this.eraseDead();
  }

  #forget(chunks: readonly StoredChunk[]): void {
    const { tables, index, names, pool, content } = this.#parts;
    names.changed();
    for (const chunk of chunks) {
      tables.removeChunk(chunk);
      for (const block of chunk.blocks) {
        index.remove(block);
        pool.remove(block);
        content.forget(block);
        this.#recalled.delete(block);
      }
      this.#toErase.push(chunk.place);
    }
  }

  #writeRecalls(): void {
    for (const block of this.#recalled) this.#parts.catalogue.setBlock(block);
  }
}

function newFile(id: number, fileId: string): StoredFile {
  return { id, fileId, contentHash: "", isPinned: false, nForgotten: 0, uses: [] };
}

function rowsIn({ blocks }: StoredChunk): number {
  return blocks.reduce((n, block) => n + block.nRepresentatives, 0);
}

/** Errors: those of the catalogue, but for a full disk. */
function attempt(change: () => void): ChangeOutcome {
  try {
    change();
    return { kind: "done" };
  } catch (error) {
    if (isDiskFull(error)) return { kind: "diskFull" };
    throw asMemoryError(error);
  }
}
