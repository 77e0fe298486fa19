/**
 * What is known of each file of a root, in memory: the working copy of the store's file table. All
 * counts of the status come from here, so they always add up.
 */
import type { FailReason, SkipReason } from "../../protocol/types.ts";
import type { FileRow } from "../memory/memoryRows.ts";
import type { FileStat } from "../ports.ts";

export type FileVersion = Pick<FileStat, "sizeBytes" | "mtimeMs" | "ctimeMs" | "inode">;

export interface LedgerEntry {
  readonly path: string;
  version: FileVersion;
  outcome: "pending" | "remembered" | "skipped" | "failed";
  reason: SkipReason | FailReason | undefined;
  /** Scan at which the file was last seen; older ones are gone from the disk. */
  seenInScan: number;
  /** The task whose result counts; results of earlier ones are out of date. 0 when none is under way. */
  ticket: number;
  /** Whether an include glob names it; `undefined` until it was met in this process. */
  included: boolean | undefined;
}

/** Counts by outcome. `filesSeen = remembered + pending + skipped + failed` by construction. */
export interface LedgerCounts {
  filesSeen: number;
  remembered: number;
  pending: number;
  skipped: Partial<Record<SkipReason, number>>;
  failed: Partial<Record<FailReason, number>>;
}

export class FileLedger {
  readonly #entries = new Map<string, LedgerEntry>();

  load(rows: readonly FileRow[]): void {
    this.#entries.clear();
    for (const row of rows) {
      this.#entries.set(row.path, {
        path: row.path,
        version: row.stat,
        outcome: row.outcome,
        reason: row.reason,
        seenInScan: 0,
        ticket: 0,
        included: undefined,
      });
    }
  }

  get(path: string): LedgerEntry | undefined {
    return this.#entries.get(path);
  }

  /** Returns the entry of a path, made as `pending` when it is new. */
  ensure(path: string, version: FileVersion): LedgerEntry {
    let entry = this.#entries.get(path);
    if (entry === undefined) {
      entry = {
        path,
        version,
        outcome: "pending",
        reason: undefined,
        seenInScan: 0,
        ticket: 0,
        included: undefined,
      };
      this.#entries.set(path, entry);
    }
    return entry;
  }

  delete(path: string): boolean {
    return this.#entries.delete(path);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Returns which of the paths are in the ledger, and what is in it below them. */
  atOrBelow(paths: readonly string[]): string[] {
    const found = new Set(paths.filter((path) => this.#entries.has(path)));
    const folders = new Set(paths);
    for (const key of this.#entries.keys()) {
      for (let slash = key.lastIndexOf("/"); slash > 0; slash = key.lastIndexOf("/", slash - 1)) {
        if (!folders.has(key.slice(0, slash))) continue;
        found.add(key);
        break;
      }
    }
    return [...found];
  }

  /** Entries that the given scan did not see. */
  unseen(scan: number): LedgerEntry[] {
    const gone: LedgerEntry[] = [];
    for (const entry of this.#entries.values()) if (entry.seenInScan !== scan) gone.push(entry);
    return gone;
  }

  values(): IterableIterator<LedgerEntry> {
    return this.#entries.values();
  }

  counts(): LedgerCounts {
    const counts: LedgerCounts = {
      filesSeen: this.#entries.size,
      remembered: 0,
      pending: 0,
      skipped: {},
      failed: {},
    };
    for (const entry of this.#entries.values()) {
      if (entry.outcome === "remembered") counts.remembered++;
      else if (entry.outcome === "pending") counts.pending++;
      else if (entry.outcome === "skipped") {
        const reason = entry.reason as SkipReason;
        counts.skipped[reason] = (counts.skipped[reason] ?? 0) + 1;
      } else {
        const reason = entry.reason as FailReason;
        counts.failed[reason] = (counts.failed[reason] ?? 0) + 1;
      }
    }
    return counts;
  }
}

/** True when two stats are of the same version of a file. */
export function sameVersion(a: FileVersion, b: FileVersion): boolean {
  return (
    a.sizeBytes === b.sizeBytes &&
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs &&
    a.inode === b.inode
  );
}
