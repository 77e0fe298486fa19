/**
 * Keeps one root's memory equal to its files: scans, reads what is new, follows changes, and in quiet
 * moments replaces guessed chunks by syntax-exact ones. Runs in the ingest thread and is the only
 * writer of its store.
 */
import type {
  FailReason,
  MemorySettings,
  Notice,
  Root,
  RootStatus,
  SkipReason,
} from "../../protocol/types.ts";
import { asMemoryError, isDamage, isDiskFull } from "../memory/database.ts";
import { MemoryWriter, type BlobContent } from "../memory/memoryWriter.ts";
import type { Clock, FileStat, FileSystem, Logger } from "../ports.ts";
import { FileLedger, sameVersion, type LedgerEntry } from "./fileLedger.ts";
import { FileFilter } from "./fileFilter.ts";
import { recentlyChanged } from "./gitPriority.ts";
import type { ParsePool, ThreadTask } from "./parsePool.ts";
import { noStat, type ParseResult } from "./parseTask.ts";
import { pathTerms } from "./pathTerms.ts";
import { scanPaths, scanRoot, type ScannedEntry } from "./scanner.ts";
import { WorkQueue } from "./workQueue.ts";

/** Batches end at this many bytes or files, whichever comes first. */
const batchBytes = { fill: 1_000_000, refine: 300_000, urgent: 60_000 };
const batchFiles = { fill: 128, refine: 32, urgent: 8 };
/** More changes at once than this are a checkout: a quick pass first, syntax later. */
const maxExactChanges = 64;
/** The first commits come soon, so that search works while the memory fills; later ones cost less. */
const commitEveryMs = { early: 250, later: 1_500 };
const earlyMs = 3_000;
/** Index terms held back in one transaction at most. */
const maxUncommittedCharacters = 32_000_000;
/** A fill of at least this many chunks ends with merging the index segments. */
const mergeAfterChunks = 2_000;
const mergePages = 400;
const maxRecentPaths = 2_000;
const retryDiskFullMs = 15_000;

export interface RootIngesterOptions {
  readonly root: Root;
  readonly storeFile: string;
  readonly settings: MemorySettings;
  readonly pool: ParsePool;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly log: Logger;
  /** Something in the status changed. */
  readonly changed: () => void;
  /** Bytes of the store on disk. */
  readonly storeBytes: () => number;
}

export class RootIngester {
  readonly root: Root;
  /** Grows when the store's file was replaced, so that readers open it again. */
  generation = 1;
  readonly #options: RootIngesterOptions;
  readonly #ledger = new FileLedger();
  readonly #queue = new WorkQueue();
  readonly #overlays = new Map<string, string>();
  /** Files that an include glob names, so that content rules give way. */
  readonly #included = new Set<string>();
  #settings: MemorySettings;
  #writer: MemoryWriter | undefined;
  #filter: FileFilter;
  #notices: Notice[] = [];
  #state: RootStatus["state"] = "opening";
  #scan = 0;
  #scanning: Promise<void> | undefined;
  #rescanWanted = false;
  #paused = false;
  #closed = false;
  #inFlight = 0;
  #refining = 0;
  #bytesKnown = 0;
  #bytesDone = 0;
  #ignoredEntries = 0;
  #uncommitted = 0;
  #lastCommitMs = 0;
  #fillStartMs = 0;
  #chunksSinceMerge = 0;
  #merging = false;
  #nChunks = 0;
  #levels = { exact: 0, fallback: 0 };
  readonly #waiters = new Set<{ refined: boolean; resolve: () => void }>();

  /** Opens the store. Errors: `storeUnavailable`, `diskFull`, `sqliteMissing`. */
  constructor(options: RootIngesterOptions) {
    this.#options = options;
    this.root = options.root;
    this.#settings = options.settings;
    this.#filter = this.#newFilter();
    this.#openStore();
  }

  /** Starts the first scan. */
  start(): void {
    this.#scheduleScan();
    void this.#prioritise();
  }

  /** The tree may have changed anywhere. */
  rescan(): void {
    this.#scheduleScan();
  }

  configure(settings: MemorySettings): void {
    if (JSON.stringify(settings) === JSON.stringify(this.#settings)) return;
    this.#settings = settings;
    this.#filter = this.#newFilter();
    this.#scheduleScan();
  }

  /** Absolute paths that changed on disk; folders stand for all below them. */
  filesChanged(paths: readonly string[]): void {
    if (this.#closed) return;
    const relative = paths.flatMap((absolute) => this.relative(absolute) ?? []);
    if (relative.some((path) => this.#filter.isIgnoreFile(path))) {
      this.#scheduleScan();
      return;
    }
    const exact = relative.length <= maxExactChanges;
    for (const path of relative) this.#lookAt(path, exact);
    this.#pump();
  }

  /** Unsaved editor text of a file; `undefined` when the disk counts again. */
  overlay(absolute: string, text: string | undefined): void {
    const path = this.relative(absolute);
    if (path === undefined || this.#closed) return;
    if (text === undefined) {
      if (!this.#overlays.delete(path)) return;
      this.#lookAt(path, true);
    } else {
      if (this.#filter.isIgnored(path, false).ignored) return;
      this.#overlays.set(path, text);
      this.#enqueue(this.#ledger.ensure(path, noStat), "urgent", true);
    }
    this.#pump();
  }

  /** Files that the user has open are remembered first. */
  openEditors(files: readonly string[]): void {
    this.#queue.promote(files.flatMap((file) => this.relative(file) ?? []));
    this.#pump();
  }

  pause(): void {
    this.#paused = true;
    this.#commit();
    this.#setState("paused");
  }

  resume(): void {
    this.#paused = false;
    this.#setState("filling");
    this.#pump();
  }

  /** Throws the memory away and fills it again. */
  rebuild(): void {
    this.#queue.clear();
    this.#guarded(() => this.#writer?.clear());
    this.#ledger.clear();
    this.#nChunks = 0;
    this.#levels = { exact: 0, fallback: 0 };
    this.#startFill();
    this.#scheduleScan();
  }

  /** Resolves when every known change is searchable, or syntax-exact as well. */
  settled(refined: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.add({ refined, resolve });
      this.#pump();
    });
  }

  problems(offset: number, limit: number): ReturnType<MemoryWriter["problems"]> {
    this.#commit();
    return this.#writer?.problems(offset, limit) ?? { problems: [], total: 0 };
  }

  status(): RootStatus {
    return {
      root: this.root,
      state: this.#state,
      ...this.#ledger.counts(),
      ignoredEntries: this.#ignoredEntries,
      bytesKnown: this.#bytesKnown,
      bytesDone: this.#bytesDone,
      nChunks: this.#nChunks,
      filesSyntaxExact: this.#levels.exact,
      filesFallback: this.#levels.fallback,
      filesToRefine: this.#queue.nRefine + this.#refining,
      storeBytes: this.#options.storeBytes(),
      notices: this.#notices,
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#commit();
    this.#closed = true;
    this.#writer?.close();
    this.#writer = undefined;
    this.#wakeWaiters(true);
  }

  /** Returns a root-relative path, `undefined` for a path outside the root. */
  relative(absolute: string): string | undefined {
    const folder = this.root.folder.endsWith("/") ? this.root.folder : `${this.root.folder}/`;
    const normal = absolute.replaceAll("\\", "/");
    return normal.startsWith(folder) && normal.length > folder.length
      ? normal.slice(folder.length)
      : undefined;
  }

  #newFilter(): FileFilter {
    const { exclude, include, maxFileBytes } = this.#settings;
    return new FileFilter({
      rootFolder: this.root.folder,
      files: this.#options.files,
      exclude,
      include,
      maxFileBytes,
    });
  }

  #openStore(): void {
    const writer = new MemoryWriter(this.#options.storeFile);
    this.#writer = writer;
    if (writer.movedAside !== undefined) {
      this.generation++;
      this.#notice({
        kind: "storeRebuilt",
        message:
          "The memory on disk was damaged. Lore moved it aside and is building it again from your files; nothing else was lost.",
      });
    }
    this.#ledger.load(writer.files());
    for (const waiting of writer.blobsToRefine())
      this.#queue.add(waiting.path, waiting.sizeBytes, "refine", true);
    this.#recount();
  }

  #scheduleScan(): void {
    if (this.#closed) return;
    if (this.#scanning !== undefined) {
      this.#rescanWanted = true;
      return;
    }
    this.#scanning = this.#runScan().finally(() => {
      this.#scanning = undefined;
      if (this.#rescanWanted) {
        this.#rescanWanted = false;
        this.#scheduleScan();
      }
      this.#pump();
    });
  }

  async #runScan(): Promise<void> {
    const startMs = this.#options.clock.elapsedMs();
    const scan = ++this.#scan;
    if (!this.#paused) this.#setState("scanning");
    if (this.#queue.size === 0) this.#startFill();
    let ignored = 0;
    let nEntries = 0;
    let rootIsListed = true;
    this.#filter.reload();
    for (const batch of scanRoot(this.#filter, this.#options.files)) {
      for (const entry of batch) {
        if (entry.kind === "ignored") ignored++;
        else if (entry.kind === "failed" && entry.path === "") rootIsListed = false;
        else this.#meet(entry, scan);
      }
      nEntries += batch.length;
      this.#ignoredEntries = Math.max(this.#ignoredEntries, ignored);
      this.#pump();
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#closed) return;
    }
    this.#ignoredEntries = ignored;
    this.#notices = this.#notices.filter((notice) => notice.kind !== "folderUnreadable");
    if (!rootIsListed) {
      // A drive that is not there for the moment must not cost the memory of what is on it.
      this.#notice({ kind: "folderUnreadable", message: "The folder cannot be read at the moment. Lore keeps what it remembers of it and looks again later." });
      return;
    }
    this.#guarded(() => {
      for (const entry of this.#ledger.unseen(scan))
        if (!this.#overlays.has(entry.path)) this.#forgetFile(entry.path);
    });
    this.#noticeHidingRule();
    this.#options.log.log("debug", "ingest", "scanned", {
      nEntries,
      ms: Math.round(this.#options.clock.elapsedMs() - startMs),
    });
  }

  /** Compares a scanned entry with what is remembered. */
  #meet(entry: Exclude<ScannedEntry, { kind: "ignored" }>, scan: number): void {
    const version = "stat" in entry && entry.stat !== undefined ? entry.stat : noStat;
    const known = this.#ledger.get(entry.path);
    if (entry.kind === "file") {
      if (
        known !== undefined &&
        (this.#overlays.has(entry.path) ||
          known.outcome === "remembered" ||
          known.outcome === "skipped") &&
        sameVersion(known.version, version)
      ) {
        known.seenInScan = scan;
        return;
      }
      const target = known ?? this.#ledger.ensure(entry.path, version);
      target.seenInScan = scan;
      if (this.#overlays.has(entry.path)) return;
      target.version = version;
      this.#enqueue(target, "fill", false);
      return;
    }
    const target = known ?? this.#ledger.ensure(entry.path, version);
    target.seenInScan = scan;
    if (
      known !== undefined &&
      known.outcome === entry.kind &&
      known.reason === entry.reason &&
      sameVersion(known.version, version)
    )
      return;
    this.#guarded(() =>
      this.#settle(target, version, {
        kind: entry.kind,
        reason: entry.reason,
        detail: entry.detail,
      }),
    );
  }

  #noteIncluded(path: string, included: boolean): void {
    if (included) this.#included.add(path);
    else this.#included.delete(path);
  }

  /** Looks at one changed path: a file, a folder, or something that is gone. */
  #lookAt(path: string, exact: boolean): void {
    const present = new Set<string>();
    for (const batch of scanPaths(this.#filter, this.#options.files, [path])) {
      for (const entry of batch) {
        if (entry.kind === "ignored") continue;
        present.add(entry.path);
        if (entry.kind !== "file") {
          this.#meet(entry, this.#scan);
          continue;
        }
        this.#noteIncluded(entry.path, entry.included);
        const target = this.#ledger.ensure(entry.path, entry.stat);
        target.seenInScan = this.#scan;
        if (this.#overlays.has(entry.path)) continue;
        if (target.outcome === "remembered" && sameVersion(target.version, entry.stat)) continue;
        target.version = entry.stat;
        this.#enqueue(target, "urgent", exact);
      }
    }
    const gone = this.#ledger
      .under(path)
      .filter((known) => !present.has(known) && !this.#overlays.has(known));
    if (gone.length > 0) this.#guarded(() => gone.forEach((known) => this.#forgetFile(known)));
  }

  #enqueue(entry: LedgerEntry, lane: "urgent" | "fill", exact: boolean): void {
    if (this.#queue.size === 0 && this.#inFlight === 0 && this.#scanning === undefined)
      this.#startFill();
    if (entry.outcome !== "remembered") entry.outcome = "pending";
    if (this.#queue.add(entry.path, Math.max(0, entry.version.sizeBytes), lane, exact)) {
      this.#bytesKnown += Math.max(0, entry.version.sizeBytes);
      if (!this.#paused && this.#scanning === undefined) this.#setState("filling");
    }
    this.#options.changed();
  }

  #startFill(): void {
    this.#bytesKnown = 0;
    this.#bytesDone = 0;
    this.#fillStartMs = this.#options.clock.elapsedMs();
  }

  /** Gives the pool work as long as it has room; settles down when there is none left. */
  #pump(): void {
    if (this.#closed) return;
    while (!this.#paused && this.#options.pool.hasRoom) {
      const lane = this.#queue.nextLane(this.#scanning === undefined && this.#inFlight === 0);
      if (lane === undefined) break;
      const items = this.#queue.take(lane, batchFiles[lane], batchBytes[lane]);
      const tasks = items.map((item): ThreadTask => {
        const overlay = this.#overlays.get(item.path);
        return {
          rootFolder: this.root.folder,
          path: item.path,
          bySyntax: item.exact || lane === "refine",
          maxFileBytes: this.#filter.maxBytesOf(item.path, this.#included.has(item.path)),
          included: this.#included.has(item.path),
          ...(overlay === undefined ? {} : { overlay }),
        };
      });
      if (lane === "refine") this.#refining += tasks.length;
      else this.#inFlight += tasks.length;
      const knownIn =
        lane === "refine" || this.#nChunks === 0 ? undefined : this.#options.storeFile;
      void this.#options.pool.run(tasks, knownIn).then(
        (results) => {
          if (lane === "refine") this.#refining -= tasks.length;
          else this.#inFlight -= tasks.length;
          this.#apply(tasks, results, lane === "refine");
        },
        () => undefined,
      );
    }
    this.#rest();
  }

  #apply(tasks: readonly ThreadTask[], results: readonly ParseResult[], refined: boolean): void {
    if (this.#closed) return;
    this.#guarded(() => {
      results.forEach((result, i) => {
        const overlay = tasks[i]?.overlay;
        if (overlay !== undefined && this.#overlays.get(result.path) !== overlay) return;
        this.#applyOne(result, refined);
      });
    });
    const sinceMs = this.#options.clock.elapsedMs() - this.#lastCommitMs;
    const young = this.#options.clock.elapsedMs() - this.#fillStartMs < earlyMs;
    const idle = this.#inFlight === 0 && this.#queue.nUrgent + this.#queue.nFill === 0 && !refined;
    if (
      idle ||
      this.#uncommitted > maxUncommittedCharacters ||
      sinceMs > (young ? commitEveryMs.early : commitEveryMs.later)
    )
      this.#commit();
    this.#options.changed();
    this.#pump();
  }

  #applyOne(result: ParseResult, refined: boolean): void {
    const entry = this.#ledger.get(result.path);
    if (entry === undefined) return;
    if (!refined) this.#bytesDone += Math.max(0, entry.version.sizeBytes);
    switch (result.kind) {
      case "missing":
        this.#forgetFile(result.path);
        return;
      case "parsed": {
        const blob = this.#putContent(result.content);
        this.#remember(entry, result.stat, blob);
        return;
      }
      case "known": {
        const blob = this.#writer?.blobByHash(result.hash);
        if (blob === undefined) this.#enqueue(entry, "urgent", true);
        else this.#remember(entry, result.stat, blob.id);
        return;
      }
      case "skipped":
      case "failed":
        this.#settle(entry, result.stat ?? entry.version, result);
    }
  }

  /** Returns the blob's id. Content that is stored already is only written again when it is now better known. */
  #putContent(content: BlobContent): number {
    const writer = this.#writer as MemoryWriter;
    const old = writer.blobByHash(content.hash);
    if (old !== undefined && old.level > 0) return old.id;
    if (old !== undefined && content.level === 0) return old.id;
    const id = writer.putBlob(content);
    this.#nChunks += content.nChunks - (old?.nChunks ?? 0);
    this.#chunksSinceMerge += content.nChunks;
    for (const column of content.columns) this.#uncommitted += column.length;
    return id;
  }

  #remember(entry: LedgerEntry, stat: FileStat, blob: number): void {
    entry.version = stat;
    entry.outcome = "remembered";
    entry.reason = undefined;
    entry.blob = blob;
    this.#writer?.putFile(entry.path, stat, { kind: "remembered", blob }, pathTerms(entry.path));
    const row = this.#writer?.blobById(blob);
    if (row?.level === 0) this.#queue.add(entry.path, Math.max(0, stat.sizeBytes), "refine", true);
  }

  #settle(
    entry: LedgerEntry,
    version: LedgerEntry["version"],
    outcome: { kind: "skipped" | "failed"; reason: SkipReason | FailReason; detail: string },
  ): void {
    entry.version = version;
    entry.outcome = outcome.kind;
    entry.reason = outcome.reason;
    entry.blob = undefined;
    this.#writer?.putFile(entry.path, version, outcome, pathTerms(entry.path));
  }

  #forgetFile(path: string): void {
    this.#ledger.delete(path);
    this.#queue.remove(path);
    this.#writer?.removeFile(path);
  }

  /** What is left when no file waits any more: commit, merge, report. */
  #rest(): void {
    if (
      this.#scanning !== undefined ||
      this.#inFlight > 0 ||
      this.#queue.nUrgent + this.#queue.nFill > 0 ||
      this.#paused
    )
      return;
    this.#commit();
    this.#wakeWaiters(false);
    if (this.#queue.nRefine + this.#refining > 0) {
      this.#setState("refining");
      return;
    }
    if (this.#chunksSinceMerge >= mergeAfterChunks && !this.#merging) void this.#merge();
    if (this.#merging) return;
    this.#recountOnce();
    this.#setState("ready");
    this.#wakeWaiters(true);
  }

  async #merge(): Promise<void> {
    this.#merging = true;
    this.#chunksSinceMerge = 0;
    try {
      this.#guarded(() => this.#writer?.dropOrphans());
      this.#commit();
      // The first step of a full merge is given by a negative number of pages, the others go on with it.
      let more = true;
      let nPages = -mergePages;
      while (
        more &&
        !this.#closed &&
        !this.#paused &&
        this.#queue.size === 0 &&
        this.#inFlight === 0
      ) {
        more = false;
        this.#guarded(() => {
          more = this.#writer?.mergeIndex(nPages) ?? false;
          nPages = mergePages;
        });
        this.#commit();
        await new Promise((resolve) => setImmediate(resolve));
      }
      this.#checkpoint();
    } finally {
      this.#merging = false;
      this.#pump();
    }
  }

  #checkpoint(): void {
    try {
      this.#writer?.checkpoint();
    } catch (error) {
      this.#broken(error);
    }
  }

  #commit(): void {
    if (this.#writer?.inTransaction !== true) return;
    try {
      this.#writer.commit();
    } catch (error) {
      this.#broken(error);
    }
    this.#uncommitted = 0;
    this.#lastCommitMs = this.#options.clock.elapsedMs();
    this.#stale = true;
  }

  #stale = true;

  #recountOnce(): void {
    if (!this.#stale) return;
    this.#stale = false;
    this.#recount();
  }

  #recount(): void {
    const counts = this.#writer?.levelCounts();
    if (counts === undefined) return;
    this.#nChunks = counts.nChunks;
    this.#levels = { exact: counts.exact, fallback: counts.fallback };
  }

  /** Runs writes in the open transaction; a store that fails is dealt with here and nowhere else. */
  #guarded(work: () => void): void {
    if (this.#writer === undefined) return;
    try {
      this.#writer.begin();
      work();
    } catch (error) {
      this.#broken(error);
    }
  }

  /** A failing store: a full disk is waited out, a damaged file is replaced, anything else stops this root. */
  #broken(error: unknown): void {
    if (!isDiskFull(error) && !isDamage(error)) {
      const known = asMemoryError(error);
      this.#options.log.log("error", "memory", "the store failed", {
        code: known.errorName,
        detail: known.detail,
      });
      if ((error as { errcode?: unknown }).errcode === undefined) throw error;
    }
    this.#writer?.close();
    this.#writer = undefined;
    this.#queue.clear();
    if (isDamage(error)) {
      this.#reopen();
      return;
    }
    this.#notice({
      kind: "diskFull",
      message:
        "The disk is full or cannot be written, so Lore stopped remembering. It goes on by itself when there is room.",
    });
    this.#setState("failed");
    setTimeout(() => this.#reopen(), retryDiskFullMs).unref();
  }

  #reopen(): void {
    if (this.#closed) return;
    try {
      this.#notices = this.#notices.filter((notice) => notice.kind !== "diskFull");
      this.#openStore();
      this.#scheduleScan();
    } catch (error) {
      this.#options.log.log("error", "memory", "the store does not open", {
        code: asMemoryError(error).errorName,
      });
      this.#setState("failed");
      setTimeout(() => this.#reopen(), retryDiskFullMs).unref();
    }
  }

  #noticeHidingRule(): void {
    this.#notices = this.#notices.filter((notice) => notice.kind !== "ignoreHidesAlmostAll");
    const hiding = this.#filter.hidingRule();
    if (hiding !== undefined) this.#notice({ kind: "ignoreHidesAlmostAll", message: hiding });
  }

  async #prioritise(): Promise<void> {
    const recent = await recentlyChanged(this.root.folder, maxRecentPaths);
    this.#queue.promote(recent.paths);
  }

  #notice(notice: Notice): void {
    this.#notices = [...this.#notices.filter((other) => other.kind !== notice.kind), notice];
    this.#options.changed();
  }

  #setState(state: RootStatus["state"]): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.changed();
  }

  #wakeWaiters(refined: boolean): void {
    for (const waiter of [...this.#waiters]) {
      if (waiter.refined && !refined && !this.#closed) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}
