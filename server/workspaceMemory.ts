/**
 * The memory of all open roots as the main thread sees it: calls go to the ingest thread, reading goes
 * straight to the stores, so that a question never waits for the writer.
 */
import { Worker } from "node:worker_threads";
import { MemoryError } from "../protocol/errors.ts";
import type { FileChange } from "../protocol/methods.ts";
import type { Coverage, MemorySettings, MemoryStatus, Root } from "../protocol/types.ts";
import type {
  IngestAction,
  IngestCall,
  IngestMessage,
  IngestReply,
  ProblemPage,
  StoreStatus,
} from "./ingest/ingestCalls.ts";
import { errorCode, isDamage } from "./memory/database.ts";
import { MemoryBank, type OpenBank } from "./memory/memoryBank.ts";
import type { Logger, LogLevel } from "./ports.ts";
import type { MemoryService } from "./services.ts";
import { threadEntry } from "./threads.ts";
import { serverVersion } from "./version.ts";

interface Opened {
  readonly storeDir: string;
  readonly roots: readonly Root[];
  readonly settings: MemorySettings;
}

export interface WorkspaceMemoryOptions {
  readonly log: Logger;
  /** Time without progress after which a file is given up. */
  readonly watchdogMs?: number;
  /** How long after a failure of a store or a folder it is tried again. */
  readonly retryMs?: number;
  /** What the ingest thread writes to standard error; `off`: nothing. */
  readonly logLevel?: LogLevel | "off";
}

const defaultWatchdogMs = 60_000;
const defaultRetryMs = 3_000;
/** An ingest thread that ends so often without having been told to is not started again. */
const maxRestarts = 3;
/** A question waits this long for a few changed files; a fill of many goes on beside it. */
const freshenMs = 400;
/** A question waits this long for exact chunks of what it returns; without them it shows guessed ones. */
const refineMs = 150;
const maxAwaitedChanges = 64;

export class WorkspaceMemory implements MemoryService {
  readonly #options: WorkspaceMemoryOptions;
  /** `undefined` when the ingest thread ended for good. */
  #worker: Worker | undefined;
  #restarts = 0;
  readonly #calls = new Map<
    number,
    { resolve: (value: StoreStatus[] | ProblemPage) => void; reject: (error: Error) => void }
  >();
  readonly #listeners = new Set<(status: MemoryStatus) => void>();
  readonly #banks = new Map<string, { generation: number; bank: MemoryBank }>();
  readonly #overlays = new Map<string, string>();
  #stores: readonly StoreStatus[] = [];
  #opened: Opened | undefined;
  #trusted = false;
  #paused = false;
  #nextId = 1;
  #closed = false;
  #changedLately = false;

  constructor(options: WorkspaceMemoryOptions) {
    this.#options = options;
    this.#startWorker();
  }

  #startWorker(): void {
    const worker = new Worker(threadEntry("ingestThread"), {
      workerData: {
        watchdogMs: this.#options.watchdogMs ?? defaultWatchdogMs,
        retryMs: this.#options.retryMs ?? defaultRetryMs,
        logLevel: this.#options.logLevel ?? "info",
      },
    });
    this.#worker = worker;
    worker.on("message", (message: IngestReply | IngestMessage) => this.#receive(message));
    worker.on("error", (error) => {
      this.#options.log.log("error", "ingest", "the ingest thread failed", { error: error.name });
    });
    worker.on("exit", () => this.#workerEnded());
  }

  /** What was committed is kept, so a new thread goes on where the old one was. */
  #workerEnded(): void {
    this.#worker = undefined;
    for (const call of this.#calls.values())
      call.reject(new MemoryError("internal", "the ingest thread ended"));
    this.#calls.clear();
    if (this.#closed) return;
    for (const rootId of [...this.#banks.keys()]) this.#closeBank(rootId);
    if (++this.#restarts > maxRestarts) {
      this.#stores = this.#stores.map((store) => ({
        ...store,
        status: { ...store.status, state: "failed", notices: [{ kind: "ingestEnded" }] },
      }));
      this.#tellListeners();
      return;
    }
    this.#startWorker();
    for (const [file, text] of this.#overlays) this.#send({ kind: "overlay", file, text });
    if (this.#paused) this.#send({ kind: "pause" });
    if (this.#opened === undefined) return;
    this.#openStores().catch((error: unknown) => {
      if (!(error instanceof MemoryError)) throw error;
      this.#options.log.log("error", "ingest", "the memory does not open again", {
        code: error.errorName,
      });
    });
  }

  async open(
    storeDir: string,
    roots: readonly Root[],
    settings: MemorySettings,
    trusted: boolean,
  ): Promise<MemoryStatus> {
    this.#opened = { storeDir, roots, settings };
    this.#trusted = trusted;
    return this.#openStores();
  }

  async setRoots(roots: readonly Root[]): Promise<MemoryStatus> {
    if (this.#opened === undefined) throw new MemoryError("invalidRequest", "open first");
    this.#opened = { ...this.#opened, roots };
    return this.#openStores();
  }

  async configure(settings: MemorySettings, trusted: boolean): Promise<MemoryStatus> {
    if (this.#opened === undefined) throw new MemoryError("invalidRequest", "open first");
    const wasTrusted = this.#trusted;
    this.#opened = { ...this.#opened, settings };
    this.#trusted = trusted;
    if (!trusted) for (const file of [...this.#overlays.keys()]) this.documentClosed(file);
    if (trusted !== wasTrusted) return this.#openStores();
    return this.#statusAfter({ kind: "configure", settings });
  }

  filesChanged(changes: readonly FileChange[]): void {
    this.#changedLately = true;
    this.#send({ kind: "filesChanged", files: changes.map((change) => change.file) });
  }

  documentChanged(file: string, _version: number, text: string): void {
    if (!this.#trusted) return;
    this.#changedLately = true;
    this.#overlays.set(file, text);
    this.#send({ kind: "overlay", file, text });
  }

  documentClosed(file: string): void {
    if (this.#overlays.delete(file)) this.#send({ kind: "overlay", file, text: undefined });
  }

  openEditors(files: readonly string[]): void {
    this.#send({ kind: "openEditors", files });
  }

  rescan(signal: AbortSignal = new AbortController().signal): Promise<MemoryStatus> {
    return this.#call({ kind: "rescan" }).then(() =>
      // While paused nothing settles, and whoever asked must not wait for it.
      this.#paused ? this.status() : this.settled(false, signal),
    );
  }

  status(): MemoryStatus {
    return {
      roots: this.#stores.map((store) => store.status),
      paused: this.#paused,
      serverVersion,
    };
  }

  settled(refined: boolean, signal: AbortSignal): Promise<MemoryStatus> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason as Error);
      if (signal.aborted) return abort();
      signal.addEventListener("abort", abort, { once: true });
      this.#statusAfter({ kind: "settled", refined })
        .then(resolve, reject)
        .finally(() => signal.removeEventListener("abort", abort));
    });
  }

  async problems(rootId: string | undefined, offset: number, limit: number): Promise<ProblemPage> {
    return (await this.#call({ kind: "problems", rootId, offset, limit })) as ProblemPage;
  }

  async pause(): Promise<MemoryStatus> {
    this.#paused = true;
    return this.#statusAfter({ kind: "pause" });
  }

  async resume(): Promise<MemoryStatus> {
    this.#paused = false;
    return this.#statusAfter({ kind: "resume" });
  }

  rebuild(rootId: string | undefined): Promise<MemoryStatus> {
    return this.#statusAfter({ kind: "rebuild", rootId });
  }

  async forget(rootId: string): Promise<MemoryStatus> {
    if (!this.#stores.some((store) => store.status.root.id === rootId))
      throw new MemoryError("rootNotOpen");
    this.#closeBank(rootId);
    return this.#statusAfter({ kind: "forget", rootId });
  }

  onStatusChanged(listener: (status: MemoryStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits until changes that are being remembered right now are searchable, but not for long. */
  async freshen(signal: AbortSignal): Promise<void> {
    const busy = this.#stores.some(
      ({ status }) => status.state === "filling" && status.pending <= maxAwaitedChanges,
    );
    if (!busy && !this.#changedLately) return;
    this.#changedLately = false;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(freshenMs)]);
    await this.settled(false, limit).catch((error: unknown) => {
      signal.throwIfAborted();
      // What a failed store or a long fill cannot give yet, the coverage of the result says.
      if (!limit.aborted && !(error instanceof MemoryError)) throw error;
    });
  }

  /** Asks for syntax-exact chunks of files that a question returns. False when they did not come in time. */
  async refineNow(rootId: string, paths: readonly string[], signal: AbortSignal): Promise<boolean> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(refineMs)]);
    const late = new Promise<false>((resolve) =>
      limit.addEventListener("abort", () => resolve(false), { once: true }),
    );
    const done = this.#call({ kind: "refineNow", rootId, paths }).then(
      () => true,
      (error: unknown) => {
        // Without the ingest thread the question is answered from what there is.
        if (error instanceof MemoryError) return false;
        throw error;
      },
    );
    const inTime = await Promise.race([done, late]);
    signal.throwIfAborted();
    return inTime;
  }

  /** Returns the stores to ask, those of `rootIds` or all. A root whose store does not exist yet is left out. */
  banks(rootIds: readonly string[] | undefined): OpenBank[] {
    const open: OpenBank[] = [];
    for (const store of this.#stores) {
      const { root } = store.status;
      if (rootIds !== undefined && !rootIds.includes(root.id)) continue;
      const bank = this.#bank(store);
      if (bank !== undefined) open.push({ root, bank });
    }
    return open;
  }

  /** A reader met damage in a store: whoever writes to it makes a new one. */
  damaged({ root, bank }: OpenBank): void {
    const known = this.#banks.get(root.id);
    if (known?.bank !== bank) return;
    this.#closeBank(root.id);
    this.#send({ kind: "damaged", rootId: root.id, generation: known.generation });
  }

  /** Returns the unsaved editor text of a file, by absolute path. */
  overlay(file: string): string | undefined {
    return this.#overlays.get(file);
  }

  /** Bytes of the largest file that is remembered; 0 while nothing is open. */
  get maxFileBytes(): number {
    return this.#opened?.settings.maxFileBytes ?? 0;
  }

  coverage(rootIds: readonly string[] | undefined): Coverage {
    const sum = { filesSeen: 0, remembered: 0, pending: 0, skipped: 0, failed: 0 };
    for (const { status } of this.#stores) {
      if (rootIds !== undefined && !rootIds.includes(status.root.id)) continue;
      sum.filesSeen += status.filesSeen;
      sum.remembered += status.remembered;
      sum.pending += status.pending;
      sum.skipped += total(status.skipped);
      sum.failed += total(status.failed);
    }
    return sum;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const rootId of [...this.#banks.keys()]) this.#closeBank(rootId);
    await this.#call({ kind: "close" }).catch((error: unknown) => {
      if (!(error instanceof MemoryError)) throw error;
    });
    await this.#worker?.terminate();
  }

  #openStores(): Promise<MemoryStatus> {
    const { storeDir, roots, settings } = this.#opened as Opened;
    return this.#statusAfter({
      kind: "open",
      storeDir,
      roots: this.#trusted ? roots : [],
      settings,
    });
  }

  #bank(store: StoreStatus): MemoryBank | undefined {
    const rootId = store.status.root.id;
    const known = this.#banks.get(rootId);
    if (known !== undefined && known.generation === store.generation) return known.bank;
    this.#closeBank(rootId);
    try {
      const bank = new MemoryBank(store.storeFile);
      this.#banks.set(rootId, { generation: store.generation, bank });
      return bank;
    } catch (error) {
      if (isDamage(error)) this.#send({ kind: "damaged", rootId, generation: store.generation });
      // No file yet, or one that is just being replaced: the status says so, and the next question looks again.
      else if (!(error instanceof MemoryError) && errorCode(error) === undefined) throw error;
      return undefined;
    }
  }

  #closeBank(rootId: string): void {
    this.#banks.get(rootId)?.bank.close();
    this.#banks.delete(rootId);
  }

  async #statusAfter(action: IngestAction): Promise<MemoryStatus> {
    this.#take((await this.#call(action)) as StoreStatus[]);
    return this.status();
  }

  #call(action: IngestAction): Promise<StoreStatus[] | ProblemPage> {
    if (this.#worker === undefined)
      return Promise.reject(new MemoryError("internal", "the ingest thread ended"));
    return new Promise((resolve, reject) => {
      this.#calls.set(this.#send(action), { resolve, reject });
    });
  }

  #send(action: IngestAction): number {
    const id = this.#nextId++;
    const call: IngestCall = { ...action, id };
    this.#worker?.postMessage(call);
    return id;
  }

  #receive(message: IngestReply | IngestMessage): void {
    if (message.kind === "status") {
      this.#take(message.statuses);
      this.#tellListeners();
      return;
    }
    const call = this.#calls.get(message.id);
    this.#calls.delete(message.id);
    if (message.ok) call?.resolve(message.value);
    else call?.reject(new MemoryError(message.error.errorName, message.error.detail));
  }

  #take(stores: readonly StoreStatus[]): void {
    this.#stores = stores;
    const open = new Set(stores.map((store) => store.status.root.id));
    for (const rootId of [...this.#banks.keys()]) if (!open.has(rootId)) this.#closeBank(rootId);
  }

  #tellListeners(): void {
    for (const listener of this.#listeners) listener(this.status());
  }
}

function total(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce<number>((sum, n) => sum + (n ?? 0), 0);
}
