/** All roots of the ingest thread: opens and closes their ingesters, locks their stores, reports their status. */
import { rmSync, statSync } from "node:fs";
import path from "node:path";
import { placeOf } from "../../protocol/errorPlace.ts";
import { MemoryError, type ErrorName } from "../../protocol/errors.ts";
import type { MemorySettings, Root } from "../../protocol/types.ts";
import { asMemoryError, isStoreFailure } from "../memory/database.ts";
import { acquireStoreLock, type StoreLock } from "../memory/storeLock.ts";
import type { EncoderParts } from "../model/staticEncoder.ts";
import type { Clock, FileSystem, Logger } from "../ports.ts";
import { FollowedStore } from "./followedStore.ts";
import { nextGeneration } from "./generations.ts";
import type { IngestAction, ProblemPage, StoreStatus } from "./ingestCalls.ts";
import { ParsePool } from "./parsePool.ts";
import { RootIngester } from "./rootIngester.ts";
import { failedStatus } from "./waitingStatus.ts";

const reportEveryMs = 200;

export interface IngestHostOptions {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly log: Logger;
  readonly parseEntry: URL;
  readonly grammarFolder: string;
  /** `undefined` when no chunk is to get an embedding. */
  readonly encoder: EncoderParts | undefined;
  readonly watchdogMs: number;
  /** How often to try again: a store that failed, one that another process owns, a folder that is not there. */
  readonly retryMs: number;
  /** Calls back when the root's git state changes on disk. Returns the function that stops it. */
  readonly watch: (rootFolder: string, changed: () => void) => () => void;
  readonly report: (statuses: readonly StoreStatus[]) => void;
}

/** A root of the workspace: kept by this process, read while another keeps it, or failed; the last two are tried again. */
type OpenRoot = KeptRoot | FollowedRoot | FailedRoot;
interface KeptRoot {
  readonly kind: "kept";
  readonly root: Root;
  readonly storeFile: string;
  readonly ingester: RootIngester;
  readonly lock: StoreLock;
  readonly stopWatching: () => void;
}
interface FollowedRoot {
  readonly kind: "followed";
  readonly root: Root;
  readonly storeFile: string;
  readonly store: FollowedStore;
}
interface FailedRoot {
  readonly kind: "failed";
  readonly root: Root;
  readonly storeFile: string;
  readonly error: MemoryError;
  readonly generation: number;
}

export class IngestHost {
  readonly #options: IngestHostOptions;
  readonly #open = new Map<string, OpenRoot>();
  #pool: ParsePool | undefined;
  #settings: MemorySettings | undefined;
  #storeDir = "";
  #paused = false;
  /** Unsaved texts and open editors, for roots that are opened later. */
  readonly #overlays = new Map<string, string>();
  #openEditors: readonly string[] = [];
  #reportTimer: NodeJS.Timeout | undefined;
  #reportAgain = false;
  #retryTimer: NodeJS.Timeout | undefined;

  constructor(options: IngestHostOptions) {
    this.#options = options;
  }

  async call(action: IngestAction): Promise<StoreStatus[] | ProblemPage> {
    switch (action.kind) {
      case "open":
        this.#setRoots(action.storeDir, action.roots, action.settings);
        break;
      case "configure":
        this.#settings = action.settings;
        this.#pool?.resize(this.#nThreads);
        for (const { ingester } of this.#kept) ingester.configure(action.settings);
        break;
      case "filesChanged":
        for (const { ingester } of this.#kept) ingester.filesChanged(action.files);
        break;
      case "overlay":
        if (action.text === undefined) this.#overlays.delete(action.file);
        else this.#overlays.set(action.file, action.text);
        for (const { ingester } of this.#kept) ingester.overlay(action.file, action.text);
        break;
      case "openEditors":
        this.#openEditors = action.files;
        for (const { ingester } of this.#kept) ingester.openEditors(action.files);
        break;
      case "rescan":
        for (const { ingester } of this.#kept) ingester.rescan();
        break;
      case "settled":
        await Promise.all(this.#kept.map(({ ingester }) => ingester.settled(action.refined)));
        break;
      case "refineNow":
        await this.#kept
          .find(({ root }) => root.id === action.rootId)
          ?.ingester.refineNow(action.paths);
        break;
      case "problems":
        return this.#problems(action.rootId, action.offset, action.limit);
      case "pause":
        this.#paused = true;
        for (const { ingester } of this.#kept) ingester.pause();
        break;
      case "resume":
        this.#paused = false;
        for (const { ingester } of this.#kept) ingester.resume();
        break;
      case "rebuild":
        for (const open of this.#selectOwn(action.rootId))
          if (open.kind === "kept") open.ingester.rebuild();
        break;
      case "forget":
        for (const open of this.#selectOwn(action.rootId)) this.#forget(open);
        break;
      case "damaged":
        for (const open of this.#kept)
          if (open.root.id === action.rootId) open.ingester.damaged(action.generation);
        break;
      case "close":
        await this.#close();
    }
    return this.#statuses();
  }

  describe(error: unknown): { errorName: ErrorName; detail: string } {
    if (error instanceof MemoryError) return { errorName: error.errorName, detail: error.detail };
    const name = error instanceof Error ? error.name : typeof error;
    this.#options.log.log("error", "ingest", "a call failed", {
      error: name,
      stack: placeOf(error),
    });
    return { errorName: "internal", detail: name };
  }

  get #kept(): KeptRoot[] {
    return [...this.#open.values()].filter((open) => open.kind === "kept");
  }

  get #nThreads(): number {
    return this.#settings?.threads ?? 1;
  }

  /** Opens what can be opened; the rest waits, and its status says why. */
  #setRoots(storeDir: string, roots: readonly Root[], settings: MemorySettings): void {
    this.#settings = settings;
    this.#storeDir = storeDir;
    const wanted = new Set(roots.map((root) => root.id));
    for (const open of [...this.#open.values()])
      if (!wanted.has(open.root.id)) this.#closeRoot(open);
    this.#pool ??= new ParsePool({
      nThreads: this.#nThreads,
      entry: this.#options.parseEntry,
      grammarFolder: this.#options.grammarFolder,
      encoder: this.#options.encoder,
      watchdogMs: this.#options.watchdogMs,
      log: this.#options.log,
    });
    for (const root of roots) if (!this.#open.has(root.id)) this.#openRoot(root);
  }

  /** Opens a root, or notes why it has to wait. */
  #openRoot(root: Root): void {
    const storeFile = path.join(this.#storeDir, root.id, "memory.sqlite");
    if (this.#options.files.stat(root.folder, true)?.kind !== "folder") {
      this.#failed(root, storeFile, new MemoryError("folderNotFound"));
      return;
    }
    let lock: StoreLock | undefined;
    try {
      lock = acquireStoreLock(path.join(path.dirname(storeFile), "owner.lock"));
      if (lock === undefined) this.#follow(root, storeFile);
      else this.#keep(root, storeFile, lock);
    } catch (error) {
      lock?.release();
      if (!isStoreFailure(error)) throw error;
      this.#failed(root, storeFile, asMemoryError(error));
    }
  }

  #failed(root: Root, storeFile: string, error: MemoryError): void {
    const before = this.#open.get(root.id);
    const generation = before?.kind === "failed" ? before.generation : nextGeneration();
    this.#put({ kind: "failed", root, storeFile, error, generation });
    this.#tryAgain();
  }

  #follow(root: Root, storeFile: string): void {
    if (this.#open.get(root.id)?.kind === "followed") return;
    const store = new FollowedStore(root, storeFile, this.#options.files, () => sizeOf(storeFile));
    this.#put({ kind: "followed", root, storeFile, store });
    this.#tryAgain();
  }

  #put(open: OpenRoot): void {
    const before = this.#open.get(open.root.id);
    if (before?.kind === "followed") before.store.close();
    this.#open.set(open.root.id, open);
  }

  #tryAgain(): void {
    this.#retryTimer ??= setInterval(() => this.#openWaiting(), this.#options.retryMs).unref();
  }

  #keep(root: Root, storeFile: string, lock: StoreLock): void {
    const ingester = new RootIngester({
      root,
      storeFile,
      settings: this.#settings as MemorySettings,
      pool: this.#pool as ParsePool,
      model: this.#options.encoder?.model,
      files: this.#options.files,
      clock: this.#options.clock,
      log: this.#options.log,
      changed: () => this.#reportSoon(),
      storeBytes: () => sizeOf(storeFile),
      retryMs: this.#options.retryMs,
    });
    const stopWatching = this.#options.watch(root.folder, () => ingester.rescan());
    this.#put({ kind: "kept", root, storeFile, ingester, lock, stopWatching });
    if (this.#paused) ingester.pause();
    for (const [file, text] of this.#overlays) ingester.overlay(file, text);
    ingester.openEditors(this.#openEditors);
    ingester.start();
  }

  /** Stores whose owner went away become ours; folders and stores that failed are tried again. */
  #openWaiting(): void {
    for (const open of [...this.#open.values()])
      if (open.kind !== "kept") this.#openRoot(open.root);
    if (this.#kept.length === this.#open.size) {
      clearInterval(this.#retryTimer);
      this.#retryTimer = undefined;
    }
    this.#reportSoon();
  }

  #select(rootId: string | undefined): OpenRoot[] {
    if (rootId === undefined) return [...this.#open.values()];
    const open = this.#open.get(rootId);
    if (open === undefined) throw new MemoryError("rootNotOpen");
    return [open];
  }

  /** As `#select`. Errors: `ownedElsewhere` when another process keeps one of them. */
  #selectOwn(rootId: string | undefined): OpenRoot[] {
    const selected = this.#select(rootId);
    if (selected.some(({ kind }) => kind === "followed")) throw new MemoryError("ownedElsewhere");
    return selected;
  }

  #problems(rootId: string | undefined, offset: number, limit: number): ProblemPage {
    const page: ProblemPage = { problems: [], total: 0 };
    let skip = offset;
    let total = 0;
    for (const open of this.#select(rootId)) {
      if (open.kind === "failed") continue;
      const { root } = open;
      const source = open.kind === "kept" ? open.ingester : open.store;
      const part = source.problems(Math.max(0, skip), Math.max(0, limit - page.problems.length));
      page.problems.push(...part.problems.map((problem) => ({ ...problem, rootId: root.id })));
      skip -= part.total;
      total += part.total;
    }
    return { problems: page.problems, total };
  }

  #forget(open: OpenRoot): void {
    this.#closeRoot(open);
    rmSync(path.dirname(open.storeFile), { recursive: true, force: true });
  }

  #closeRoot(open: OpenRoot): void {
    this.#open.delete(open.root.id);
    if (open.kind === "followed") open.store.close();
    if (open.kind !== "kept") return;
    open.stopWatching();
    open.ingester.close();
    open.lock.release();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#reportTimer);
    clearInterval(this.#retryTimer);
    for (const open of [...this.#open.values()]) this.#closeRoot(open);
    await this.#pool?.close();
    this.#pool = undefined;
  }

  /** The first change is told at once, because what comes after it may hang; those that follow are told together. */
  #reportSoon(): void {
    if (this.#reportTimer !== undefined) {
      this.#reportAgain = true;
      return;
    }
    this.#reportTimer = setTimeout(() => {
      this.#reportTimer = undefined;
      if (!this.#reportAgain) return;
      this.#reportAgain = false;
      this.#reportSoon();
    }, reportEveryMs).unref();
    this.#options.report(this.#statuses());
  }

  #statuses(): StoreStatus[] {
    return [...this.#open.values()].map((open) => ({
      ...statusOf(open),
      storeFile: open.storeFile,
    }));
  }
}

function statusOf(open: OpenRoot): Omit<StoreStatus, "storeFile"> {
  switch (open.kind) {
    case "kept":
      return { status: open.ingester.status(), generation: open.ingester.generation };
    case "followed": {
      // Looking at the store finds out whether it is still the same file.
      const status = open.store.status();
      return { status, generation: open.store.generation };
    }
    case "failed":
      return {
        status: failedStatus(open.root, open.error),
        generation: open.generation,
        error: { errorName: open.error.errorName, detail: open.error.detail },
      };
  }
}

function sizeOf(file: string): number {
  let bytes = 0;
  for (const suffix of ["", "-wal"])
    bytes += statSync(file + suffix, { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}
