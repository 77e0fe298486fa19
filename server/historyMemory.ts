/**
 * The histories as the main thread sees them. All of it runs in a thread of its own, which is started when a folder is
 * open, trusted and filled, or when somebody asks.
 */
import { Worker } from "node:worker_threads";
import { placeOf } from "../protocol/errorPlace.ts";
import { MemoryError } from "../protocol/errors.ts";
import type { FileAtParams, RecallAtParams, RecallAtResult } from "../protocol/asOf.ts";
import type { ChangedParams, ChangedResult } from "../protocol/changed.ts";
import type { HistoryStatus, PastParams, PastResult } from "../protocol/history.ts";
import type { ForgetWorkParams } from "../protocol/savedMemory.ts";
import type { WhoWroteParams, WhoWroteResult } from "../protocol/whoWrote.ts";
import {
  noExtents,
  noHistory,
  type HistoryCall,
  type HistoryReply,
  type HistoryRequestName,
  type HistoryRequests,
  type HistoryThreadData,
  type HistoryWorkspace,
} from "./history/historyCalls.ts";
import type { Logger } from "./ports.ts";
import type {
  Age,
  CommitAbout,
  CommitsAboutParams,
  Happened,
  HappenedParams,
  HistoryExtentParams,
  HistoryExtents,
  HistoryService,
} from "./services.ts";
import { errorOf } from "./threadFailure.ts";
import { endThread } from "./endThread.ts";
import { longLivedHeap } from "./threads.ts";
import type { Companion } from "./workspaceMemory.ts";

export interface HistoryMemoryOptions {
  readonly entry: URL;
  readonly threadData: Omit<HistoryThreadData, "freshenMs">;
  /** How long a question waits for a look at the repository. */
  readonly freshenMs?: number;
  readonly log: Logger;
  readonly workspace: () => HistoryWorkspace;
  /** False while other work comes first; a question begins all the same. */
  readonly mayBegin: () => boolean;
}

interface Call {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that ended so often by itself is not started again. */
const maxRestarts = 3;
/** A change in the workspace may be a commit; the repository is looked at no more often than this. */
const lookMs = 2_000;
const savedMs = 500;
/** What was committed just now belongs to the answer; a long reading does not hold it up. */
const defaultFreshenMs = 1_000;

export class HistoryMemory implements HistoryService, Companion {
  readonly #options: HistoryMemoryOptions;
  readonly #calls = new Map<number, Call>();
  readonly #listeners = new Set<() => void>();
  #worker: Worker | undefined;
  #status: Readonly<Record<string, HistoryStatus>> = {};
  #told = "";
  #nextId = 1;
  #nEnded = 0;
  #isAsked = false;
  #looking: NodeJS.Timeout | undefined;
  readonly #saved = new Set<string>();
  #saving: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: HistoryMemoryOptions) {
    this.#options = options;
  }

  workspaceChanged(): void {
    if (this.#isClosed) return;
    const workspace = this.#options.workspace();
    const isWanted =
      workspace.storeDir !== undefined && workspace.roots.length > 0 && workspace.maxCommits > 0;
    if (this.#worker === undefined) {
      const mayBegin = this.#isAsked || this.#options.mayBegin();
      if (!isWanted || !mayBegin || this.#nEnded > maxRestarts) return;
      this.#start();
    }
    const told = JSON.stringify(workspace);
    if (this.#told === told) return this.#lookSoon();
    this.#told = told;
    this.#post({ kind: "follow", workspace });
  }

  rootIds(): readonly string[] {
    return this.#options.workspace().roots.map(({ rootId }) => rootId);
  }

  status(rootId: string): HistoryStatus {
    const { maxCommits } = this.#options.workspace();
    if (maxCommits === 0) return { state: "off", ...noHistory };
    if (this.#nEnded > maxRestarts) return { state: "failed", ...noHistory };
    return this.#status[rootId] ?? { state: "waiting", ...noHistory };
  }

  past(params: PastParams, signal: AbortSignal): Promise<PastResult> {
    const status = this.status(params.rootId);
    if (status.state === "off" || this.#nEnded > maxRestarts)
      return Promise.resolve({ kind: "unknown", status });
    return this.#request("past", params, signal);
  }

  whoWrote(params: WhoWroteParams, signal: AbortSignal): Promise<WhoWroteResult> {
    return this.#request("whoWrote", params, signal);
  }

  changed(params: ChangedParams, signal: AbortSignal): Promise<ChangedResult> {
    return this.#request("changed", params, signal);
  }

  recallAt(params: RecallAtParams, signal: AbortSignal): Promise<RecallAtResult> {
    return this.#request("recallAt", params, signal);
  }

  /** Saves come in bursts; what they changed is looked at when they pause. */
  filesSaved(files: readonly string[]): void {
    if (this.#isClosed || this.#worker === undefined) return;
    for (const file of files) this.#saved.add(file);
    this.#saving ??= setTimeout(() => this.#tellSaved(), savedMs).unref();
  }

  #tellSaved(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    if (this.#saved.size === 0) return;
    this.#post({ kind: "saved", files: [...this.#saved] });
    this.#saved.clear();
  }

  async happened(params: HappenedParams, signal: AbortSignal): Promise<Happened> {
    if (this.status(params.rootId).state === "off" || this.#nEnded > maxRestarts)
      return { commits: [], edits: [] };
    this.#tellSaved();
    return this.#request("happened", params, signal);
  }

  age(params: HistoryRequests["age"]["params"], signal: AbortSignal): Promise<Age | undefined> {
    if (this.status(params.rootId).state === "off" || this.#nEnded > maxRestarts)
      return Promise.resolve(undefined);
    return this.#request("age", params, signal);
  }

  keptStatus(rootId: string, signal: AbortSignal): Promise<HistoryStatus> {
    const status = this.status(rootId);
    if (status.state === "off" || this.#nEnded > maxRestarts) return Promise.resolve(status);
    return this.#request("status", { rootId }, signal);
  }

  onStatusChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  commitsAbout(params: CommitsAboutParams, signal: AbortSignal): Promise<readonly CommitAbout[]> {
    if (this.status(params.rootId).state === "off" || this.#nEnded > maxRestarts)
      return Promise.resolve([]);
    return this.#request("commitsAbout", params, signal);
  }

  async forgetEdits(which: ForgetWorkParams, signal: AbortSignal): Promise<number> {
    const { storeDir, roots } = this.#options.workspace();
    if (storeDir === undefined || roots.length === 0) return 0;
    // Edits of before are there also where no history is read any more.
    if (this.#worker === undefined && !this.#isClosed) this.#start();
    this.#tellSaved();
    return this.#request("forgetEdits", which, signal);
  }

  extent(params: HistoryExtentParams, signal: AbortSignal): Promise<HistoryExtents> {
    const status = this.status(params.rootId);
    if (status.state === "off" || this.#nEnded > maxRestarts)
      return Promise.resolve(noExtents(status, params.edgesMs));
    return this.#request("extent", params, signal);
  }

  fileAt(params: FileAtParams, signal: AbortSignal): Promise<string | undefined> {
    return this.#request("fileAt", params, signal);
  }

  settled(rootId: string, symbols: boolean, signal: AbortSignal): Promise<HistoryStatus> {
    this.#isAsked = true;
    this.workspaceChanged();
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const status = this.status(rootId);
        const { state, nWithoutSymbols } = status;
        const isOpen =
          state === "waiting" ||
          state === "reading" ||
          (symbols && state === "ready" && nWithoutSymbols > 0);
        if (!signal.aborted && isOpen && !this.#isClosed) return;
        this.#listeners.delete(look);
        signal.removeEventListener("abort", look);
        if (signal.aborted) reject(signal.reason as Error);
        else resolve(status);
      };
      this.#listeners.add(look);
      signal.addEventListener("abort", look);
      look();
    });
  }

  /** Erases what is remembered of a root. */
  async forget(rootId: string, forgetMemory: () => Promise<void>): Promise<void> {
    // While its thread still knows where the root is.
    this.#isAsked = true;
    this.workspaceChanged();
    this.#post({ kind: "forget", rootId });
    await forgetMemory();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#looking);
    this.#tellSaved();
    const worker = this.#worker;
    this.#worker = undefined;
    this.#failAll();
    for (const listener of this.#listeners) listener();
    if (worker !== undefined) await endThread(worker, { kind: "close" } satisfies HistoryCall);
  }

  #start(): void {
    const { entry, threadData, freshenMs = defaultFreshenMs, log } = this.#options;
    const workerData: HistoryThreadData = { ...threadData, freshenMs };
    const worker = new Worker(entry, { workerData, resourceLimits: longLivedHeap });
    this.#worker = worker;
    this.#told = "";
    worker.on("message", (reply: HistoryReply) => this.#receive(worker, reply));
    worker.on("error", (error) =>
      log.log("error", "memory", "the thread of the histories failed", { stack: placeOf(error) }),
    );
    worker.on("exit", () => this.#exited(worker));
  }

  #exited(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#status = {};
    this.#nEnded++;
    this.#failAll();
    for (const listener of this.#listeners) listener();
    this.workspaceChanged();
  }

  #lookSoon(): void {
    this.#looking ??= setTimeout(() => {
      this.#looking = undefined;
      this.#post({ kind: "look" });
    }, lookMs).unref();
  }

  #request<N extends HistoryRequestName>(
    name: N,
    params: HistoryRequests[N]["params"],
    signal: AbortSignal,
  ): Promise<HistoryRequests[N]["result"]> {
    this.#isAsked = true;
    this.workspaceChanged();
    if (this.#worker === undefined) return Promise.reject(new MemoryError("rootNotOpen"));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.#post({ kind: "cancel", id });
        this.#calls.get(id)?.reject(signal.reason as Error);
      };
      const over = (): void => {
        signal.removeEventListener("abort", cancel);
        this.#calls.delete(id);
      };
      this.#calls.set(id, {
        resolve: (value) => (over(), resolve(value)),
        reject: (error) => (over(), reject(error)),
      });
      this.#post({ kind: "request", id, name, params });
      if (signal.aborted) cancel();
      else signal.addEventListener("abort", cancel, { once: true });
    });
  }

  #receive(worker: Worker, reply: HistoryReply): void {
    if (this.#worker !== worker) return;
    switch (reply.kind) {
      case "status":
        this.#status = reply.status;
        for (const listener of this.#listeners) listener();
        return;
      case "result":
        return this.#calls.get(reply.id)?.resolve(reply.result as never);
      case "failed":
        return this.#calls.get(reply.id)?.reject(errorOf(reply.error));
    }
  }

  #post(call: HistoryCall): void {
    this.#worker?.postMessage(call);
  }

  #failAll(): void {
    for (const { reject } of this.#calls.values())
      reject(new MemoryError("internal", "the thread of the histories ended"));
  }
}
