/**
 * Reads one root's memory: which chunks hold a term, which file a chunk belongs to, what a file defines.
 * A connection of its own, so that questions never wait for the writer (SQLite WAL).
 */
import type { Root, SymbolInfo } from "../../protocol/types.ts";
import { MemoryError } from "../../protocol/errors.ts";
import type { ParsedSymbol } from "../types.ts";
import { prepareStatements, type BankStatements } from "./bankStatements.ts";
import { DamagedError, openForReading, type Database, type StatementSync } from "./database.ts";
import { ownerStatusKey, unpackOwnerStatus, type OwnerStatus } from "./ownerStatus.ts";
import { unpackSpans, unpackSymbols, type StoredSpan } from "./packedSpans.ts";
import { ProblemPages, type StoredProblems } from "./problemPages.ts";
import type { ChunkColumn } from "./schema.ts";
import { chunkColumns, embeddingModelKey, schemaVersion, storeIdKey } from "./schema.ts";

/** One chunk that matched. `score` is BM25 with the given column weights, larger is better. */
export interface ScoredChunk {
  readonly chunkId: number;
  readonly score: number;
}

/** One version of a file's content with the live files that have it. */
export interface StoredBlob {
  readonly id: number;
  readonly hash: bigint;
  readonly language: string;
  readonly level: number;
  readonly nChunks: number;
  readonly spans: readonly StoredSpan[];
  readonly symbols: readonly ParsedSymbol[];
  /** Workspace-relative paths; empty when no file has this content any more. */
  readonly paths: readonly string[];
}

/** A root with its open store, for recall. */
export interface OpenBank {
  readonly root: Root;
  readonly bank: MemoryBank;
}

/** The detail of the error for a store whose tables are not those of this version of Lore. */
export const otherSchema = "otherSchema";
const cacheBytes = 32 * 1024 * 1024;
/** Blobs kept between questions. */
const maxCachedBlobs = 4_096;
const maxCachedFrequencies = 50_000;

export class MemoryBank {
  /** The store's file. */
  readonly file: string;
  readonly #database: Database;
  readonly #frequencies = new Map<string, number>();
  readonly #blobs = new Map<number, StoredBlob>();
  readonly #searches = new Map<string, StatementSync>();
  readonly #statements: BankStatements;
  readonly #problems: ProblemPages;
  readonly #onClosed: (() => void)[] = [];
  #seenVersion = -1;
  /** Counted at the first question after a change: the sum goes over every blob. */
  #nChunks: number | undefined;

  /** Opens an existing store. Errors: `storeUnavailable`, `sqliteMissing`, and those of SQLite on a damaged one. */
  constructor(file: string) {
    this.file = file;
    this.#database = openForReading(file, cacheBytes);
    try {
      checkSchema(this.#database);
      this.#statements = prepareStatements(this.#database);
      this.#problems = new ProblemPages(this.#database);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Changes whenever another connection has written; fixed within one `reading`. */
  get version(): number {
    return this.#seenVersion;
  }

  /** False after `close`: the root was closed, or its store replaced, while somebody still read. */
  get isOpen(): boolean {
    return this.#database.isOpen;
  }

  /**
   * Runs reads that belong together on one state of the memory: without it, content that is refined between
   * two reads has other chunk numbers in the second.
   */
  reading<T>(read: () => T): T {
    this.#database.exec("BEGIN");
    try {
      this.#refresh();
      return read();
    } finally {
      this.#database.exec("ROLLBACK");
    }
  }

  /** Forgets what was cached when another connection has written since. */
  #refresh(): void {
    const version = (this.#statements.dataVersion.get() as { data_version: number }).data_version;
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.#blobs.clear();
    this.#frequencies.clear();
    this.#nChunks = undefined;
  }

  /** Returns in how many chunks a term occurs, in any column. */
  documentFrequency(term: string): number {
    let frequency = this.#frequencies.get(term);
    if (frequency === undefined) {
      frequency = (this.#statements.frequency.get(term) as { doc: number } | undefined)?.doc ?? 0;
      if (this.#frequencies.size >= maxCachedFrequencies) this.#frequencies.clear();
      this.#frequencies.set(term, frequency);
    }
    return frequency;
  }

  /** Returns the number of chunks, including those of content kept for branch switches. */
  nChunks(): number {
    return (this.#nChunks ??= (this.#statements.nChunks.get() as { n: number | null }).n ?? 0);
  }

  /** See `ProblemPages.read`. */
  problems(offset: number, limit: number): StoredProblems {
    return this.#problems.read(offset, limit);
  }

  /** Returns what the process that writes the store last told of itself, `undefined` when it has not yet. */
  ownerStatus(): OwnerStatus | undefined {
    const row = this.#statements.meta.get(ownerStatusKey) as { value: string } | undefined;
    return row === undefined ? undefined : unpackOwnerStatus(row.value);
  }

  /**
   * Returns the best chunks for an FTS5 query, best first.
   * `weights` are those of `chunkColumns`, in order.
   */
  searchChunks(match: string, weights: readonly number[], limit: number): ScoredChunk[] {
    const key = weights.join(",");
    let statement = this.#searches.get(key);
    if (statement === undefined) {
      if (weights.length !== chunkColumns.length || !weights.every(Number.isFinite))
        throw new RangeError("one finite weight for each column");
      statement = this.#database.prepare(
        `SELECT rowid AS chunkId, -rank AS score FROM chunkIndex WHERE chunkIndex MATCH ? AND rank MATCH 'bm25(${key})' ORDER BY rank LIMIT ?`,
      );
      this.#searches.set(key, statement);
    }
    return statement.all(match, limit) as unknown as ScoredChunk[];
  }

  /** Returns at most `limit` chunks that match an FTS5 query, in rising order: quicker than the best ones. */
  chunksWith(match: string, limit: number): number[] {
    const rows = this.#statements.chunksWith.all(match, limit) as unknown as { chunkId: number }[];
    return rows.map(({ chunkId }) => chunkId);
  }

  /** Returns the content that a chunk belongs to, `undefined` when it was dropped meanwhile. */
  blobOfChunk(chunkId: number): StoredBlob | undefined {
    const found = this.#statements.blobIdOfChunk.get(chunkId) as { id: number } | undefined;
    if (found === undefined) return undefined;
    const blob = this.#blobs.get(found.id) ?? this.#loadBlob(found.id);
    return chunkId < blob.id + Math.max(1, blob.nChunks) ? blob : undefined;
  }

  #loadBlob(id: number): StoredBlob {
    const row = this.#statements.blobById.get(id) as unknown as RawBlob;
    const paths = this.#statements.pathsOfBlob.all(id) as unknown as { path: string }[];
    const blob = new LazyBlob(
      row,
      paths.map((file) => file.path),
    );
    if (this.#blobs.size >= maxCachedBlobs) this.#blobs.clear();
    this.#blobs.set(id, blob);
    return blob;
  }

  /** Returns the content of a remembered file, `undefined` when the path is not remembered. */
  blobOfPath(path: string): StoredBlob | undefined {
    const row = this.#statements.blobOfPath.get(path) as { blob: number } | undefined;
    return row === undefined ? undefined : this.blobOfChunk(row.blob);
  }

  /** Returns the files whose path holds the terms, best first. */
  searchPaths(match: string, limit: number): { path: string; score: number }[] {
    const rows = this.#statements.searchPaths.all(match, limit) as unknown as {
      id: number;
      score: number;
    }[];
    return rows.flatMap(({ id, score }) => {
      const row = this.#statements.pathById.get(id) as { path: string } | undefined;
      return row === undefined ? [] : [{ path: row.path, score }];
    });
  }

  /** At most `limit` remembered files below a folder, which ends in `/`, in path order. */
  filesInside(folder: string, limit: number): string[] {
    // The character after the slash: everything below the folder sorts between the two.
    const rows = this.#statements.filesInside.all(folder, `${folder.slice(0, -1)}0`, limit);
    return (rows as unknown as { path: string }[]).map(({ path }) => path);
  }

  /** The paths of all remembered files, in no order: quicker than `rememberedFiles`. */
  paths(): string[] {
    const { paths } = this.#statements.paths.get() as { paths: string | null };
    return paths === null ? [] : paths.split("\n");
  }

  /** Every remembered file in path order. */
  rememberedFiles(): { path: string; language: string }[] {
    return this.#statements.remembered.all() as unknown as { path: string; language: string }[];
  }

  /** Every remembered file in path order, with the hash of its content. */
  fileContents(): FileContent[] {
    const rows = this.#statements.contents.all() as unknown as RawContent[];
    return rows.map((row) => ({ ...row, sizeBytes: Number(row.sizeBytes) }));
  }

  /** Returns the id of the model that the embeddings are by, `undefined` when there are none. */
  embeddingModel(): string | undefined {
    return (this.#statements.meta.get(embeddingModelKey) as { value: string } | undefined)?.value;
  }

  /** Returns for each blob that has embeddings their number and its own: embedding, blob, embedding, blob, … */
  embeddings(): Float64Array {
    const rows = this.#statements.embeddings.all() as unknown as [number, number][];
    const pairs = new Float64Array(rows.length * 2);
    rows.forEach(([embedding, blob], i) => {
      pairs[i * 2] = embedding;
      pairs[i * 2 + 1] = blob;
    });
    return pairs;
  }

  /** Returns the content that an embedding is of, `undefined` when it is forgotten. */
  blobOfEmbedding(embedding: number): number | undefined {
    return (this.#statements.blobOfEmbedding.get(embedding) as { id: number } | undefined)?.id;
  }

  /** Returns the embeddings of one content, `undefined` while it has none. */
  vectorsOf(blob: number): Uint8Array | undefined {
    const row = this.#statements.vectorsOf.get(blob) as { vectors: Uint8Array } | undefined;
    return row?.vectors;
  }

  /**
   * Returns the name that this store alone has, however often another one was at its place; `undefined` when no
   * version that gives names has written it yet.
   */
  storeId(): string | undefined {
    return (this.#statements.meta.get(storeIdKey) as { value: string } | undefined)?.value;
  }

  /** Returns the last number that an embedding of this store was ever given, 0 without any. */
  lastEmbedding(): number {
    return (this.#statements.lastEmbedding.get() as { seq: number } | undefined)?.seq ?? 0;
  }

  /** Calls `closed` when the store is closed. */
  onClosed(closed: () => void): void {
    this.#onClosed.push(closed);
  }

  /** Yields embeddings with a number above `after`, in order of their numbers. */
  *vectorsAfter(after: number): Generator<{ embedding: number; vectors: Uint8Array }> {
    for (const row of this.#statements.vectorsAfter.iterate(after)) {
      const [embedding, vectors] = row as unknown as [number, Uint8Array];
      yield { embedding, vectors };
    }
  }

  close(): void {
    if (!this.#database.isOpen) return;
    this.#database.close();
    for (const closed of this.#onClosed.splice(0)) closed();
  }
}

/** A remembered file and what it holds. */
export interface FileContent {
  readonly path: string;
  readonly language: string;
  /** As `StoredBlob.hash`. */
  readonly hash: bigint;
  readonly sizeBytes: number;
}

interface RawContent extends Omit<FileContent, "sizeBytes"> {
  readonly sizeBytes: bigint;
}

/** Unpacks spans and symbols when they are first asked for: most blobs that a question meets are not read. */
class LazyBlob implements StoredBlob {
  readonly id: number;
  readonly hash: bigint;
  readonly language: string;
  readonly level: number;
  readonly nChunks: number;
  readonly paths: readonly string[];
  readonly #row: RawBlob;
  #spans: StoredSpan[] | undefined;
  #symbols: ParsedSymbol[] | undefined;

  constructor(row: RawBlob, paths: readonly string[]) {
    this.id = Number(row.id);
    this.hash = row.hash;
    this.language = row.language;
    this.level = Number(row.level);
    this.nChunks = Number(row.nChunks);
    this.paths = paths;
    this.#row = row;
  }

  get spans(): readonly StoredSpan[] {
    return (this.#spans ??= unpacked(() => unpackSpans(this.#row.chunks)));
  }

  get symbols(): readonly ParsedSymbol[] {
    return (this.#symbols ??= unpacked(() => unpackSymbols(this.#row.symbols)));
  }
}

/** Bytes that SQLite gave back and that are no spans were changed on the disk. */
function unpacked<T>(unpack: () => T): T {
  try {
    return unpack();
  } catch (error) {
    if (error instanceof RangeError) throw new DamagedError(error.message);
    throw error;
  }
}

interface RawBlob {
  id: bigint;
  hash: bigint;
  language: string;
  level: bigint;
  nChunks: bigint;
  chunks: Uint8Array;
  symbols: Uint8Array;
}

/** Returns an FTS5 expression that limits a query to one column. */
export function inColumn(column: ChunkColumn, expression: string): string {
  return `{${column}} : (${expression})`;
}

/** Returns a symbol with its containers' names joined by dots, as the protocol shows it. */
export function symbolInfo(symbols: readonly ParsedSymbol[], idx: number): SymbolInfo | undefined {
  const symbol = symbols[idx];
  if (symbol === undefined) return undefined;
  const containers: string[] = [];
  let at = symbol.containerIdx;
  for (let hops = 0; at >= 0 && hops < 32; hops++) {
    const container = symbols[at];
    if (container === undefined) break;
    containers.unshift(container.name);
    at = container.containerIdx;
  }
  return {
    name: symbol.name,
    kind: symbol.kind,
    container: containers.join("."),
    range: symbol.range,
  };
}

/** A process of another version may keep the store. In a file that is just being made there is no version yet. */
function checkSchema(database: Database): void {
  const row = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (row.user_version !== 0 && row.user_version !== schemaVersion)
    throw new MemoryError("storeUnavailable", otherSchema);
}
