/**
 * Keeps one root's memory equal to its files: scans, reads what is new, follows changes, and in quiet
 * moments replaces guessed chunks by syntax-exact ones. Runs in the ingest thread and is the only
 * writer of its store.
 */
import type { Notice } from "../../protocol/notices.ts";
import type {
  FailReason,
  MemorySettings,
  Root,
  RootStatus,
  SkipReason,
} from "../../protocol/types.ts";
import {
  asMemoryError,
  DamagedError,
  isDamage,
  isStoreFailure,
  moveAside,
} from "../memory/database.ts";
import { MemoryWriter, type BlobContent } from "../memory/memoryWriter.ts";
import type { Clock, FileStat, FileSystem, Logger } from "../ports.ts";
import { FileFilter } from "./fileFilter.ts";
import { FileLedger, sameVersion, type LedgerEntry } from "./fileLedger.ts";
import { FillProgress } from "./fillProgress.ts";
import { recentlyChanged } from "./gitPriority.ts";
import { relativeTo } from "./rootPath.ts";
import type { ParsePool, ThreadTask } from "./parsePool.ts";
import { noStat, type ParseResult } from "./parseTask.ts";
import { pathTerms } from "./pathTerms.ts";
import { scanPaths, scanRoot, type ScannedEntry } from "./scanner.ts";
import { failureNotice, replacedNotice } from "./storeNotices.ts";
import { WorkQueue, type Lane, type WorkItem } from "./workQueue.ts";

/** Batches end at this many bytes or files, whichever comes first. */
const batchBytes = { fill: 1_000_000, refine: 300_000, urgent: 60_000 };
/** Until then batches are small, so that the first results come soon. */
const earlyBatchBytes = 150_000;
const batchFiles = { fill: 128, refine: 32, urgent: 8 };
/** More changes at once than this are a checkout: a quick pass first, syntax later. */
const maxExactChanges = 64;
/** The first commits come soon, so that search works while the memory fills; later ones cost less. */
const commitEveryMs = { early: 250, later: 3_000 };
const earlyMs = 3_000;
/** Index terms held back in one transaction at most. */
const maxUncommittedCharacters = 64_000_000;
/** A fill of at least this many chunks ends with merging the index segments. */
const mergeAfterChunks = 2_000;
const mergePages = 400;
const maxRecentPaths = 2_000;
/** Damage again so soon after the store was replaced is the medium's; replacing at once would go on for ever. */
const replaceAgainMs = 60_000;
/** Where the store says by which settings its files were judged. */
const rulesKey = "contentRules";

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
  /** How long after a failure of the store it is tried again. */
  readonly retryMs: number;
}

/** A file that a parse thread has, and what its result is held against when it comes. */
interface Dispatched {
  readonly task: ThreadTask;
  readonly item: WorkItem;
  readonly ticket: number;
}

let generations = 0;

export class RootIngester {
  readonly root: Root;
  /** No two stores of this process have the same, not even one after the other in the same file. */
  generation = ++generations;
  readonly #options: RootIngesterOptions;
  readonly #ledger = new FileLedger();
  readonly #queue = new WorkQueue();
  readonly #overlays = new Map<string, string>();
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
  readonly #progress = new FillProgress();
  #nextTicket = 1;
  /** Grows when everything under way became void: the memory was thrown away, or the store failed. */
  #epoch = 0;
  readonly #blobsInRefining = new Set<number>();
  #replacedAtMs = Number.NEGATIVE_INFINITY;
  #retry: NodeJS.Timeout | undefined;
  #failure: unknown;
  #ignoredEntries = 0;
  #uncommitted = 0;
  #lastCommitMs = 0;
  #fillStartMs = 0;
  #chunksSinceMerge = 0;
  #merging = false;
  readonly #refineWaiters = new Set<{
    readonly waiting: Set<string>;
    readonly resolve: () => void;
  }>();
  #nChunks = 0;
  #bulk = false;
  #levels = { exact: 0, fallback: 0 };
  readonly #waiters = new Set<{
    readonly refined: boolean;
    readonly resolve: () => void;
    readonly reject: (error: Error) => void;
  }>();

  /** Opens the store. Errors: `storeUnavailable`, `diskFull`, `sqliteMissing`. */
  constructor(options: RootIngesterOptions) {
    this.#options = options;
    this.root = options.root;
    this.#settings = options.settings;
    this.#filter = this.#newFilter();
    try {
      this.#openStore();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#replaceStore();
    }
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
    const rules = rulesOf(this.#settings);
    this.#settings = settings;
    this.#filter = this.#newFilter();
    if (rulesOf(settings) !== rules) this.#judgeAllAgain();
    this.#scheduleScan();
  }

  /** Absolute paths that changed on disk; folders stand for all below them. */
  filesChanged(paths: readonly string[]): void {
    if (this.#closed || this.#writer === undefined) return;
    const relative = paths.flatMap((absolute) => this.relative(absolute) ?? []);
    if (relative.some((path) => path === "" || this.#filter.isIgnoreFile(path))) {
      this.#scheduleScan();
      return;
    }
    this.#lookAt(relative, relative.length <= maxExactChanges);
    this.#pump();
  }

  /** A reader met damage in the store of a generation. */
  damaged(generation: number): void {
    if (generation === this.generation && this.#writer !== undefined)
      this.#broken(new DamagedError("met by a reader"));
  }

  /** Unsaved editor text of a file; `undefined` when the disk counts again. */
  overlay(absolute: string, text: string | undefined): void {
    const path = this.relative(absolute);
    if (path === undefined || path === "" || this.#closed) return;
    if (text === undefined) {
      if (!this.#overlays.delete(path)) return;
      const entry = this.#ledger.get(path);
      if (entry !== undefined) entry.ticket = 0;
      this.#lookAt([path], true);
    } else {
      this.#overlays.set(path, text);
      this.#enqueueOverlay(path);
    }
    this.#pump();
  }

  /** Unsaved text follows the rules for its file: what is hidden or skipped by name stays out of the memory. */
  #enqueueOverlay(path: string): void {
    const verdict = this.#filter.isIgnored(path, false);
    if (verdict.ignored || this.#filter.skipByName(path, verdict.included) !== undefined) return;
    const entry = this.#ledger.ensure(path, noStat);
    entry.included = verdict.included;
    this.#enqueue(entry, "urgent", true);
  }

  /** Files that the user has open are remembered first. */
  openEditors(files: readonly string[]): void {
    this.#queue.promote(files.flatMap((file) => this.relative(file) ?? []));
    this.#pump();
  }

  /** Makes files that still wait for the syntax pass exact before anything else. Resolves when they are. */
  refineNow(paths: readonly string[]): Promise<void> {
    const waiting = new Set(paths.filter((path) => this.#queue.waitsIn(path, "refine")));
    if (waiting.size === 0 || this.#paused) return Promise.resolve();
    for (const path of waiting) {
      const sizeBytes = this.#queue.waitingBytes(path) ?? 0;
      this.#queue.add(path, sizeBytes, "urgent", true);
      this.#progress.expect(sizeBytes);
    }
    return new Promise((resolve) => {
      this.#refineWaiters.add({ waiting, resolve });
      this.#pump();
    });
  }

  /** Tells whoever waits for files to become exact; what they wait for has to be readable by then. */
  #noteRefined(sent: readonly Dispatched[]): void {
    if (this.#refineWaiters.size === 0) return;
    this.#commit();
    this.#endRefineWaits(sent.map(({ item }) => item.path));
  }

  #endRefineWaits(paths: readonly string[]): void {
    for (const waiter of [...this.#refineWaiters]) {
      for (const path of paths) waiter.waiting.delete(path);
      if (waiter.waiting.size > 0) continue;
      this.#refineWaiters.delete(waiter);
      waiter.resolve();
    }
  }

  /** Nothing will be refined for now, so nobody shall wait for it. */
  #endAllRefineWaits(): void {
    for (const { resolve } of this.#refineWaiters) resolve();
    this.#refineWaiters.clear();
  }

  pause(): void {
    this.#paused = true;
    this.#endAllRefineWaits();
    this.#commit();
    this.#setState("paused");
  }

  resume(): void {
    this.#paused = false;
    this.#setState(this.#scanning === undefined ? "filling" : "scanning");
    this.#pump();
  }

  /** Throws the memory away and fills it again; a store that failed is tried at once. */
  rebuild(): void {
    if (this.#writer === undefined) this.#reopen();
    this.#voidWork();
    this.#guarded(() => this.#writer?.clear());
    this.#ledger.clear();
    this.#nChunks = 0;
    this.#levels = { exact: 0, fallback: 0 };
    this.#beginAgain();
  }

  /**
   * Resolves when every known change is searchable, or syntax-exact as well. Errors: `diskFull` and
   * `storeUnavailable` while the store has failed.
   */
  settled(refined: boolean): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(asMemoryError(this.#failure));
    return new Promise((resolve, reject) => {
      this.#waiters.add({ refined, resolve, reject });
      this.#pump();
    });
  }

  problems(offset: number, limit: number): ReturnType<MemoryWriter["problems"]> {
    this.#commit();
    let page: ReturnType<MemoryWriter["problems"]> = { problems: [], total: 0 };
    this.#guarded(() => {
      page = this.#writer?.problems(offset, limit) ?? page;
    });
    return page;
  }

  status(): RootStatus {
    return {
      root: this.root,
      state: this.#state,
      ...this.#ledger.counts(),
      ignoredEntries: this.#ignoredEntries,
      bytesKnown: this.#progress.bytesKnown,
      bytesDone: this.#progress.bytesDone,
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
    clearTimeout(this.#retry);
    this.#endAllRefineWaits();
    this.#writer?.close();
    this.#writer = undefined;
    this.#wakeWaiters(true);
  }

  /** Returns a path relative to the root, `""` for the root itself, `undefined` for a path outside of it. */
  relative(absolute: string): string | undefined {
    return relativeTo(this.root.folder, absolute);
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
    try {
      this.#ledger.load(writer.files());
      for (const waiting of writer.blobsToRefine())
        this.#queue.add(waiting.path, waiting.sizeBytes, "refine", true);
      this.#writer = writer;
      this.#recount();
      if (writer.meta(rulesKey) !== rulesOf(this.#settings)) this.#judgeAllAgain();
    } catch (error) {
      this.#writer = undefined;
      writer.close();
      throw error;
    }
    if (writer.replaced !== undefined) {
      this.generation = ++generations;
      this.#notice(replacedNotice(writer.replaced));
    }
  }

  /** Moves a store that cannot be used aside and makes a new one. */
  #replaceStore(): void {
    this.#queue.clear();
    moveAside(this.#options.storeFile);
    this.#replacedAtMs = this.#options.clock.elapsedMs();
    this.#openStore();
    this.generation = ++generations;
    this.#notice(replacedNotice("damaged"));
  }

  /** What was skipped by other rules may be welcome now, and the other way round. Known content is not computed again. */
  #judgeAllAgain(): void {
    for (const entry of this.#ledger.values()) entry.version = noStat;
    this.#rulesAreStored = false;
  }

  #rulesAreStored = true;

  #storeRules(): void {
    if (this.#rulesAreStored) return;
    this.#rulesAreStored = true;
    this.#guarded(() => this.#writer?.setMeta(rulesKey, rulesOf(this.#settings)));
    this.#commit();
  }

  #scheduleScan(): void {
    if (this.#closed || this.#writer === undefined) return;
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
    const epoch = this.#epoch;
    if (!this.#paused) this.#setState("scanning");
    if (this.#queue.size === 0 && this.#inFlight === 0) this.#startFill();
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
      this.#pump();
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#closed || epoch !== this.#epoch) return;
    }
    this.#ignoredEntries = ignored;
    this.#notices = this.#notices.filter((notice) => notice.kind !== "folderUnreadable");
    if (!rootIsListed) {
      // A drive that is not there for the moment must not cost the memory of what is on it.
      this.#notice({ kind: "folderUnreadable" });
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

  /** Compares an entry of the tree with what is remembered. */
  #meet(
    entry: Exclude<ScannedEntry, { kind: "ignored" }>,
    scan: number,
    lane: "urgent" | "fill",
    exact: boolean,
  ): void {
    const version = "stat" in entry && entry.stat !== undefined ? entry.stat : noStat;
    const known = this.#ledger.get(entry.path);
    const target = known ?? this.#ledger.ensure(entry.path, version);
    target.seenInScan = scan;
    if (entry.kind === "file") {
      const wasIncluded = target.included ?? entry.included;
      target.included = entry.included;
      if (this.#overlays.has(entry.path)) {
        if (target.outcome === "pending" && target.ticket === 0) this.#enqueueOverlay(entry.path);
        return;
      }
      if (
        known !== undefined &&
        sameVersion(known.version, version) &&
        wasIncluded === entry.included &&
        isDecided(known)
      )
        return;
      target.version = version;
      this.#enqueue(target, lane, exact);
      return;
    }
    if (
      known !== undefined &&
      known.outcome === entry.kind &&
      known.reason === entry.reason &&
      sameVersion(known.version, version)
    )
      return;
    this.#dropWaiting(entry.path);
    target.ticket = 0;
    this.#guarded(() =>
      this.#settle(target, version, {
        kind: entry.kind,
        reason: entry.reason,
        detail: entry.detail,
      }),
    );
  }

  /** Looks at changed paths: files, folders, and what is gone. */
  #lookAt(paths: readonly string[], exact: boolean): void {
    const present = new Set<string>();
    for (const batch of scanPaths(this.#filter, this.#options.files, paths)) {
      for (const entry of batch) {
        if (entry.kind === "ignored") continue;
        present.add(entry.path);
        this.#meet(entry, this.#scan, "urgent", exact);
      }
    }
    const gone = this.#ledger
      .atOrBelow(paths)
      .filter((known) => !present.has(known) && !this.#overlays.has(known));
    if (gone.length > 0) this.#guarded(() => gone.forEach((known) => this.#forgetFile(known)));
    this.#options.changed();
  }

  #enqueue(entry: LedgerEntry, lane: "urgent" | "fill", exact: boolean): void {
    if (this.#queue.size === 0 && this.#inFlight === 0 && this.#scanning === undefined)
      this.#startFill();
    // Whatever is under way for this file was read before it changed.
    entry.ticket = 0;
    if (entry.outcome !== "remembered") entry.outcome = "pending";
    const before = this.#queue.waitingBytes(entry.path) ?? 0;
    if (this.#queue.add(entry.path, Math.max(0, entry.version.sizeBytes), lane, exact))
      this.#progress.expect((this.#queue.waitingBytes(entry.path) ?? 0) - before);
    if (!this.#paused && this.#scanning === undefined) this.#setState("filling");
    this.#options.changed();
  }

  /** A file that waited need not be read any more. */
  #dropWaiting(path: string): void {
    this.#progress.finish(this.#queue.waitingBytes(path) ?? 0);
    this.#queue.remove(path);
  }

  #startFill(): void {
    this.#progress.restart();
    this.#fillStartMs = this.#options.clock.elapsedMs();
    if (this.#nChunks === 0) this.#setBulk(true);
  }

  #setBulk(bulk: boolean): void {
    if (this.#bulk === bulk || this.#writer === undefined || this.#writer.inTransaction) return;
    this.#bulk = bulk;
    this.#writer.setBulk(bulk);
  }

  /** True while the user waits for the first results of a fill. */
  #isYoung(): boolean {
    return this.#options.clock.elapsedMs() - this.#fillStartMs < earlyMs;
  }

  /** Gives the pool work as long as it has room; settles down when there is none left. */
  #pump(): void {
    if (this.#closed) return;
    while (!this.#paused && this.#writer !== undefined && this.#options.pool.hasRoom) {
      const lane = this.#queue.nextLane(this.#scanning === undefined && this.#inFlight === 0);
      if (lane === undefined) break;
      const maxBytes = lane === "fill" && this.#isYoung() ? earlyBatchBytes : batchBytes[lane];
      const taken = this.#queue.take(lane, batchFiles[lane], maxBytes);
      const items = lane === "refine" ? this.#stillToRefine(taken) : taken;
      if (items.length > 0) this.#dispatch(lane, items);
      // All that was taken is being refined under another name.
      else if (this.#blobsInRefining.size > 0) break;
    }
    this.#rest();
  }

  #dispatch(lane: Lane, items: readonly WorkItem[]): void {
    const refined = lane === "refine";
    const epoch = this.#epoch;
    const sent = items.map((item) => this.#dispatched(item));
    if (refined) this.#refining += sent.length;
    else this.#inFlight += sent.length;
    const knownIn = refined || this.#nChunks === 0 ? undefined : this.#options.storeFile;
    const tasks = sent.map(({ task }) => task);
    void this.#options.pool.run(tasks, knownIn).then(
      (results) => {
        if (epoch === this.#epoch) {
          if (refined) this.#refining -= sent.length;
          else this.#inFlight -= sent.length;
          this.#apply(sent, results, refined);
        }
        this.#pump();
      },
      () => undefined,
    );
  }

  #dispatched(item: WorkItem): Dispatched {
    const overlay = this.#overlays.get(item.path);
    const entry = this.#ledger.get(item.path);
    const included = entry?.included ?? this.#filter.isIncluded(item.path);
    const ticket = this.#nextTicket++;
    if (entry !== undefined) entry.ticket = ticket;
    const task: ThreadTask = {
      rootFolder: this.root.folder,
      path: item.path,
      bySyntax: item.exact || item.lane === "refine",
      maxFileBytes: this.#filter.maxBytesOf(item.path, included),
      included,
      ...(this.#mustCompute.delete(item.path) ? { mustCompute: true } : {}),
      ...(overlay === undefined ? {} : { overlay }),
    };
    return { task, item, ticket };
  }

  /** Files whose content was said to be stored and was not. */
  readonly #mustCompute = new Set<string>();

  /** Leaves out content that has been refined, or is just being refined, under another name. */
  #stillToRefine(items: readonly WorkItem[]): WorkItem[] {
    const left: WorkItem[] = [];
    this.#guarded(() => {
      for (const item of items) {
        const blob = this.#writer?.blobOfPath(item.path);
        if (blob === undefined || blob.level > 0) continue;
        if (this.#blobsInRefining.has(blob.id)) {
          this.#queue.add(item.path, item.sizeBytes, "refine", true);
          continue;
        }
        this.#blobsInRefining.add(blob.id);
        left.push(item);
      }
    });
    return this.#writer === undefined ? [] : left;
  }

  #apply(sent: readonly Dispatched[], results: readonly ParseResult[], refined: boolean): void {
    if (this.#closed) return;
    // The pool was empty of other refinements when these began, so all of them are done when none is left.
    if (refined && this.#refining === 0) this.#blobsInRefining.clear();
    this.#guarded(() => {
      sent.forEach(({ item, ticket }, i) => {
        if (!refined) this.#progress.finish(item.sizeBytes);
        const entry = this.#ledger.get(item.path);
        // Forgotten, or changed once more since: what comes after this result counts.
        if (entry?.ticket !== ticket) return;
        entry.ticket = 0;
        this.#applyOne(entry, results[i] as ParseResult);
      });
    });
    const sinceMs = this.#options.clock.elapsedMs() - this.#lastCommitMs;
    const young = this.#isYoung();
    const idle = this.#inFlight === 0 && this.#queue.nUrgent + this.#queue.nFill === 0 && !refined;
    if (
      idle ||
      this.#uncommitted > maxUncommittedCharacters ||
      sinceMs > (young ? commitEveryMs.early : commitEveryMs.later)
    )
      this.#commit();
    this.#noteRefined(sent);
    this.#options.changed();
  }

  #applyOne(entry: LedgerEntry, result: ParseResult): void {
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
        if (blob !== undefined) {
          this.#remember(entry, result.stat, blob.id);
          return;
        }
        this.#mustCompute.add(entry.path);
        this.#enqueue(entry, "urgent", true);
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
    this.#writer?.putFile(entry.path, version, outcome, pathTerms(entry.path));
  }

  #forgetFile(path: string): void {
    this.#ledger.delete(path);
    this.#dropWaiting(path);
    this.#endRefineWaits([path]);
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
    this.#setBulk(false);
    this.#storeRules();
    if (this.#writer === undefined) return;
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

  /**
   * A failing store: a damaged file is replaced at once, anything else is waited out. Nothing that was
   * committed is lost; what was under way is read again. Faults of our own code are thrown on.
   */
  #broken(error: unknown): void {
    if (!isStoreFailure(error)) throw error;
    const { errorName, detail } = asMemoryError(error);
    this.#options.log.log("error", "memory", "the store failed", { code: errorName, detail });
    this.#writer?.close();
    this.#writer = undefined;
    this.#voidWork();
    const sinceMs = this.#options.clock.elapsedMs() - this.#replacedAtMs;
    if (!isDamage(error)) this.#fail(error);
    else if (sinceMs < replaceAgainMs) this.#fail(error);
    else this.#reopen(error);
  }

  /** Says that the store failed and tries it again after a while. */
  #fail(error: unknown): void {
    this.#failure = error;
    this.#notice(failureNotice(error));
    this.#state = "failed";
    this.#options.changed();
    for (const waiter of this.#waiters) waiter.reject(asMemoryError(error));
    this.#waiters.clear();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#reopen(this.#failure), this.#options.retryMs);
    this.#retry.unref();
  }

  /** Opens the store again after `cause`; a damaged one makes room for a new one. */
  #reopen(cause: unknown = this.#failure): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    try {
      if (isDamage(cause)) this.#replaceStore();
      else this.#openStore();
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      this.#options.log.log("error", "memory", "the store does not open", {
        code: asMemoryError(error).errorName,
      });
      this.#fail(error);
      return;
    }
    this.#failure = undefined;
    this.#notices = this.#notices.filter(({ kind }) => kind !== "diskFull" && kind !== "stalled");
    this.#setState(this.#paused ? "paused" : "opening");
    this.#beginAgain();
  }

  /** Forgets what waits and what is under way; results that still come are for nobody. */
  #voidWork(): void {
    this.#epoch++;
    this.#endAllRefineWaits();
    this.#queue.clear();
    this.#mustCompute.clear();
    this.#blobsInRefining.clear();
    this.#inFlight = 0;
    this.#refining = 0;
    this.#uncommitted = 0;
    for (const entry of this.#ledger.values()) entry.ticket = 0;
  }

  #beginAgain(): void {
    this.#startFill();
    for (const path of this.#overlays.keys()) this.#enqueueOverlay(path);
    this.#scheduleScan();
  }

  #noticeHidingRule(): void {
    this.#notices = this.#notices.filter((notice) => notice.kind !== "ignoreHidesAlmostAll");
    const hiding = this.#filter.hidingRule();
    if (hiding !== undefined) this.#notice(hiding);
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
    if (this.#state === state || this.#writer === undefined) return;
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

/** The settings that decide about a file's content. */
function rulesOf({ include, maxFileBytes }: MemorySettings): string {
  return JSON.stringify({ include, maxFileBytes });
}
