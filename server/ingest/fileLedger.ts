/**
 * What is known of each file of a root, in memory: the working copy of the store's file table. All
 * counts of the status come from here, so they always add up.
 */
import type { FailReason, SkipReason } from "../../protocol/types.ts";
import type { FileRow } from "../memory/memoryWriter.ts";
import type { FileStat } from "../ports.ts";

export type FileVersion = Pick<FileStat, "sizeBytes" | "mtimeMs" | "ctimeMs" | "inode">;

export interface LedgerEntry {
  readonly path: string;
  version: FileVersion;
  outcome: "pending" | "remembered" | "skipped" | "failed";
  reason: SkipReason | FailReason | undefined;
  /** Scan at which the file was last seen; older ones are gone from the disk. */
  seenInScan: number;
  queued: boolean;
  /** Content hash, when remembered in this process. */
  blob: number | undefined;
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
        queued: false,
        blob: row.blob,
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
        queued: false,
        blob: undefined,
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

  /** Paths that are in the ledger below a folder, or the file itself. */
  under(path: string): string[] {
    if (this.#entries.has(path)) return [path];
    const prefix = path === "" ? "" : `${path}/`;
    const found: string[] = [];
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) found.push(key);
    return found;
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
