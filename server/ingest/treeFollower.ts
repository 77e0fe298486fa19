/**
 * Compares a root's tree with what is remembered: scans it whole, looks at what changed, and knows which
 * files have unsaved text in an editor. What has to be read is handed on; what is gone or skipped is
 * written down at once.
 */
import type { MemorySettings, Root } from "../../protocol/types.ts";
import type { Clock, FileSystem, Logger } from "../ports.ts";
import type { FileBook } from "./fileBook.ts";
import { FileFilter } from "./fileFilter.ts";
import { sameVersion, type LedgerEntry } from "./fileLedger.ts";
import { noStat } from "./parseTask.ts";
import type { RootState } from "./rootState.ts";
import { scanPaths, scanRoot, type ScannedEntry } from "./scanner.ts";
import type { StoreKeeper } from "./storeKeeper.ts";

/** More changes at once than this are a checkout: a quick pass first, syntax later. */
const maxExactChanges = 64;

type MetEntry = Exclude<ScannedEntry, { kind: "ignored" }>;

export interface TreeFollowerOptions {
  readonly root: Root;
  readonly settings: MemorySettings;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: StoreKeeper;
  readonly book: FileBook;
  readonly state: RootState;
  /** A file has to be read. */
  readonly enqueue: (entry: LedgerEntry, lane: "urgent" | "fill", exact: boolean) => void;
  /** A scan begins. */
  readonly scanBegins: () => void;
  /** A scan has ended, and no other follows at once. */
  readonly scanEnds: () => void;
  /** More may have been enqueued, or the scan is over. */
  readonly pump: () => void;
  /** Counts of the status changed. */
  readonly changed: () => void;
}

export class TreeFollower {
  readonly #options: TreeFollowerOptions;
  readonly #overlays = new Map<string, string>();
  #filter: FileFilter;
  #scan = 0;
  #scanning: Promise<void> | undefined;
  #rescanWanted = false;
  /** Grows when the scan that runs has become void. */
  #epoch = 0;
  #closed = false;
  #ignoredEntries = 0;

  constructor(options: TreeFollowerOptions) {
    this.#options = options;
    this.#filter = this.#newFilter(options.settings);
  }

  /** False until the first scan begins: nobody knows yet what there is to do. */
  get hasScanned(): boolean {
    return this.#scan > 0;
  }
  get isScanning(): boolean {
    return this.#scanning !== undefined;
  }
  /** Entries that a rule hides, as of the last scan. */
  get ignoredEntries(): number {
    return this.#ignoredEntries;
  }

  /** Files are judged by other rules from now on; a scan has to follow. */
  configure(settings: MemorySettings): void {
    this.#filter = this.#newFilter(settings);
  }

  /** Scans the tree, once more when a scan runs already. */
  scheduleScan(): void {
    if (this.#closed || !this.#options.store.isOpen) return;
    if (this.#scanning !== undefined) {
      this.#rescanWanted = true;
      return;
    }
    // The scan begins once it is known to be under way.
    this.#scanning = Promise.resolve()
      .then(() => this.#runScan())
      .finally(() => {
        this.#scanning = undefined;
        if (this.#rescanWanted) {
          this.#rescanWanted = false;
          this.scheduleScan();
        } else this.#options.scanEnds();
        this.#options.pump();
      });
  }

  /** What a scan under way has found is for nobody. */
  abandonScan(): void {
    this.#epoch++;
  }

  close(): void {
    this.#closed = true;
  }

  /** Looks at changed paths, relative to the root: files, folders, and what is gone. */
  lookAtChanges(paths: readonly string[]): void {
    if (paths.some((path) => path === "" || this.#filter.isIgnoreFile(path))) this.scheduleScan();
    else this.#lookAt(paths, paths.length <= maxExactChanges);
  }

  /** Unsaved text of a file, `undefined` when the disk counts again. */
  setOverlay(path: string, text: string | undefined): void {
    if (text !== undefined) {
      this.#overlays.set(path, text);
      this.#enqueueOverlay(path);
    } else if (this.#overlays.delete(path)) {
      const entry = this.#options.book.ledger.get(path);
      if (entry !== undefined) entry.ticket = 0;
      this.#lookAt([path], true);
    }
  }

  overlayOf(path: string): string | undefined {
    return this.#overlays.get(path);
  }

  /** Has all unsaved texts read again. */
  enqueueOverlays(): void {
    for (const path of this.#overlays.keys()) this.#enqueueOverlay(path);
  }

  /** Whether an include glob names the file, and the size up to which it is read. */
  readRulesOf(path: string): { readonly included: boolean; readonly maxFileBytes: number } {
    const entry = this.#options.book.ledger.get(path);
    const included = entry?.included ?? this.#filter.isIncluded(path);
    return { included, maxFileBytes: this.#filter.maxBytesOf(path, included) };
  }

  #newFilter({ exclude, include, maxFileBytes }: MemorySettings): FileFilter {
    const { root, files } = this.#options;
    return new FileFilter({ rootFolder: root.folder, files, exclude, include, maxFileBytes });
  }

  /** Unsaved text follows the rules for its file: what is hidden or skipped by name stays out of the memory. */
  #enqueueOverlay(path: string): void {
    const verdict = this.#filter.isIgnored(path, false);
    if (verdict.ignored || this.#filter.skipByName(path, verdict.included) !== undefined) return;
    const entry = this.#options.book.ledger.ensure(path, noStat);
    entry.included = verdict.included;
    this.#options.enqueue(entry, "urgent", true);
  }

  async #runScan(): Promise<void> {
    const { clock, log, state } = this.#options;
    const startMs = clock.elapsedMs();
    const scan = ++this.#scan;
    const epoch = this.#epoch;
    this.#options.scanBegins();
    let ignored = 0;
    let nEntries = 0;
    let rootIsListed = true;
    this.#filter.reload();
    for (const batch of scanRoot(this.#filter, this.#options.files)) {
      for (const entry of batch) {
        if (entry.kind === "ignored") ignored++;
        else if (entry.kind === "failed" && entry.path === "") rootIsListed = false;
        else this.#meet(entry, scan, "fill", false);
      }
      nEntries += batch.length;
      this.#ignoredEntries = Math.max(this.#ignoredEntries, ignored);
      this.#options.pump();
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#closed || epoch !== this.#epoch) return;
    }
    this.#ignoredEntries = ignored;
    state.withdraw("folderUnreadable");
    if (!rootIsListed) {
      // A drive that is not there for the moment must not cost the memory of what is on it.
      state.notify({ kind: "folderUnreadable" });
      return;
    }
    this.#forgetUnlessOpen(this.#options.book.ledger.unseen(scan).map((entry) => entry.path));
    this.#noticeHidingRule();
    const ms = Math.round(clock.elapsedMs() - startMs);
    log.log("debug", "ingest", "scanned", { nEntries, ms });
  }

  #noticeHidingRule(): void {
    this.#options.state.withdraw("ignoreHidesAlmostAll");
    const hiding = this.#filter.hidingRule();
    if (hiding !== undefined) this.#options.state.notify(hiding);
  }

  #lookAt(paths: readonly string[], exact: boolean): void {
    const present = new Set<string>();
    for (const batch of scanPaths(this.#filter, this.#options.files, paths)) {
      for (const entry of batch) {
        if (entry.kind === "ignored") continue;
        present.add(entry.path);
        this.#meet(entry, this.#scan, "urgent", exact);
      }
    }
    const known = this.#options.book.ledger.atOrBelow(paths);
    this.#forgetUnlessOpen(known.filter((path) => !present.has(path)));
    this.#options.changed();
  }

  /** Files that are gone from the disk live on while an editor holds unsaved text of them. */
  #forgetUnlessOpen(paths: readonly string[]): void {
    const gone = paths.filter((path) => !this.#overlays.has(path));
    if (gone.length === 0) return;
    const { store, book } = this.#options;
    store.guarded((writer) => gone.forEach((path) => book.forget(writer, path)));
  }

  /** Compares an entry of the tree with what is remembered. */
  #meet(entry: MetEntry, scan: number, lane: "urgent" | "fill", exact: boolean): void {
    const { ledger } = this.#options.book;
    const version = "stat" in entry && entry.stat !== undefined ? entry.stat : noStat;
    const known = ledger.get(entry.path);
    const target = known ?? ledger.ensure(entry.path, version);
    target.seenInScan = scan;
    if (entry.kind !== "file") {
      this.#meetSkipped(entry, target, known !== undefined, version);
      return;
    }
    const wasIncluded = target.included ?? entry.included;
    target.included = entry.included;
    if (this.#overlays.has(entry.path)) {
      if (target.outcome === "pending" && target.ticket === 0) this.#enqueueOverlay(entry.path);
      return;
    }
    const isSame =
      known !== undefined &&
      sameVersion(known.version, version) &&
      wasIncluded === entry.included &&
      isDecided(known);
    if (isSame) return;
    target.version = version;
    this.#options.enqueue(target, lane, exact);
  }

  #meetSkipped(
    entry: Exclude<MetEntry, { kind: "file" }>,
    target: LedgerEntry,
    isKnown: boolean,
    version: LedgerEntry["version"],
  ): void {
    const { store, book } = this.#options;
    const { kind, reason, detail } = entry;
    const isSame =
      isKnown &&
      target.outcome === kind &&
      target.reason === reason &&
      sameVersion(target.version, version);
    if (isSame) return;
    book.dropWaiting(target);
    store.guarded((writer) => book.settle(writer, target, version, { kind, reason, detail }));
  }
}

/** True when the file needs no look at its content unless it changes. What may have passed is tried again. */
function isDecided(entry: LedgerEntry): boolean {
  switch (entry.outcome) {
    case "remembered":
    case "skipped":
      return true;
    case "pending":
      return entry.ticket !== 0;
    case "failed":
      return entry.reason === "timeout" || entry.reason === "crashed";
  }
}
