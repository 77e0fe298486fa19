/**
 * The catalogue: which chunks, blocks and files there are, in a small SQLite database beside the segments. A record
 * is on the disk before its row is; a row whose record is not is found out when it is read.
 */
import {
  inTransaction,
  DamagedError,
  openDatabase,
  type Database,
  type OpenedDatabase,
  type StatementSync,
} from "../memory/database.ts";
import {
  BankTables,
  type Block,
  type ChunkUse,
  type StoredChunk,
  type StoredFile,
} from "./bankTables.ts";
import { nameTables, NamePostings } from "./namePostings.ts";
import type { RecordPlace } from "./segmentFiles.ts";

/** A catalogue of another version is removed, and what it told of is encoded again. 2: with names, and checksums of blocks. */
export const catalogueVersion = 2;
const cacheBytes = 4 * 1024 * 1024;

function createTables(database: Database): void {
  database.exec(`
    CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE files (id INTEGER PRIMARY KEY, fileId TEXT NOT NULL UNIQUE, contentHash TEXT NOT NULL,
      pinned INTEGER NOT NULL, nForgotten INTEGER NOT NULL) STRICT;
    -- A use whose chunk is not there tells what has to be encoded.
    CREATE TABLE uses (file INTEGER NOT NULL, idx INTEGER NOT NULL, hash TEXT NOT NULL,
      firstLine INTEGER NOT NULL, fromToken INTEGER NOT NULL, PRIMARY KEY (file, idx)) STRICT, WITHOUT ROWID;
    CREATE TABLE chunks (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, segment INTEGER NOT NULL,
      offset INTEGER NOT NULL, bytes INTEGER NOT NULL, nTokens INTEGER NOT NULL,
      headerLength INTEGER NOT NULL) STRICT;
    CREATE TABLE blocks (id INTEGER PRIMARY KEY, chunk INTEGER NOT NULL, idx INTEGER NOT NULL,
      start INTEGER NOT NULL, end INTEGER NOT NULL, firstLine INTEGER NOT NULL, lastLine INTEGER NOT NULL,
      birth INTEGER NOT NULL, nRepresentatives INTEGER NOT NULL, checksum INTEGER NOT NULL,
      shortTerm INTEGER NOT NULL, recalls INTEGER NOT NULL) STRICT;
    -- Index rows of all blocks of a chunk, one behind the other.
    CREATE TABLE representatives (chunk INTEGER PRIMARY KEY, rows BLOB NOT NULL) STRICT;
    CREATE TABLE segments (id INTEGER PRIMARY KEY, bytes INTEGER NOT NULL) STRICT;
    -- Records that are gone, but not yet from the disk.
    CREATE TABLE erasures (segment INTEGER NOT NULL, offset INTEGER NOT NULL, bytes INTEGER NOT NULL,
      PRIMARY KEY (segment, offset)) STRICT, WITHOUT ROWID;
    ${nameTables}
  `);
}

const sql = {
  setMeta: "INSERT OR REPLACE INTO meta VALUES (?, ?)",
  putFile: "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)",
  dropFile: "DELETE FROM files WHERE id = ?",
  putUse: "INSERT INTO uses VALUES (?, ?, ?, ?, ?)",
  dropUses: "DELETE FROM uses WHERE file = ?",
  putChunk: "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)",
  moveChunk: "UPDATE chunks SET segment = ?, offset = ? WHERE id = ?",
  staleChunk: "SELECT id, segment, offset, bytes FROM chunks WHERE hash = ?",
  staleBlocks: "SELECT id FROM blocks WHERE chunk = ?",
  dropChunk: "DELETE FROM chunks WHERE id = ?",
  putBlock: "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  setBlock: "UPDATE blocks SET shortTerm = ?, recalls = ? WHERE id = ?",
  dropBlock: "DELETE FROM blocks WHERE id = ?",
  putRows: "INSERT INTO representatives VALUES (?, ?)",
  rows: "SELECT rows FROM representatives WHERE chunk = ?",
  dropRows: "DELETE FROM representatives WHERE chunk = ?",
  putSegment: "INSERT OR REPLACE INTO segments VALUES (?, ?)",
  dropSegment: "DELETE FROM segments WHERE id = ?",
  putErasure: "INSERT OR REPLACE INTO erasures VALUES (?, ?, ?)",
  dropErasure: "DELETE FROM erasures WHERE segment = ? AND offset = ?",
  dropErasuresOf: "DELETE FROM erasures WHERE segment = ?",
} as const;

type StatementName = keyof typeof sql;

/** Keys of `meta`. */
export type MetaKey = "shape" | "clock" | "poolState" | "nextId";

interface DroppedChunk extends Pick<StoredChunk, "id" | "place"> {
  readonly blocks: readonly Pick<Block, "id">[];
}

export class Catalogue {
  readonly movedAside: string | undefined;
  readonly otherVersion: boolean;
  readonly names: NamePostings;
  readonly #database: Database;
  readonly #statements = new Map<StatementName, StatementSync>();

  constructor({ database, movedAside, otherVersion }: OpenedDatabase, maxFreshNames?: number) {
    this.#database = database;
    this.names = new NamePostings(database, maxFreshNames);
    this.movedAside = movedAside;
    this.otherVersion = otherVersion;
    // What is deleted is overwritten in the database's own pages too.
    database.exec("PRAGMA secure_delete = ON");
  }

  /** Opens or makes it. Errors: `sqliteMissing`, `diskFull`, `storeUnavailable`. */
  static open(file: string, maxFreshNames?: number): Catalogue {
    return new Catalogue(
      openDatabase({
        file,
        content: { kind: "replaceable", schemaVersion: catalogueVersion, create: createTables },
        synchronous: "NORMAL",
        cacheBytes,
      }),
      maxFreshNames,
    );
  }

  /** Runs changes, all or none. */
  transaction(change: () => void): void {
    inTransaction(this.#database, change);
  }

  meta(key: MetaKey): string | number | undefined {
    const row = this.#database.prepare("SELECT value FROM meta WHERE key = ?").get(key);
    const value = row?.["value"];
    return typeof value === "string" || typeof value === "number" ? value : undefined;
  }

  setMeta(key: MetaKey, value: string | number): void {
    this.#run("setMeta", key, value);
  }

  putFile({ id, fileId, contentHash, isPinned, nForgotten }: StoredFile): void {
    this.#run("putFile", id, fileId, contentHash, Number(isPinned), nForgotten);
  }

  dropFile(id: number): void {
    this.#run("dropUses", id);
    this.#run("dropFile", id);
  }

  setUses(fileId: number, uses: readonly ChunkUse[]): void {
    this.#run("dropUses", fileId);
    for (const { idx, hash, firstLine, fromToken } of uses)
      this.#run("putUse", fileId, idx, hash, firstLine, fromToken);
  }

  /** Adds a chunk with its blocks, their index rows and their names. */
  putChunk(chunk: StoredChunk, rows: Int8Array, names: readonly Int32Array[]): void {
    const { id, hash, place, nTokens, headerLength } = chunk;
    this.#dropStale(hash);
    this.#run(
      "putChunk",
      id,
      hash,
      place.segment,
      place.offset,
      place.bytes,
      nTokens,
      headerLength,
    );
    for (const block of chunk.blocks) {
      const { idx, start, end, firstLine, lastLine, birth, nRepresentatives, recalls } = block;
      const isShortTerm = Number(block.isShortTerm);
      this.#run(
        "putBlock",
        ...[block.id, id, idx, start, end, firstLine, lastLine, birth, nRepresentatives],
        ...[block.checksum, isShortTerm, recalls],
      );
      this.names.put(block.id, names[idx] ?? new Int32Array(0));
    }
    this.#run("putRows", id, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
  }

  moveChunk(id: number, { segment, offset }: RecordPlace): void {
    this.#run("moveChunk", segment, offset, id);
  }

  /** Drops a chunk; its record is to be erased. */
  dropChunk({ id, blocks, place }: DroppedChunk): void {
    for (const block of blocks) {
      this.names.drop(block.id);
      this.#run("dropBlock", block.id);
    }
    this.#run("dropRows", id);
    this.#run("dropChunk", id);
    this.#run("putErasure", place.segment, place.offset, place.bytes);
  }

  /** A chunk that was lost on a full disk may still have its rows. */
  #dropStale(hash: string): void {
    const row = this.#statement("staleChunk").get(hash);
    if (row === undefined) return;
    const id = natural(row, "id");
    const blocks = this.#statement("staleBlocks").all(id);
    const place = placeOf(row);
    this.dropChunk({ id, place, blocks: blocks.map((block) => ({ id: natural(block, "id") })) });
  }

  setBlock({ id, isShortTerm, recalls }: Block): void {
    this.#run("setBlock", Number(isShortTerm), recalls, id);
  }

  /** Returns the index rows of a chunk's blocks. */
  rowsOf(chunkId: number): Int8Array | undefined {
    const rows = this.#statement("rows").get(chunkId)?.["rows"];
    if (!(rows instanceof Uint8Array)) return undefined;
    return new Int8Array(rows.buffer, rows.byteOffset, rows.byteLength);
  }

  setSegments(lengths: ReadonlyMap<number, number>, before: ReadonlyMap<number, number>): void {
    for (const [id, bytes] of lengths)
      if (before.get(id) !== bytes) this.#run("putSegment", id, bytes);
  }

  dropSegment(id: number): void {
    this.#run("dropErasuresOf", id);
    this.#run("dropSegment", id);
  }

  segments(): Map<number, number> {
    const rows = this.#each("SELECT id, bytes FROM segments");
    return new Map(Array.from(rows, (row) => [natural(row, "id"), natural(row, "bytes")]));
  }

  erasures(): RecordPlace[] {
    return Array.from(this.#each("SELECT segment, offset, bytes FROM erasures"), placeOf);
  }

  dropErasures(places: readonly RecordPlace[]): void {
    for (const { segment, offset } of places) this.#run("dropErasure", segment, offset);
  }

  /**
   * Forgets every chunk and says that files have to be put again; their uses tell which chunks. The files of records
   * are not known any more either, and go when they are taken over.
   */
  dropContent(): void {
    this.#database.exec(`
      DELETE FROM chunks; DELETE FROM blocks; DELETE FROM representatives; DELETE FROM erasures;
      DELETE FROM segments;
      UPDATE files SET contentHash = '';
    `);
    this.names.clear();
  }

  /** Reads all tables. Errors: `DamagedError` when they contradict each other. */
  load(): BankTables {
    const tables = new BankTables();
    const chunks = this.#loadChunks();
    this.#loadBlocks(chunks);
    for (const chunk of chunks.values()) tables.addChunk(chunk);
    this.#loadFiles(tables);
    const [clock, nextId] = [this.meta("clock"), this.meta("nextId")];
    tables.clock = typeof clock === "number" ? clock : 0;
    tables.nextId = typeof nextId === "number" ? nextId : 1;
    this.names.load();
    return tables;
  }

  /** Gives freed pages back and empties the journal. */
  shrink(): void {
    this.#database.exec("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);");
  }

  /** Puts names in order when too many are not. */
  mergeNames(): void {
    this.names.merge((change) => this.transaction(change));
  }

  close(): void {
    this.#statements.clear();
    this.names.close();
    this.#database.close();
  }

  #loadChunks(): Map<number, StoredChunk> {
    const chunks = new Map<number, StoredChunk>();
    for (const row of this.#each("SELECT * FROM chunks ORDER BY id")) {
      const hash = row["hash"];
      if (typeof hash !== "string") throw new DamagedError();
      const [id, nTokens] = [natural(row, "id"), natural(row, "nTokens")];
      const headerLength = natural(row, "headerLength");
      const place = placeOf(row);
      chunks.set(id, { id, hash, place, nTokens, headerLength, blocks: [], uses: new Set() });
    }
    return chunks;
  }

  #loadBlocks(chunks: ReadonlyMap<number, StoredChunk>): void {
    for (const row of this.#each("SELECT * FROM blocks ORDER BY chunk, idx")) {
      const chunk = chunks.get(natural(row, "chunk"));
      const [start, end] = [natural(row, "start"), natural(row, "end")];
      if (chunk === undefined || start >= end || end > chunk.nTokens) throw new DamagedError();
      if (natural(row, "idx") !== chunk.blocks.length) throw new DamagedError();
      chunk.blocks.push({
        id: natural(row, "id"),
        chunk,
        idx: chunk.blocks.length,
        start,
        end,
        firstLine: natural(row, "firstLine"),
        lastLine: natural(row, "lastLine"),
        birth: natural(row, "birth"),
        nRepresentatives: natural(row, "nRepresentatives"),
        checksum: natural(row, "checksum"),
        isShortTerm: row["shortTerm"] === 1,
        recalls: natural(row, "recalls"),
      });
    }
  }

  #loadFiles(tables: BankTables): void {
    const files = new Map<number, StoredFile>();
    for (const row of this.#each("SELECT * FROM files")) {
      const { fileId, contentHash, pinned } = row;
      if (typeof fileId !== "string" || typeof contentHash !== "string") throw new DamagedError();
      const id = natural(row, "id");
      const nForgotten = natural(row, "nForgotten");
      const file = { id, fileId, contentHash, isPinned: pinned === 1, nForgotten, uses: [] };
      files.set(id, file);
      tables.addFile(file);
    }
    const uses = new Map<StoredFile, ChunkUse[]>();
    for (const row of this.#each("SELECT * FROM uses ORDER BY file, idx")) {
      const [file, hash] = [files.get(natural(row, "file")), row["hash"]];
      if (file === undefined || typeof hash !== "string") throw new DamagedError();
      const [firstLine, fromToken] = [natural(row, "firstLine"), natural(row, "fromToken")];
      const list = uses.get(file) ?? [];
      uses.set(file, list);
      list.push({ file, idx: natural(row, "idx"), hash, firstLine, fromToken });
    }
    for (const [file, list] of uses) tables.setUses(file, list);
  }

  /** Row by row: all at once would take more room than what is made of them. */
  #each(text: string): Iterable<Record<string, unknown>> {
    return this.#database.prepare(text).iterate();
  }

  #run(name: StatementName, ...values: (string | number | Uint8Array)[]): void {
    this.#statement(name).run(...values);
  }

  #statement(name: StatementName): StatementSync {
    const known = this.#statements.get(name);
    if (known !== undefined) return known;
    const made = this.#database.prepare(sql[name]);
    this.#statements.set(name, made);
    return made;
  }
}

function placeOf(row: Record<string, unknown>): RecordPlace {
  return {
    segment: natural(row, "segment"),
    offset: natural(row, "offset"),
    bytes: natural(row, "bytes"),
  };
}

function natural(row: Record<string, unknown>, column: string): number {
  const value = row[column];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw new DamagedError();
  return value;
}
