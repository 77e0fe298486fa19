/**
 * Keeps one root's memory equal to its files: scans, reads what is new, follows changes, and in quiet
 * moments replaces guessed chunks by syntax-exact ones. Runs in the ingest thread and is the only
 * writer of its store.
 *
 * The work is done by parts, which this class puts together: `TreeFollower` finds what has to be read,
 * `ParseDispatch` has it read, `FileBook` writes down what came of it, `StoreKeeper` keeps the store usable,
 * and `QuietWork` does what has time.
 */
import type { MemorySettings, Root, RootStatus } from "../../protocol/types.ts";
import { asMemoryError } from "../memory/database.ts";
import type { MemoryWriter } from "../memory/memoryWriter.ts";
import { ownerStatusKey, packOwnerStatus } from "../memory/ownerStatus.ts";
import type { StaticModel } from "../model/staticModel.ts";
import type { Clock, FileSystem, Logger } from "../ports.ts";
import { Backlog } from "./backlog.ts";
import { FileBook } from "./fileBook.ts";
import type { LedgerEntry } from "./fileLedger.ts";
import { recentlyChanged } from "./gitPriority.ts";
import { IngestWaits } from "./ingestWaits.ts";
import { ParseDispatch } from "./parseDispatch.ts";
import type { ParsePool } from "./parsePool.ts";
import { QuietWork } from "./quietWork.ts";
import { relativeTo } from "./rootPath.ts";
import { RootState } from "./rootState.ts";
import { StoreKeeper } from "./storeKeeper.ts";
import { failureNotice, replacedNotice } from "./storeNotices.ts";
import { TreeFollower } from "./treeFollower.ts";

const maxRecentPaths = 2_000;

export interface RootIngesterOptions {
  readonly root: Root;
  readonly storeFile: string;
  readonly settings: MemorySettings;
  readonly pool: ParsePool;
  /** By which embeddings are computed; `undefined` when they are not. */
  readonly model: Pick<StaticModel, "id" | "dimensions"> | undefined;
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

export class RootIngester {
  readonly root: Root;
  readonly #options: RootIngesterOptions;
  readonly #state: RootState;
  readonly #backlog: Backlog;
  readonly #waits = new IngestWaits();
  readonly #book: FileBook;
  readonly #store: StoreKeeper;
  readonly #tree: TreeFollower;
  readonly #dispatch: ParseDispatch;
  readonly #quiet: QuietWork;
  #settings: MemorySettings;
  #paused = false;
  #closed = false;

  /** Opens the store. Errors: `storeUnavailable`, `diskFull`, `sqliteMissing`. */
  constructor(options: RootIngesterOptions) {
    this.#options = options;
    this.root = options.root;
    this.#settings = options.settings;
    this.#state = new RootState(() => {
      options.changed();
      this.#store.publish();
    });
    this.#backlog = new Backlog(options.clock);
    this.#book = new FileBook({
      settings: options.settings,
      model: options.model,
      backlog: this.#backlog,
      waits: this.#waits,
      written: (nCharacters, nChunks) => this.#store.noteWritten(nCharacters, nChunks),
    });
    this.#store = new StoreKeeper({
      ...options,
      load: (writer) => this.#book.load(writer),
      committing: (writer) => writer.setMeta(ownerStatusKey, packOwnerStatus(this.status())),
      replaced: (why) => this.#state.notify(replacedNotice(why)),
      lost: () => this.#voidWork(),
      failed: (error) => this.#fail(error),
      recovered: () => this.#recover(),
    });
    const parts = { store: this.#store, book: this.#book, pump: () => this.#pump() };
    const enqueue = this.#enqueue.bind(this);
    this.#tree = new TreeFollower({
      ...options,
      ...parts,
      enqueue,
      state: this.#state,
      scanBegins: () => this.#scanBegins(),
      scanEnds: () => this.#scanEnds(),
    });
    this.#dispatch = new ParseDispatch({
      ...options,
      ...parts,
      enqueue,
      rootFolder: options.root.folder,
      backlog: this.#backlog,
      tree: this.#tree,
      applied: (paths) => this.#applied(paths),
    });
    this.#quiet = new QuietWork({
      ...parts,
      state: this.#state,
      backlog: this.#backlog,
      waits: this.#waits,
      tree: this.#tree,
      dispatch: this.#dispatch,
      isPaused: () => this.#paused,
    });
    this.#store.open();
  }

  /** Says which store is open: no two of this process have the same. */
  get generation(): number {
    return this.#store.generation;
  }

  /** Starts the first scan. */
  start(): void {
    this.#tree.scheduleScan();
    void this.#prioritise();
  }

  /** The tree may have changed anywhere. */
  rescan(): void {
    this.#tree.scheduleScan();
  }

  configure(settings: MemorySettings): void {
    // How many threads there are is the pool's business and no reason to look at the tree again.
    const before = { ...this.#settings, threads: settings.threads };
    if (JSON.stringify(settings) === JSON.stringify(before)) return;
    this.#settings = settings;
    this.#tree.configure(settings);
    this.#book.judgeBy(settings);
    this.#tree.scheduleScan();
  }

  /** Absolute paths that changed on disk; folders stand for all below them. */
  filesChanged(paths: readonly string[]): void {
    if (this.#closed || !this.#store.isOpen) return;
    this.#tree.lookAtChanges(paths.flatMap((absolute) => this.relative(absolute) ?? []));
    this.#pump();
  }

  /** A reader met damage in the store of a generation. */
  damaged(generation: number): void {
    this.#store.damaged(generation);
  }

  /** Unsaved editor text of a file; `undefined` when the disk counts again. */
  overlay(absolute: string, text: string | undefined): void {
    const path = this.relative(absolute);
    if (path === undefined || path === "" || this.#closed) return;
    this.#tree.setOverlay(path, text);
    this.#pump();
  }

  /** Files that the user has open are remembered first. */
  openEditors(files: readonly string[]): void {
    this.#backlog.queue.promote(files.flatMap((file) => this.relative(file) ?? []));
    this.#pump();
  }

  /** Makes files that still wait for the syntax pass exact before anything else. Resolves when they are. */
  refineNow(paths: readonly string[]): Promise<void> {
    const { queue } = this.#backlog;
    const waiting = new Set(paths.filter((path) => queue.waitsIn(path, "refine")));
    if (waiting.size === 0 || this.#paused) return Promise.resolve();
    for (const path of waiting) this.#backlog.hurry(path);
    const refined = this.#waits.untilRefined(waiting);
    this.#pump();
    return refined;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
    this.#waits.endAllRefined();
    this.#store.commit();
    this.#state.set("paused");
  }

  resume(): void {
    this.#paused = false;
    this.#state.set(this.#tree.isScanning ? "scanning" : "filling");
    this.#pump();
  }

  /** Throws the memory away and fills it again; a store that failed is tried at once. */
  rebuild(): void {
    this.#store.retryNow();
    this.#voidWork();
    this.#store.clear();
    this.#book.clear();
    this.#beginAgain();
  }

  /**
   * Resolves when every known change is searchable, or syntax-exact as well. Errors: `diskFull` and
   * `storeUnavailable` while the store has failed.
   */
  settled(refined: boolean): Promise<void> {
    if (this.#store.failure !== undefined)
      return Promise.reject(asMemoryError(this.#store.failure));
    const settled = this.#waits.untilSettled(refined);
    this.#pump();
    return settled;
  }

  problems(offset: number, limit: number): ReturnType<MemoryWriter["problems"]> {
    this.#store.commit();
    let page: ReturnType<MemoryWriter["problems"]> = { problems: [], total: 0 };
    this.#store.guarded((writer) => {
      page = writer.problems(offset, limit);
    });
    return page;
  }

  status(): RootStatus {
    return {
      root: this.root,
      state: this.#state.state,
      ...this.#book.ledger.counts(),
      ignoredEntries: this.#tree.ignoredEntries,
      bytesKnown: this.#backlog.progress.bytesKnown,
      bytesDone: this.#backlog.progress.bytesDone,
      nChunks: this.#book.nChunks,
      nEmbedded: this.#book.levels.nEmbedded,
      filesSyntaxExact: this.#book.levels.exact,
      filesFallback: this.#book.levels.fallback,
      filesToRefine: this.#backlog.queue.nRefine + this.#dispatch.nRefining,
      storeBytes: this.#options.storeBytes(),
      notices: this.#state.notices,
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#tree.close();
    this.#dispatch.close();
    this.#store.close();
    this.#waits.endAllRefined();
    this.#waits.wake(true);
  }

  /** Returns a path relative to the root, `""` for the root itself, `undefined` for a path outside of it. */
  relative(absolute: string): string | undefined {
    return relativeTo(this.root.folder, absolute);
  }

  #enqueue(entry: LedgerEntry, lane: "urgent" | "fill", exact: boolean): void {
    if (this.#quiet.isAtRest) this.#startFill();
    this.#backlog.add(entry, lane, exact);
    if (!this.#paused && !this.#tree.isScanning) this.#state.set("filling");
    this.#options.changed();
  }

  #scanBegins(): void {
    if (!this.#paused) this.#state.set("scanning");
    if (this.#quiet.isAtRest) this.#startFill();
  }

  #scanEnds(): void {
    if (this.#paused || this.#quiet.isSearchable) return;
    this.#state.set("filling");
    // The first results may take their time; how much there is to do is known now.
    this.#store.commit();
  }

  #startFill(): void {
    this.#backlog.startFill();
    if (this.#book.nChunks === 0) this.#store.setBulk(true);
  }

  /** Gives the pool work as long as it has room; settles down when there is none left. */
  #pump(): void {
    if (this.#closed) return;
    if (!this.#paused) this.#dispatch.feed();
    this.#quiet.doWhatIsDue();
  }

  #applied(paths: readonly string[]): void {
    // What somebody waits for has to be readable by the time that they are told.
    if (this.#waits.hasRefineWait) {
      this.#store.commit();
      this.#waits.endRefined(paths);
    }
    this.#options.changed();
  }

  #fail(error: unknown): void {
    this.#state.fail(failureNotice(error));
    this.#waits.failAll(asMemoryError(error));
  }

  #recover(): void {
    this.#state.recover(this.#paused ? "paused" : "opening");
    this.#beginAgain();
  }

  /** Forgets what waits and what is under way; results that still come are for nobody. */
  #voidWork(): void {
    this.#waits.endAllRefined();
    this.#backlog.queue.clear();
    this.#tree.abandonScan();
    this.#dispatch.abandonAll();
  }

  #beginAgain(): void {
    this.#startFill();
    this.#tree.enqueueOverlays();
    this.#tree.scheduleScan();
  }

  async #prioritise(): Promise<void> {
    const recent = await recentlyChanged(this.root.folder, maxRecentPaths);
    this.#backlog.queue.promote(recent.paths);
  }
}
