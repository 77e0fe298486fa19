/**
 * What the deep memories of all workspaces may take on disk together. Each workspace has a bank in a folder of its own;
 * those that were not used for longest go when there is no room for all, and a bank forgets what does not fit.
 */
import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import type { ChangeOutcome } from "../bank/bankWriter.ts";
import { asMemoryError } from "../memory/database.ts";
import { acquireStoreLock } from "../memory/storeLock.ts";
import type { Clock } from "../ports.ts";

export interface BudgetParts {
  /** Of the open bank; beside it are those of other workspaces. */
  readonly folder: string;
  readonly bank: { readonly liveBytes: number; setCapacity(bytes: number): ChangeOutcome };
  readonly clock: Clock;
}

/** How often it is looked after what other banks take. */
const lookMs = 60_000;

export class Budget {
  readonly #parts: BudgetParts;
  #maxBytes: number;
  #capacityBytes = 0;
  #lookedAt = 0;
  /** A full disk, on which nothing can be forgotten either. */
  #isLate = false;

  /** Errors: `storeUnavailable`. */
  constructor(parts: BudgetParts, maxBytes: number) {
    this.#parts = parts;
    this.#maxBytes = maxBytes;
    // Opening alone changes none of its files.
    const now = new Date();
    utimesSync(path.join(parts.folder, "lock"), now, now);
    this.#apply();
  }

  /** What the open bank may hold. */
  get capacityBytes(): number {
    return this.#capacityBytes;
  }

  /** Errors: `storeUnavailable`. */
  set(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#apply();
  }

  /** To be called now and then. Errors: `storeUnavailable`. */
  look(): void {
    if (this.#isLate || this.#parts.clock.elapsedMs() - this.#lookedAt >= lookMs) this.#apply();
  }

  #apply(): void {
    const { folder, bank, clock } = this.#parts;
    this.#lookedAt = clock.elapsedMs();
    const othersBytes = othersIn(folder, this.#maxBytes - bank.liveBytes);
    // What another window holds is not taken from this one, nor the other way round.
    const isOver = bank.liveBytes > this.#maxBytes - othersBytes;
    const wanted = isOver ? bank.liveBytes : this.#maxBytes - othersBytes;
    this.#capacityBytes = Math.min(this.#maxBytes, wanted);
    this.#isLate = bank.setCapacity(this.#capacityBytes).kind === "diskFull";
  }
}

/** Errors: `storeUnavailable`, `diskFull`. */
function othersIn(folder: string, maxBytes: number): number {
  try {
    return dropOldest(folder, maxBytes);
  } catch (error) {
    throw asMemoryError(error);
  }
}

/** Removes banks beside one until the others take no more than this, and returns what they take: those in use stay. */
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
  const lock = acquireStoreLock(path.join(folder, "lock"));
  if (lock === undefined) return false;
  try {
    // The lock's own file goes last, when nobody can have it any more.
    for (const name of namesIn(folder))
      if (!name.startsWith("lock")) rmSync(path.join(folder, name), { recursive: true });
  } finally {
    lock.release();
  }
  rmSync(folder, { recursive: true, force: true });
  return true;
}
