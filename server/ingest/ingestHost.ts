/** All roots of the ingest thread: opens and closes their ingesters, locks their stores, reports their status. */
import { rmSync, statSync } from "node:fs";
import path from "node:path";
import { MemoryError, type ErrorName } from "../../protocol/errors.ts";
import type { MemorySettings, Root, RootStatus } from "../../protocol/types.ts";
import { asMemoryError } from "../memory/database.ts";
import { acquireStoreLock, type StoreLock } from "../memory/storeLock.ts";
import type { Clock, FileSystem, Logger } from "../ports.ts";
import type { IngestAction, ProblemPage, StoreStatus } from "./ingestCalls.ts";
import { ParsePool } from "./parsePool.ts";
import { RootIngester } from "./rootIngester.ts";

const reportEveryMs = 200;
/** While another process owns a store, how often to look whether it is free. */
const takeOverEveryMs = 3_000;

export interface IngestHostOptions {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly log: Logger;
  readonly parseEntry: URL;
  readonly grammarFolder: string;
  readonly watchdogMs: number;
  readonly defaultThreads: number;
  /** Calls back when the root's git state changes on disk. Returns the function that stops it. */
  readonly watch: (rootFolder: string, changed: () => void) => () => void;
  readonly report: (statuses: readonly StoreStatus[]) => void;
}

interface OpenRoot {
  readonly root: Root;
  readonly storeFile: string;
  readonly ingester: RootIngester | undefined;
  readonly lock: StoreLock | undefined;
  readonly stopWatching: () => void;
}

export class IngestHost {
  readonly #options: IngestHostOptions;
  readonly #open = new Map<string, OpenRoot>();
  #pool: ParsePool | undefined;
  #settings: MemorySettings | undefined;
  #storeDir = "";
  #paused = false;
  #reportTimer: NodeJS.Timeout | undefined;
  #takeOverTimer: NodeJS.Timeout | undefined;

  constructor(options: IngestHostOptions) {
    this.#options = options;
  }

  async call(action: IngestAction): Promise<StoreStatus[] | ProblemPage> {
    switch (action.kind) {
      case "open":
        await this.#setRoots(action.storeDir, action.roots, action.settings);
        break;
      case "configure":
        this.#settings = action.settings;
        for (const { ingester } of this.#open.values()) ingester?.configure(action.settings);
        break;
      case "filesChanged":
        for (const { ingester } of this.#open.values()) ingester?.filesChanged(action.files);
        break;
      case "overlay":
        for (const { ingester } of this.#open.values()) ingester?.overlay(action.file, action.text);
        break;
      case "openEditors":
        for (const { ingester } of this.#open.values()) ingester?.openEditors(action.files);
        break;
      case "rescan":
        for (const { ingester } of this.#open.values()) ingester?.rescan();
        break;
      case "settled":
        await Promise.all(
          [...this.#open.values()].map(({ ingester }) => ingester?.settled(action.refined)),
        );
        break;
      case "problems":
        return this.#problems(action.rootId, action.offset, action.limit);
      case "pause":
        this.#paused = true;
        for (const { ingester } of this.#open.values()) ingester?.pause();
        break;
      case "resume":
        this.#paused = false;
        for (const { ingester } of this.#open.values()) ingester?.resume();
        break;
      case "rebuild":
        for (const open of this.#select(action.rootId)) open.ingester?.rebuild();
        break;
      case "forget":
        for (const open of this.#select(action.rootId)) this.#forget(open);
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
      stack: (error instanceof Error && error.stack) || "",
    });
    return { errorName: "internal", detail: name };
  }

  async #setRoots(
    storeDir: string,
    roots: readonly Root[],
    settings: MemorySettings,
  ): Promise<void> {
    this.#settings = settings;
    this.#storeDir = storeDir;
    const wanted = new Set(roots.map((root) => root.id));
    for (const open of [...this.#open.values()])
      if (!wanted.has(open.root.id)) this.#closeRoot(open);
    this.#pool ??= new ParsePool({
      nThreads: settings.threads > 0 ? settings.threads : this.#options.defaultThreads,
      entry: this.#options.parseEntry,
      grammarFolder: this.#options.grammarFolder,
      watchdogMs: this.#options.watchdogMs,
      log: this.#options.log,
    });
    for (const root of roots) if (!this.#open.has(root.id)) this.#openRoot(root);
  }

  #openRoot(root: Root): void {
    if (this.#options.files.stat(root.folder, true)?.kind !== "folder")
      throw new MemoryError("folderNotFound");
    const storeFolder = path.join(this.#storeDir, root.id);
    const storeFile = path.join(storeFolder, "memory.sqlite");
    const lock = acquireStoreLock(path.join(storeFolder, "owner.lock"));
    if (lock === undefined) {
      this.#open.set(root.id, {
        root,
        storeFile,
        ingester: undefined,
        lock,
        stopWatching: () => undefined,
      });
      this.#takeOverTimer ??= setInterval(() => this.#takeOver(), takeOverEveryMs).unref();
      return;
    }
    let ingester: RootIngester;
    try {
      ingester = new RootIngester({
        root,
        storeFile,
        settings: this.#settings as MemorySettings,
        pool: this.#pool as ParsePool,
        files: this.#options.files,
        clock: this.#options.clock,
        log: this.#options.log,
        changed: () => this.#reportSoon(),
        storeBytes: () => sizeOf(storeFile),
      });
    } catch (error) {
      lock.release();
      throw asMemoryError(error);
    }
    const stopWatching = this.#options.watch(root.folder, () => ingester.rescan());
    this.#open.set(root.id, { root, storeFile, ingester, lock, stopWatching });
    if (this.#paused) ingester.pause();
    ingester.start();
  }

  /** Stores whose owner went away become ours. */
  #takeOver(): void {
    const followed = [...this.#open.values()].filter((open) => open.ingester === undefined);
    for (const open of followed) {
      this.#open.delete(open.root.id);
      this.#openRoot(open.root);
    }
    if (![...this.#open.values()].some((open) => open.ingester === undefined)) {
      clearInterval(this.#takeOverTimer);
      this.#takeOverTimer = undefined;
    }
    this.#reportSoon();
  }

  #select(rootId: string | undefined): OpenRoot[] {
    if (rootId === undefined) return [...this.#open.values()];
    const open = this.#open.get(rootId);
    if (open === undefined) throw new MemoryError("rootNotOpen");
    return [open];
  }

  #problems(rootId: string | undefined, offset: number, limit: number): ProblemPage {
    const page: ProblemPage = { problems: [], total: 0 };
    let skip = offset;
    let total = 0;
    for (const { root, ingester } of this.#select(rootId)) {
      const part = ingester?.problems(Math.max(0, skip), Math.max(0, limit - page.problems.length));
      if (part === undefined) continue;
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
    open.stopWatching();
    open.ingester?.close();
    open.lock?.release();
    this.#open.delete(open.root.id);
  }

  async #close(): Promise<void> {
    clearTimeout(this.#reportTimer);
    clearInterval(this.#takeOverTimer);
    for (const open of [...this.#open.values()]) this.#closeRoot(open);
    await this.#pool?.close();
    this.#pool = undefined;
  }

  #reportSoon(): void {
    this.#reportTimer ??= setTimeout(() => {
      this.#reportTimer = undefined;
      this.#options.report(this.#statuses());
    }, reportEveryMs).unref();
  }

  #statuses(): StoreStatus[] {
    return [...this.#open.values()].map(({ root, storeFile, ingester }) => ({
      status: ingester?.status() ?? followerStatus(root, sizeOf(storeFile)),
      storeFile,
      generation: ingester?.generation ?? 0,
    }));
  }
}

/** Another process keeps this memory; its counts are not ours to know. */
function followerStatus(root: Root, storeBytes: number): RootStatus {
  return {
    root,
    state: "ready",
    filesSeen: 0,
    remembered: 0,
    pending: 0,
    skipped: {},
    failed: {},
    ignoredEntries: 0,
    bytesKnown: 0,
    bytesDone: 0,
    nChunks: 0,
    filesSyntaxExact: 0,
    filesFallback: 0,
    filesToRefine: 0,
    storeBytes,
    notices: [
      {
        kind: "readOnly",
        message:
          "Another window keeps the memory of this folder up to date. This window reads from it and takes over when the other one closes.",
      },
    ],
  };
}

function sizeOf(file: string): number {
  let bytes = 0;
  for (const suffix of ["", "-wal"])
    bytes += statSync(file + suffix, { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}
