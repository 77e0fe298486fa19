/** The banks of other workspaces, each in a folder of its own: those that were not used for longest make room. */
import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import { asMemoryError } from "../memory/database.ts";
import { acquireStoreLock } from "../memory/storeLock.ts";

const lockFile = "lock";

/**
 * Removes banks beside the one in `folder` until the others take no more than this. Returns the bytes that they take:
 * those that are in use stay. Errors: `storeUnavailable`, `diskFull`.
 */
export function dropOldBanks(folder: string, maxBytes: number): number {
  try {
    return dropOldest(folder, maxBytes);
  } catch (error) {
    throw asMemoryError(error);
  }
}

/** Notes that a bank is in use, since opening it alone changes none of its files. Errors: `storeUnavailable`. */
export function markUsed(folder: string): void {
  const now = new Date();
  try {
    utimesSync(path.join(folder, lockFile), now, now);
  } catch (error) {
    throw asMemoryError(error);
  }
}

function dropOldest(folder: string, maxBytes: number): number {
  const others = banksBeside(folder);
  let bytes = others.reduce((sum, other) => sum + other.bytes, 0);
  for (const other of others.sort((a, b) => a.usedAt - b.usedAt)) {
    if (bytes <= maxBytes) break;
    if (remove(other.folder)) bytes -= other.bytes;
  }
  return bytes;
}

interface OtherBank {
  readonly folder: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

function banksBeside(folder: string): OtherBank[] {
  const all = path.dirname(folder);
  return readdirSync(all, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== path.basename(folder))
    .map(({ name }) => bankIn(path.join(all, name)));
}

function bankIn(folder: string): OtherBank {
  let bytes = 0;
  let usedAt = 0;
  for (const name of namesIn(folder)) {
    const stat = statSync(path.join(folder, name), { throwIfNoEntry: false });
    if (stat === undefined) continue;
    bytes += stat.size;
    usedAt = Math.max(usedAt, stat.mtimeMs);
  }
  return { folder, bytes, usedAt };
}

/** Returns nothing for a folder that another process has just removed. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Returns false when another process has the bank open. */
function remove(folder: string): boolean {
  const lock = acquireStoreLock(path.join(folder, lockFile));
  if (lock === undefined) return false;
  try {
    // The lock's own file goes last, when nobody can have it any more.
    for (const name of namesIn(folder))
      if (!name.startsWith(lockFile)) rmSync(path.join(folder, name), { recursive: true });
  } finally {
    lock.release();
  }
  rmSync(folder, { recursive: true, force: true });
  return true;
}
