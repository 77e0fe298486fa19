/**
 * The one place that opens SQLite (`node:sqlite`). It checks what it opens, and moves a damaged file
 * aside instead of failing for ever.
 */
import type { DatabaseSync as Database, StatementSync } from "node:sqlite";
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { MemoryError } from "../../protocol/errors.ts";
import { makeFolder } from "./storeFolder.ts";

export type { Database, StatementSync };

/** Returns whether this Node has SQLite with full-text search (Node 24; hosts before VS Code 1.125 may lack it). */
export function hasSqlite(): boolean {
  return sqlite() !== undefined;
}

function sqlite(): typeof import("node:sqlite") | undefined {
  return process.getBuiltinModule("node:sqlite");
}

export interface OpenedDatabase {
  readonly database: Database;
  /** Set when a damaged file was moved aside and a new one made: where the damaged one is now. */
  readonly movedAside?: string;
  /** True when a file of another schema version was removed to make this one. */
  readonly otherVersion: boolean;
}

export interface DatabaseSpec {
  /** Absolute path of the file; its folder is created. */
  readonly file: string;
  readonly content: ReplaceableContent | IrreplaceableContent;
  /** FULL survives a power cut, NORMAL every kill of the process. */
  readonly synchronous: "FULL" | "NORMAL";
  /** Page cache of this connection. */
  readonly cacheBytes: number;
  /** Only when no other connection has the file open, and none opens it until this one is closed; fails at once otherwise, see `isBusy`. */
  readonly isAlone?: boolean;
}

/** Content that is made again from the workspace: a file of another version is removed. */
export interface ReplaceableContent {
  readonly kind: "replaceable";
  /** Written to `PRAGMA user_version`. */
  readonly schemaVersion: number;
  /** Creates the tables in an empty database. */
  readonly create: (database: Database) => void;
}

/** A change of the tables that cannot be made again from the workspace. */
export type SchemaStep = (database: Database) => void;

/** The user's own words: no file is ever removed, and one of a newer version is refused. */
export interface IrreplaceableContent {
  readonly kind: "irreplaceable";
  /** `steps[n]` leads from version n to n + 1, and their number is the present one; version 0 is also an empty database. */
  readonly steps: readonly SchemaStep[];
  /** Throws when the tables are not those of the present version, whatever the file says of itself. */
  readonly verify: (database: Database) => void;
}

/**
 * Files up to this size are checked whole when they are opened, which takes some tens of milliseconds.
 * Damage in a larger one shows as an error when the damaged page is used, and is dealt with then.
 */
const maxCheckedBytes = 48 * 1024 * 1024;

/** A connection waits this long for another one that writes. */
const writeTimeoutMs = 5_000;
const readTimeoutMs = 2_000;
const lookMs = 10;

/**
 * Opens or creates a database for writing.
 * Errors: `sqliteMissing`, `diskFull`, `storeUnavailable`.
 */
export function openDatabase(spec: DatabaseSpec): OpenedDatabase {
  try {
    makeFolder(path.dirname(spec.file));
    const found = statSync(spec.file, { throwIfNoEntry: false });
    if (found === undefined || found.isFile()) {
      try {
        if (spec.content.kind === "irreplaceable" && found !== undefined)
          refuseNoDatabase(spec.file);
        return openChecked(spec);
      } catch (error) {
        if (found === undefined || found.size === 0 || !isDamage(error)) throw error;
      }
    }
    const movedAside =
      spec.content.kind === "irreplaceable" ? keepAside(spec.file) : moveAside(spec.file);
    return { ...openChecked(spec), movedAside };
  } catch (error) {
    throw asMemoryError(error);
  }
}

/**
 * Opens an existing database for reading only, also where its folder cannot be written. Errors: `storeUnavailable`.
 */
export function openForReading(file: string, cacheBytes: number): Database {
  const module = sqlite();
  if (module === undefined) throw new MemoryError("sqliteMissing");
  try {
    return openWithCache(module, file, cacheBytes);
  } catch (error) {
    if (!isUnwritable(error) || mayWriteIn(path.dirname(file)) || !isClosedWhole(file))
      throw asMemoryError(error);
  }
  try {
    // SQLite wants to make a file beside a database with a write-ahead log, which is not allowed here. Whatever somebody writes
    // who is allowed to is not seen before it is opened again.
    const closed = pathToFileURL(file);
    closed.searchParams.set("immutable", "1");
    return openWithCache(module, closed, cacheBytes);
  } catch (error) {
    throw asMemoryError(error);
  }
}

function openWithCache(
  module: typeof import("node:sqlite"),
  file: string | URL,
  cacheBytes: number,
): Database {
  const database = new module.DatabaseSync(file, { readOnly: true, timeout: readTimeoutMs });
  try {
    // The first look finds out whether it can be read at all.
    userVersion(database);
    database.exec(`PRAGMA cache_size = ${-Math.round(cacheBytes / 1024)};`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A database that cannot be opened in a folder where files can be made is not there yet, or broken. */
function mayWriteIn(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    // For whatever reason: nothing can be made there.
    return false;
  }
}

/** True when nothing of a database is in its write-ahead log. */
function isClosedWhole(file: string): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

/** Removes a database with its journal files. Errors: those of the file system. */
export function removeDatabase(file: string): void {
  for (const suffix of ["", "-wal", "-shm"])
    rmSync(file + suffix, { recursive: true, force: true });
}

/**
 * Throws an error of SQLite for a file that is no database. A connection that may write deletes the write-ahead log of such a
 * file when it is closed, and words may be in it that are nowhere else; one that only reads leaves it.
 */
function refuseNoDatabase(file: string): void {
  try {
    const module = sqlite();
    if (module !== undefined) openWithCache(module, file, 0).close();
  } catch (error) {
    // What else hinders a reader, such as a folder that it cannot write to, need not hinder a writer, who says so if it does.
    if (isDamage(error)) throw error;
  }
}

function openChecked(spec: DatabaseSpec): OpenedDatabase {
  const module = sqlite();
  if (module === undefined) throw new MemoryError("sqliteMissing");
  // From the first statement on: while another process makes the file, or closes it as the last one, it is locked.
  const options = { timeout: spec.isAlone === true ? 0 : writeTimeoutMs };
  let database = new module.DatabaseSync(spec.file, options);
  try {
    // Before the first look: every connection that has looked once holds a lock of the write-ahead log until it is closed.
    if (spec.isAlone === true) database.exec("PRAGMA locking_mode = EXCLUSIVE;");
    const version = userVersion(database);
    const present = presentVersion(spec);
    const otherVersion = version !== 0 && version !== present;
    if (otherVersion && spec.content.kind === "replaceable") {
      database.close();
      removeDatabase(spec.file);
      database = new module.DatabaseSync(spec.file, options);
    }
    if (spec.content.kind === "irreplaceable" && (version > present || version < 0))
      throw new MemoryError("storeUnavailable", "written by another version of Lore");
    // Takes effect in an empty file only; gives space back without rewriting the whole file.
    database.exec("PRAGMA auto_vacuum = INCREMENTAL;");
    keepJournal(database);
    database.exec(
      `PRAGMA synchronous = ${spec.synchronous}; PRAGMA cache_size = ${-Math.round(spec.cacheBytes / 1024)}; PRAGMA temp_store = MEMORY;`,
    );
    if (!makeTables(database, spec) && statSync(spec.file).size <= maxCheckedBytes) check(database);
    if (spec.content.kind === "irreplaceable") spec.content.verify(database);
    return { database, otherVersion: otherVersion && spec.content.kind === "replaceable" };
  } catch (error) {
    if (database.isOpen) database.close();
    throw error;
  }
}

/**
 * Switches the write-ahead log on. SQLite does not wait for another process that does the same, as when several windows
 * open at once.
 */
function keepJournal(database: Database): void {
  for (let waitedMs = 0; ; waitedMs += lookMs) {
    try {
      database.exec("PRAGMA journal_mode = WAL;");
      return;
    } catch (error) {
      if (errorCode(error) !== sqliteBusy || waitedMs >= writeTimeoutMs) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookMs);
  }
}

/** Makes or upgrades the tables, all or nothing. Returns false when they are of the present version already. */
function makeTables(database: Database, spec: DatabaseSpec): boolean {
  const { content } = spec;
  const present = presentVersion(spec);
  if (userVersion(database) === present) return false;
  database.exec("BEGIN IMMEDIATE");
  // Another process may have been quicker.
  const version = userVersion(database);
  if (version !== present) {
    if (content.kind === "replaceable") content.create(database);
    else for (const step of content.steps.slice(version)) step(database);
    database.exec(`PRAGMA user_version = ${present}`);
  }
  database.exec("COMMIT");
  return true;
}

function presentVersion({ content }: DatabaseSpec): number {
  return content.kind === "replaceable" ? content.schemaVersion : content.steps.length;
}

/** Makes changes in one transaction, all or none. Errors: those of SQLite and of `change`. */
export function inTransaction(database: Database, change: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    change();
    database.exec("COMMIT");
  } catch (error) {
    // A full disk may have rolled back already.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Returns the room that a database takes on the disk, without its journal. Errors: those of SQLite. */
export function databaseBytes(database: Database): number {
  const { bytes } = database
    .prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size")
    .get() as { bytes: number };
  return bytes;
}

/**
 * Leaves no bytes of what was deleted: with `secure_delete` free pages are overwritten, but the write-ahead log would keep
 * them. Errors: `diskFull`, `storeUnavailable`.
 */
export function eraseDeleted(database: Database): void {
  withMemoryErrors(() => database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);"));
}

function check(database: Database): void {
  const found = database.prepare("PRAGMA quick_check(1)").get() as
    { quick_check: string } | undefined;
  if (found?.quick_check !== "ok") throw new DamagedError();
}

/** What was read from a store cannot be what was written. */
export class DamagedError extends Error {}

function userVersion(database: Database): number {
  return (database.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
}

/** Makes room for a new database. Returns where the damaged one went; only the newest of them is kept. */
export function moveAside(file: string): string {
  const target = `${file}.damaged`;
  removeDatabase(target);
  if (existsSync(file)) renameSync(file, target);
  for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { recursive: true, force: true });
  return target;
}

/** As `moveAside`, and what was moved before stays, as does the journal: somebody may still save words from it. */
function keepAside(file: string): string {
  let target = `${file}.damaged`;
  for (let n = 2; existsSync(target); n++) target = `${file}.damaged-${n}`;
  for (const suffix of ["", "-wal"])
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix);
  rmSync(`${file}-shm`, { force: true });
  return target;
}

/** Deletes what was moved aside of a database because it was damaged. Errors: those of the file system. */
export function forgetAside(database: Database): void {
  const file = database.location();
  if (file === null) return;
  const start = `${path.basename(file)}.damaged`;
  for (const name of readdirSync(path.dirname(file)))
    if (name.startsWith(start)) rmSync(path.join(path.dirname(file), name), { force: true });
}

const sqliteBusy = 5;
const sqliteFull = 13;
const sqliteIoError = 10;

/** SQLITE_CORRUPT, SQLITE_NOTADB, an unreadable schema, and rows that contradict each other count as damage. */
export function isDamage(error: unknown): boolean {
  if (error instanceof DamagedError) return true;
  if (error instanceof MemoryError && error.cause !== undefined) return isDamage(error.cause);
  const code = errorCode(error);
  return (
    code === 11 ||
    code === 19 ||
    code === 26 ||
    (code === 1 &&
      /malformed|no such (table|column)|already exists|not a database/.test(String(error)))
  );
}

/** Returns the primary SQLite result code of an error, `undefined` for other errors. */
export function errorCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}

/** True when an error says that another connection holds the file. */
export function isBusy(error: unknown): boolean {
  if (error instanceof MemoryError && error.cause !== undefined) return isBusy(error.cause);
  return errorCode(error) === sqliteBusy;
}

/** True when an error says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  return errorCode(error) === sqliteFull || (error as { code?: unknown } | null)?.code === "ENOSPC";
}

/** SQLITE_READONLY, SQLITE_CANTOPEN, and what the file system says, as details of an error. */
const unwritable = new Set(["sqlite 8", "sqlite 14", "EACCES", "EPERM", "EROFS"]);

/** True when an error says that the file or its folder must not be written to. */
export function isUnwritable(error: unknown): boolean {
  // By its detail, which an error has in another thread as well.
  const { errorName, detail } = asMemoryError(error);
  return errorName === "storeUnavailable" && unwritable.has(detail);
}

/** True when SQLite or the file system reported the error; others are faults in our own code. */
export function isStoreFailure(error: unknown): boolean {
  if (error instanceof MemoryError || error instanceof DamagedError) return true;
  const code = (error as { code?: unknown } | null)?.code;
  return errorCode(error) !== undefined || (typeof code === "string" && /^E[A-Z]+$/.test(code));
}

/** Returns the catalogue error for whatever SQLite or the file system threw, which becomes its `cause`. */
export function asMemoryError(error: unknown): MemoryError {
  if (error instanceof MemoryError) return error;
  const known = isDiskFull(error)
    ? new MemoryError("diskFull")
    : new MemoryError("storeUnavailable", detailOf(error));
  known.cause = error;
  return known;
}

/** Returns what the work returns; whatever it throws leaves as an error of the catalogue. */
export function withMemoryErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asMemoryError(error);
  }
}

function detailOf(error: unknown): string {
  const code = errorCode(error);
  if (code === sqliteIoError) return "ioError";
  if (code !== undefined) return `sqlite ${code}`;
  if (error instanceof DamagedError) return "damaged";
  const systemCode = (error as { code?: unknown } | null)?.code;
  return typeof systemCode === "string" ? systemCode : "";
}

/** Returns a number that changes when another connection wrote to the file, and not when this one did. */
export function dataVersion(database: Database): number {
  const row = database.prepare("PRAGMA data_version").get();
  return (row as { data_version: number }).data_version;
}
