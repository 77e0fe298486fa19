/**
 * Ownership of a store: one process writes, others read. The lock is SQLite's own lock on a small
 * file, which the system releases when the process ends in whatever way, so a kill leaves no stale lock.
 */
import { statSync } from "node:fs";
import path from "node:path";
import { asMemoryError, errorCode, type Database } from "./database.ts";
import { MemoryError } from "../../protocol/errors.ts";
import { makeFolder } from "./storeFolder.ts";

const busy = 5;
const locked = 6;

export interface StoreLock {
  release(): void;
}

/** Returns the lock, `undefined` when another process holds it. Errors: `storeUnavailable`, `diskFull`, `sqliteMissing`. */
export function acquireStoreLock(file: string): StoreLock | undefined {
  const sqlite = process.getBuiltinModule("node:sqlite");
  if (sqlite === undefined) throw new MemoryError("sqliteMissing");
  let database: Database | undefined;
  try {
    makeFolder(path.dirname(file));
    const before = inodeOf(file);
    database = new sqlite.DatabaseSync(file);
    database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    const held = database;
    // A file that was deleted meanwhile, with a memory that is forgotten, is locked for nobody; there may be another one.
    const after = inodeOf(file);
    if (after !== undefined && (before === undefined || before === after))
      return { release: () => held.close() };
    held.close();
    return undefined;
  } catch (error) {
    database?.close();
    const code = errorCode(error);
    if (code === busy || code === locked) return undefined;
    throw asMemoryError(error);
  }
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}
