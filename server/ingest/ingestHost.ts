/** All roots of the ingest thread: opens and closes their ingesters, locks their stores, reports their status. */
import { rmSync } from "node:fs";
import path from "node:path";
import { placeOf } from "../../protocol/errorPlace.ts";
import { MemoryError, type ErrorName } from "../../protocol/errors.ts";
import type { MemorySettings, Root } from "../../protocol/types.ts";
import { asMemoryError, isStoreFailure } from "../memory/database.ts";
import { acquireStoreLock, type StoreLock } from "../memory/storeLock.ts";
import type { LinkLoss } from "../channel/ownerLink.ts";
import type { EncoderParts } from "../model/staticEncoder.ts";
import type { Clock, FileSystem, Logger } from "../ports.ts";
import { FollowedStore } from "./followedStore.ts";
import { nextGeneration } from "./generations.ts";
import type { IngestAction, ProblemPage, StoreStatus } from "./ingestCalls.ts";
import { MemoryBank } from "../memory/memoryBank.ts";
import type { OwnerStatus } from "../memory/ownerStatus.ts";
import { sizeOf, statusOf, type KeptRoot, type OpenRoot } from "./openRoot.ts";
import { ParsePool } from "./parsePool.ts";
import { RootIngester } from "./rootIngester.ts";
import { SharedIngester } from "./sharedIngester.ts";
import type { OwnerNews, SharedAction } from "./sharedActions.ts";

const reportEveryMs = 200;
/** How soon a store is tried again whose owner cannot be reached; then ever later. */
const firstRetryMs = 25;

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
  #retryDelayMs = firstRetryMs;
  #isClosed = false;

  constructor(options: IngestHostOptions) {
    this.#options = options;
  }

  /** Does what is asked and returns how the stores are then. Errors: those of the stores, after their state was reported. */
  async call(action: IngestAction): Promise<StoreStatus[] | ProblemPage> {
    try {
      return await this.#carryOut(action);
    } catch (error) {
      // Reports are held together, and whoever hears of the failure looks at the state next.
      this.#options.report(this.#statuses());
      throw error;
    }
  }

  async #carryOut(action: IngestAction): Promise<StoreStatus[] | ProblemPage> {
    switch (action.kind) {
      case "open":
        this.#setRoots(action.storeDir, action.roots, action.settings);
        await this.#reached();
        break;
      case "configure":
        this.#settings = action.settings;
        this.#pool?.resize(this.#nThreads);
        for (const { ingester } of this.#kept) ingester.configure(action.settings);
        break;
      case "overlay":
        if (action.text === undefined) this.#overlays.delete(action.file);
        else this.#overlays.set(action.file, action.text);
        await this.#actOnAll(action);
        break;
      case "openEditors":
        this.#openEditors = action.files;
        await this.#actOnAll(action);
        break;
      case "pause":
      case "resume":
        this.#paused = action.kind === "pause";
        await this.#actOnAll(action);
        break;
      case "filesChanged":
      case "rescan":
      case "settled":
        await this.#actOnAll(action);
        break;
      case "refineNow":
        await Promise.all(this.#select(action.rootId).map((open) => this.#act(open, action)));
        break;
      case "rebuild":
        await Promise.all(this.#select(action.rootId).map((open) => this.#rebuild(open)));
        break;
      case "problems":
        return this.#problems(action.rootId, action.offset, action.limit);
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
    const last = error.errorName === "folderNotFound" ? undefined : lastStatusIn(storeFile);
    this.#put({ kind: "failed", root, storeFile, error, last, generation });
    this.#tryAgain();
  }

  #follow(root: Root, storeFile: string): void {
    const before = this.#open.get(root.id);
    if (before?.kind === "followed") return this.#reach(before.store);
    const store = new FollowedStore({
      ...{ root, storeFile, files: this.#options.files, storeBytes: () => sizeOf(storeFile) },
      introduction: () => this.#introduction(),
      told: (news) => this.#told(root, storeFile, news),
      lost: (how) => this.#lost(how),
    });
    this.#put({ kind: "followed", root, storeFile, store });
    this.#reach(store);
  }

  /** Resolves when the status of each root says whether its owner answers. */
  async #reached(): Promise<void> {
    for (const open of this.#open.values()) if (open.kind === "followed") await open.store.reached;
  }

  /** Connects to the owner. One that does not answer may just be beginning, or have ended. */
  #reach(store: FollowedStore): void {
    if (store.isLinked) return;
    void store.connect().then(() => {
      if (store.isLinked || this.#isClosed) return;
      if (this.#retryDelayMs >= this.#options.retryMs) store.giveUp();
      this.#tryAgain();
      this.#reportSoon();
    });
  }

  /** What the owner has to know of this window. */
  #introduction(): SharedAction[] {
    const overlays = [...this.#overlays].map(([file, text]): SharedAction => ({
      kind: "overlay",
      file,
      text,
    }));
    return [...overlays, { kind: "openEditors", files: this.#openEditors }];
  }

  #told(root: Root, storeFile: string, news: OwnerNews): void {
    const open = this.#open.get(root.id);
    if (open?.kind !== "followed") return;
    if (news.kind === "status") {
      const { state } = open.store.status();
      // A root that is being opened or cannot be read says nothing of what the user wants.
      if (state !== "opening" && state !== "failed") this.#paused = state === "paused";
    } else this.#put({ kind: "forgotten", root, storeFile, generation: nextGeneration() });
    this.#reportSoon();
  }

  /** When its owner has ended, whoever comes first keeps the store from now on. A silent one keeps its lock. */
  #lost(how: LinkLoss): void {
    if (how === "silent") {
      this.#tryAgain();
      return this.#reportSoon();
    }
    this.#retryDelayMs = firstRetryMs;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#openWaiting();
  }

  #put(open: OpenRoot): void {
    const before = this.#open.get(open.root.id);
    if (before?.kind === "followed") before.store.close();
    this.#open.set(open.root.id, open);
  }

  /** Soon at first: an owner that was killed lets go of its store a moment after its connections end. */
  #tryAgain(): void {
    if (this.#retryTimer !== undefined || this.#isClosed) return;
    const isFollowing = [...this.#open.values()].some(({ kind }) => kind === "followed");
    const delayMs = isFollowing ? this.#retryDelayMs : this.#options.retryMs;
    this.#retryDelayMs = Math.min(2 * this.#retryDelayMs, this.#options.retryMs);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#openWaiting();
    }, delayMs).unref();
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
    const shared = new SharedIngester({
      ...{ folder: path.dirname(storeFile), ingester, log: this.#options.log },
      describe: (error) => this.describe(error),
      paused: (isPaused) => (this.#paused = isPaused),
    });
    const stopWatching = this.#options.watch(root.folder, () => ingester.rescan());
    this.#put({ kind: "kept", root, storeFile, ingester, shared, lock, stopWatching });
    if (this.#paused) ingester.pause();
    for (const action of this.#introduction()) shared.introduce(action);
    ingester.start();
  }

  /** Stores whose owner went away become ours; folders and stores that failed are tried again. */
  #openWaiting(): void {
    for (const open of [...this.#open.values()])
      if (open.kind === "failed" || (open.kind === "followed" && !open.store.isLinked))
        this.#openRoot(open.root);
    this.#reportSoon();
  }

  async #actOnAll(action: SharedAction): Promise<void> {
    await Promise.all([...this.#open.values()].map((open) => this.#act(open, action)));
  }

  /** Does something here, or has it done where the root is kept; what is waited for goes on where it is kept next. */
  async #act(open: OpenRoot, action: SharedAction): Promise<"done" | "unlinked"> {
    if (open.kind === "kept") await open.shared.act(action);
    if (open.kind !== "followed") return "done";
    const outcome = await open.store.act(action);
    const now = this.#open.get(open.root.id);
    const isOver = outcome !== "lost" && (outcome === "done" || now === open);
    if (now === undefined || isOver) return outcome === "unlinked" ? "unlinked" : "done";
    return this.#act(now, action);
  }

  /** Errors: `ownedElsewhere` when another process keeps the store and cannot be reached, `ownerSilent` when it does not answer. */
  async #rebuild(open: OpenRoot): Promise<void> {
    if (open.kind === "forgotten") {
      this.#open.delete(open.root.id);
      return this.#openRoot(open.root);
    }
    const outcome = await this.#act(open, { kind: "rebuild", rootId: open.root.id });
    if (outcome === "unlinked") throw new MemoryError("ownedElsewhere");
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
      if (open.kind === "failed" || open.kind === "forgotten") continue;
      const { root } = open;
      const source = open.kind === "kept" ? open.ingester : open.store;
      const part = source.problems(Math.max(0, skip), Math.max(0, limit - page.problems.length));
      page.problems.push(...part.problems.map((problem) => ({ ...problem, rootId: root.id })));
      skip -= part.total;
      total += part.total;
    }
    return { problems: page.problems, total };
  }

  /** Errors: `storeUnavailable` when the system does not let the files be deleted. */
  #forget(open: OpenRoot): void {
    if (open.kind === "kept") open.shared.tellForgotten();
    this.#closeRoot(open);
    try {
      rmSync(path.dirname(open.storeFile), { recursive: true, force: true });
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      this.#openRoot(open.root);
      throw asMemoryError(error);
    }
  }

  #closeRoot(open: OpenRoot): void {
    this.#open.delete(open.root.id);
    if (open.kind === "followed") open.store.close();
    if (open.kind !== "kept") return;
    open.stopWatching();
    open.ingester.close();
    open.lock.release();
    // Last, because the others try to keep the store as soon as they hear of it.
    open.shared.close();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#reportTimer);
    clearTimeout(this.#retryTimer);
    this.#isClosed = true;
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
    for (const { shared } of this.#kept) shared.tellStatus();
  }

  #statuses(): StoreStatus[] {
    return [...this.#open.values()].map((open) => ({
      ...statusOf(open),
      storeFile: open.storeFile,
    }));
  }
}

/** Returns what a store says that it holds, `undefined` when it cannot be read either. */
function lastStatusIn(storeFile: string): OwnerStatus | undefined {
  let bank: MemoryBank | undefined;
  try {
    bank = new MemoryBank(storeFile);
    return bank.ownerStatus();
  } catch (error) {
    if (!isStoreFailure(error)) throw error;
    return undefined;
  } finally {
    bank?.close();
  }
}
