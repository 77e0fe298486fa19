/**
 * Writes one root's memory. One writer a store, in the ingest thread; what is committed survives a kill
 * at any moment (SQLite WAL).
 */
import type { FailReason, SkipReason } from "../../protocol/types.ts";
import type { FileStat } from "../ports.ts";
import { openDatabase, type Database } from "./database.ts";
import {
  blobRowOf,
  fileRowOf,
  type BlobLevel,
  type BlobRow,
  type FileRow,
  type RawFile,
} from "./memoryRows.ts";
import { ProblemPages, type StoredProblems } from "./problemPages.ts";
import {
  chunkColumns,
  chunkerVersion,
  createTables,
  embeddingModelKey,
  schemaVersion,
  storeIdKey,
} from "./schema.ts";
import { prepareStatements, type WriterStatements } from "./writerStatements.ts";

/** What is stored of one version of a file's content. */
export interface BlobContent {
  /** XXH64 of the bytes, as a signed 64-bit integer. */
  readonly hash: bigint;
  readonly language: string;
  readonly nLines: number;
  readonly level: BlobLevel;
  readonly fallback: string | undefined;
  /** `packSpans` of the chunks. */
  readonly chunks: Uint8Array;
  /** `packSymbols` of the symbols. */
  readonly symbols: Uint8Array;
  readonly nChunks: number;
  /** Index terms: `chunkColumns.length` strings for each chunk, in order. */
  readonly columns: readonly string[];
  /** Embeddings of the chunks in order, one after the other; `undefined` when there is no model. */
  readonly vectors: Uint8Array | undefined;
}

/** What it takes to compute the embeddings of stored content from the file that holds it. */
export interface UnembeddedBlob {
  readonly hash: bigint;
  /** `packSpans` of the chunks. */
  readonly chunks: Uint8Array;
}

const cacheBytes = 24 * 1024 * 1024;
/** Pages of the journal after which it is folded into the main file. */
const checkpointPages = 4_000;
const bulkCheckpointPages = 32_000;
/** Content that no file has any more is kept for a return to its branch, up to this many chunks … */
const minKeptOrphanChunks = 4_000;
/** … or this share of all chunks. */
const keptOrphanShare = 0.1;

export class MemoryWriter {
  /** Why the store on disk had to be made anew, when it had to. */
  readonly replaced: "damaged" | "otherVersion" | undefined;
  readonly #database: Database;
  readonly #problems: ProblemPages;
  readonly #statements: WriterStatements;
  #nextBlobId = 1;
  #inTransaction = false;

  /** Opens or creates the store. Errors: `storeUnavailable`, `diskFull`, `sqliteMissing`. */
  constructor(file: string) {
    const opened = openDatabase({
      file,
      content: { kind: "replaceable", schemaVersion, create: createTables },
      synchronous: "NORMAL",
      cacheBytes,
    });
    this.#database = opened.database;
    this.replaced =
      opened.movedAside !== undefined
        ? "damaged"
        : opened.otherVersion
          ? "otherVersion"
          : undefined;
    try {
      this.setBulk(false);
      this.#statements = prepareStatements(this.#database);
      this.#problems = new ProblemPages(this.#database);
      if (this.meta("chunkerVersion") !== String(chunkerVersion)) this.clear();
      if (this.meta(storeIdKey) === undefined) this.setMeta(storeIdKey, crypto.randomUUID());
      this.#nextBlobId = this.#readNextBlobId();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /**
   * Between `true` and `false` a power cut, though no kill, may damage the store, which is then built
   * anew: for the first fill only, when there is nothing to lose. Not inside a transaction.
   */
  setBulk(bulk: boolean): void {
    const [synchronous, nPages] = bulk ? ["OFF", bulkCheckpointPages] : ["NORMAL", checkpointPages];
    this.#database.exec(
      `PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = ${nPages}`,
    );
  }

  begin(): void {
    if (this.#inTransaction) return;
    this.#database.exec("BEGIN IMMEDIATE");
    this.#inTransaction = true;
  }

  /** What was written since `begin` is durable when this returns. */
  commit(): void {
    if (!this.#inTransaction) return;
    this.#database.exec("COMMIT");
    this.#inTransaction = false;
  }

  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  /** Every row of the file table, for the comparison with the disk. */
  files(): FileRow[] {
    return (this.#statements.files.all() as unknown as RawFile[]).map(fileRowOf);
  }

  /** Returns the blob of a content hash, `undefined` when that content is not remembered. */
  blobByHash(hash: bigint): BlobRow | undefined {
    return blobRowOf(this.#statements.blobByHash.get(hash));
  }

  blobById(id: number): BlobRow | undefined {
    return blobRowOf(this.#statements.blobById.get(id));
  }

  /** Returns what a remembered file holds, `undefined` when the path is not remembered. */
  blobOfPath(path: string): BlobRow | undefined {
    return blobRowOf(this.#statements.blobOfPath.get(path));
  }

  /** Stores new content, or replaces what was stored of the same content. Returns the blob's id. */
  putBlob(content: BlobContent): number {
    const old = this.blobByHash(content.hash);
    if (old !== undefined) {
      this.#deleteBlob(old.id, old.nChunks);
    }
    const id = this.#nextBlobId;
    this.#nextBlobId += Math.max(1, content.nChunks);
    this.#statements.insertBlob.run(
      id,
      content.hash,
      content.language,
      content.nLines,
      content.nChunks,
      content.level,
      content.fallback ?? null,
      content.chunks,
      content.symbols,
      content.vectors === undefined || content.nChunks === 0
        ? null
        : this.#insertVectors(content.vectors),
    );
    const width = chunkColumns.length;
    const columns = content.columns;
    for (let c = 0; c < content.nChunks; c++) {
      const at = c * width;
      this.#statements.insertChunk.run(
        id + c,
        columns[at] as string,
        columns[at + 1] as string,
        columns[at + 2] as string,
        columns[at + 3] as string,
        columns[at + 4] as string,
      );
    }
    if (old !== undefined) this.#statements.moveFiles.run(id, old.id);
    return id;
  }

  /** One by one: FTS5 answers a range of row numbers with a walk over the whole index. */
  #deleteBlob(blob: number, nChunks: number): void {
    for (let c = 0; c < nChunks; c++) this.#statements.deleteChunk.run(blob + c);
    this.#statements.deleteVectors.run(blob);
    this.#statements.deleteBlob.run(blob);
  }

  #insertVectors(vectors: Uint8Array): number {
    return Number(this.#statements.insertVectors.run(vectors).lastInsertRowid);
  }

  /**
   * Says by which model embeddings are computed from now on. Those of another one are forgotten, for they
   * cannot be compared.
   */
  useModel(modelId: string): void {
    if (this.meta(embeddingModelKey) === modelId) return;
    this.begin();
    this.#database.exec("UPDATE blob SET embedding = NULL; DELETE FROM embedding");
    this.setMeta(embeddingModelKey, modelId);
    this.commit();
  }

  /** Stores the embeddings of content that is stored already. Returns false when it is not, or has other chunks. */
  putVectors(hash: bigint, vectors: Uint8Array, dimensions: number): boolean {
    const blob = this.blobByHash(hash);
    if (blob === undefined || blob.nChunks * dimensions !== vectors.length) return false;
    this.#statements.deleteVectors.run(blob.id);
    this.#statements.setEmbedding.run(this.#insertVectors(vectors), blob.id);
    return true;
  }

  /** Returns files with one of each content that has no embeddings and does not wait for the syntax pass. */
  blobsToEmbed(): { path: string; sizeBytes: number }[] {
    return this.#statements.toEmbed.all() as unknown as { path: string; sizeBytes: number }[];
  }

  /** Returns what a remembered file's embeddings are to be computed from, `undefined` when it has them. */
  unembedded(path: string): UnembeddedBlob | undefined {
    return this.#statements.unembedded.get(path) as unknown as UnembeddedBlob | undefined;
  }

  /** Inserts or replaces a file's row. `pathTerms` is only written when the path is new. */
  putFile(
    path: string,
    stat: Pick<FileStat, "sizeBytes" | "mtimeMs" | "ctimeMs" | "inode">,
    outcome:
      | { readonly kind: "remembered"; readonly blob: number }
      | {
          readonly kind: "skipped" | "failed";
          readonly reason: SkipReason | FailReason;
          readonly detail: string;
        },
    pathTerms: string,
  ): number {
    const remembered = outcome.kind === "remembered";
    const { id, isNew } = this.#fileId(path);
    this.#statements.putFile.run(
      id,
      path,
      remembered ? outcome.blob : null,
      stat.sizeBytes,
      stat.mtimeMs,
      stat.ctimeMs,
      stat.inode,
      outcome.kind,
      remembered ? null : outcome.reason,
      remembered ? null : outcome.detail,
    );
    if (isNew) this.#statements.insertPath.run(id, pathTerms);
    return id;
  }

  #fileId(path: string): { id: number; isNew: boolean } {
    const row = this.#statements.fileId.get(path) as { id: number } | undefined;
    if (row !== undefined) return { id: row.id, isNew: false };
    const next = (this.#statements.nextFileId.get() as { id: number }).id;
    return { id: next, isNew: true };
  }

  removeFile(path: string): void {
    const row = this.#statements.fileId.get(path) as { id: number } | undefined;
    if (row === undefined) return;
    this.#statements.deletePath.run(row.id);
    this.#statements.deleteFile.run(row.id);
  }

  /** Returns blobs that wait for the syntax pass, with the path of a file that has this content. */
  blobsToRefine(): { blob: number; path: string; sizeBytes: number }[] {
    return this.#statements.toRefine.all() as unknown as {
      blob: number;
      path: string;
      sizeBytes: number;
    }[];
  }

  /** See `ProblemPages.read`. */
  problems(offset: number, limit: number): StoredProblems {
    return this.#problems.read(offset, limit);
  }

  /** Drops content that no file has any more, the oldest first, beyond what is kept for branch switches. */
  dropOrphans(): number {
    const total = (this.#statements.chunkCount.get() as { n: number | null }).n ?? 0;
    const orphans = this.#statements.orphans.all() as unknown as { id: number; nChunks: number }[];
    let nOrphan = orphans.reduce((sum, orphan) => sum + orphan.nChunks, 0);
    const keep = Math.max(minKeptOrphanChunks, Math.floor(total * keptOrphanShare));
    let dropped = 0;
    for (const orphan of orphans) {
      if (nOrphan <= keep) break;
      this.#deleteBlob(orphan.id, orphan.nChunks);
      nOrphan -= orphan.nChunks;
      dropped++;
    }
    return dropped;
  }

  /** Counts for the status: all chunks, and remembered files by how their chunks were made. */
  levelCounts(): { nChunks: number; nEmbedded: number; exact: number; fallback: number } {
    const nChunks = (this.#statements.chunkCount.get() as { n: number | null }).n ?? 0;
    const nEmbedded = (this.#statements.embeddedCount.get() as { n: number | null }).n ?? 0;
    const files = this.#statements.levelCounts.get() as {
      exact: number | null;
      fallback: number | null;
    };
    return { nChunks, nEmbedded, exact: files.exact ?? 0, fallback: files.fallback ?? 0 };
  }

  /**
   * Merges index segments, about `nPages` pages of work; a negative number begins a merge of everything
   * into one segment (FTS5's 'merge' command). Returns false when nothing is left to merge.
   */
  mergeIndex(nPages: number): boolean {
    const before = this.#totalChanges();
    this.#statements.merge.run(nPages);
    return this.#totalChanges() - before >= 2;
  }

  #totalChanges(): number {
    return (this.#statements.totalChanges.get() as { n: number }).n;
  }

  /** Commits, gives free pages back and folds the journal into the main file. */
  checkpoint(): void {
    this.commit();
    this.#database.exec("PRAGMA incremental_vacuum");
    this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  meta(key: string): string | undefined {
    return (this.#statements.readMeta.get(key) as { value: string } | undefined)?.value;
  }

  setMeta(key: string, value: string): void {
    this.#statements.writeMeta.run(key, value);
  }

  /** Forgets everything; the store stays usable. */
  clear(): void {
    this.begin();
    this.#database.exec(`
      DELETE FROM file; DELETE FROM blob; DELETE FROM embedding;
      INSERT INTO chunkIndex (chunkIndex) VALUES ('delete-all');
      INSERT INTO pathIndex (pathIndex) VALUES ('delete-all');
    `);
    this.setMeta("chunkerVersion", String(chunkerVersion));
    this.commit();
    this.#nextBlobId = 1;
    this.#database.exec("VACUUM");
    this.checkpoint();
  }

  /** What was not committed is undone. */
  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #readNextBlobId(): number {
    const row = this.#database
      .prepare("SELECT id, nChunks FROM blob ORDER BY id DESC LIMIT 1")
      .get() as { id: number; nChunks: number } | undefined;
    return row === undefined ? 1 : row.id + Math.max(1, row.nChunks);
  }
}
