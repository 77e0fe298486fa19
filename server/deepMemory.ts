/**
 * The deep memory as the main thread sees it. All of it runs in a thread of its own, which is started when a folder is
 * open, trusted and filled, and the user has not switched it off.
 */
import { Worker } from "node:worker_threads";
import path from "node:path";
import {
  defaultDeepMemory,
  type CompleteParams,
  type CompleteResult,
  type DeepMemorySettings,
  type DeepMemoryStatus,
  type SelfTestParams,
  type SelfTestProgress,
  type SelfTestResult,
  type SurpriseResult,
} from "../protocol/deepMemory.ts";
import { placeOf } from "../protocol/errorPlace.ts";
import { MemoryError } from "../protocol/errors.ts";
import type { SurpriseParams } from "../protocol/methods.ts";
import { asMemoryError, isStoreFailure } from "./memory/database.ts";
import { forbidRuntimeTelemetry } from "./model/runtimeTelemetry.ts";
import { nodeClock } from "./nodePorts.ts";
import { keepSelfTest } from "./picture/keptSelfTest.ts";
import type { Logger } from "./ports.ts";
import type { DeepMemoryService } from "./services.ts";
import { errorOf } from "./threadFailure.ts";
import { endThread } from "./endThread.ts";
import { longLivedHeap } from "./threads.ts";
import {
  nothingHeld,
  type DeepCall,
  type DeepReply,
  type DeepRequestName,
  type DeepRequests,
  type DeepRoot,
  type DeepThreadData,
} from "./deep/deepCalls.ts";
import { deepFolderOf, forgetRoot } from "./bank/forgetRoot.ts";

/** What the deep memory needs to know of the workspace; it changes with the status. */
export interface DeepWorkspace {
  /** Where the memories of the workspace are; `undefined` while nothing is open or trusted. */
  readonly storeDir: string | undefined;
  readonly settings: DeepMemorySettings | undefined;
  readonly maxFileBytes: number;
  readonly isPaused: boolean;
  /** A memory of the workspace is being filled with words. */
  readonly isFilling: boolean;
  readonly roots: readonly DeepRoot[];
  readonly openEditors: readonly string[];
}

export interface DeepMemoryOptions {
  readonly entry: URL;
  readonly threadData: DeepThreadData;
  readonly log: Logger;
  readonly workspace: () => DeepWorkspace;
  /** False: nothing is loaded before `start`. */
  readonly startsAlone: boolean;
}

interface Call {
  readonly resolve: (value: DeepRequests[DeepRequestName]["result"]) => void;
  readonly reject: (error: unknown) => void;
  readonly progress: (progress: SelfTestProgress) => void;
}

/** What the thread was told last, so that it is told only what changed. */
interface Told {
  folder?: string;
  settings?: string;
  roots?: string;
  isPaused?: boolean;
}

/** A thread that ended so often by itself is not started again. */
const maxRestarts = 3;
/** Listeners are told at most this often. */
const tellMs = 200;

export class DeepMemory implements DeepMemoryService {
  readonly #options: DeepMemoryOptions;
  readonly #listeners = new Set<() => void>();
  readonly #calls = new Map<number, Call>();
  #worker: Worker | undefined;
  #status: DeepMemoryStatus | undefined;
  #told: Told = {};
  #nextId = 1;
  #nEnded = 0;
  #nForgetting = 0;
  /** While a thread ends; the next one is started when it has let go of the bank. */
  #ending: Promise<void> | undefined;
  #mayStart: boolean;
  #telling: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: DeepMemoryOptions) {
    this.#options = options;
    this.#mayStart = options.startsAlone;
  }

  start(): void {
    this.#mayStart = true;
    this.workspaceChanged();
  }

  /** To be called when the workspace or its settings changed. */
  workspaceChanged(): void {
    if (this.#isClosed || this.#nForgetting > 0) return;
    const {
      storeDir,
      settings = defaultDeepMemory,
      roots,
      isFilling,
      maxFileBytes,
    } = this.#options.workspace();
    const isWanted =
      this.#mayStart && storeDir !== undefined && settings.enabled && roots.length > 0;
    if (!isWanted) return this.#stop();
    if (this.#worker === undefined) {
      // What it holds from before can be used though a root is paused or has failed.
      if (
        this.#ending !== undefined ||
        this.#nEnded > maxRestarts ||
        (isFilling && !roots.some(({ isReady }) => isReady))
      )
        return;
      this.#start();
    }
    const folder = folderOf(storeDir, roots);
    this.#tellOnce("folder", folder, { kind: "open", folder, settings, maxFileBytes });
    this.#tellOnce("settings", JSON.stringify(settings), { kind: "settings", settings });
    this.#tellRoots();
  }

  status(): DeepMemoryStatus {
    const { storeDir, settings = defaultDeepMemory, roots } = this.#options.workspace();
    const nothing = { ...nothingHeld, budgetBytes: settings.maxDiskBytes };
    if (!settings.enabled) return { state: "off", detail: { kind: "disabled" }, ...nothing };
    if (!this.#mayStart || storeDir === undefined || roots.length === 0)
      return { state: "off", ...nothing };
    if (this.#nEnded > maxRestarts)
      return {
        state: "unavailable",
        detail: { kind: "modelFault", cause: "thread", file: "" },
        ...nothing,
      };
    return this.#status ?? { state: "starting", ...nothing };
  }

  get folder(): string | undefined {
    const { storeDir, roots } = this.#options.workspace();
    return storeDir === undefined || roots.length === 0 ? undefined : folderOf(storeDir, roots);
  }

  onStatusChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  complete(params: CompleteParams, signal: AbortSignal): Promise<CompleteResult> {
    return this.#request("complete", params, signal);
  }

  surprise(params: SurpriseParams, signal: AbortSignal): Promise<SurpriseResult> {
    return this.#request("surprise", params, signal);
  }

  async selfTest(
    params: SelfTestParams,
    progress: (progress: SelfTestProgress) => void,
    signal: AbortSignal,
  ): Promise<SelfTestResult> {
    const { folder } = this;
    const result = await this.#request("selfTest", params, signal, progress);
    if (folder !== undefined) this.#keep(folder, params.tokens, result);
    return result;
  }

  /** A result that cannot be kept is told all the same. */
  #keep(folder: string, tokens: number, result: SelfTestResult): void {
    try {
      keepSelfTest(folder, { atMs: Math.round(nodeClock.nowMs()), tokens, result });
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      const code = asMemoryError(error).errorName;
      this.#options.log.log("warn", "memory", "the self-test cannot be kept", { code });
    }
  }

  /**
   * Erases what any deep memory of the store holds of a root, after `forgetMemory` has done the same with its memory.
   * The thread ends for that long. Errors: `ownedElsewhere` when another process stands in the way, and nothing is
   * erased then; those of `forgetMemory`; `storeUnavailable`.
   */
  async forget(rootId: string, forgetMemory: () => Promise<void>): Promise<void> {
    const { storeDir } = this.#options.workspace();
    const { kernel } = this.#options.threadData;
    this.#nForgetting++;
    try {
      await this.#end();
      if (storeDir === undefined) return await forgetMemory();
      await forgetRoot(storeDir, rootId, kernel, forgetMemory);
    } catch (error) {
      throw isStoreFailure(error) ? asMemoryError(error) : error;
    } finally {
      this.#nForgetting--;
      this.workspaceChanged();
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#telling);
    await this.#end();
  }

  #start(): void {
    const { entry, threadData, log } = this.#options;
    forbidRuntimeTelemetry();
    const worker = new Worker(entry, { workerData: threadData, resourceLimits: longLivedHeap });
    this.#worker = worker;
    this.#told = {};
    worker.on("message", (reply: DeepReply) => this.#receive(worker, reply));
    worker.on("error", (error) =>
      log.log("error", "encode", "the thread of the deep memory failed", { stack: placeOf(error) }),
    );
    worker.on("exit", () => this.#exited(worker));
  }

  #exited(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#status = undefined;
    this.#nEnded++;
    this.#failAll("");
    this.#tell();
    this.workspaceChanged();
  }

  #stop(): void {
    if (this.#worker === undefined) return;
    void this.#end().then(() => this.workspaceChanged());
    this.#tell();
  }

  /** Resolves when no thread runs any more. */
  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#status = undefined;
    this.#failAll("disabled");
    if (worker !== undefined) {
      const ending = endThread(worker, { kind: "close" } satisfies DeepCall).finally(() => {
        if (this.#ending === ending) this.#ending = undefined;
      });
      this.#ending = ending;
    }
    await this.#ending;
  }

  #tellRoots(): void {
    const { roots, openEditors, isPaused } = this.#options.workspace();
    this.#tellOnce("roots", JSON.stringify([roots, openEditors]), {
      kind: "roots",
      roots,
      openEditors,
    });
    this.#tellOnce("isPaused", isPaused, { kind: "pause", isPaused });
  }

  #tellOnce<K extends keyof Told>(what: K, value: Told[K], call: DeepCall): void {
    if (this.#told[what] === value) return;
    this.#told = { ...this.#told, [what]: value };
    this.#post(call);
  }

  #post(call: DeepCall): void {
    this.#worker?.postMessage(call);
  }

  #request<N extends DeepRequestName>(
    name: N,
    params: DeepRequests[N]["params"],
    signal: AbortSignal,
    progress: (progress: SelfTestProgress) => void = () => undefined,
  ): Promise<DeepRequests[N]["result"]> {
    if (this.#worker === undefined)
      return Promise.reject(
        new MemoryError("deepMemoryUnavailable", this.status().detail?.kind ?? ""),
      );
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const cancel = (): void => this.#post({ kind: "cancel", id });
      signal.addEventListener("abort", cancel, { once: true });
      const over = (): void => signal.removeEventListener("abort", cancel);
      this.#calls.set(id, {
        resolve: (value) => (over(), resolve(value)),
        reject: (error) => (over(), reject(error)),
        progress,
      });
      this.#post({ kind: "request", id, name, params });
      if (signal.aborted) cancel();
    });
  }

  #receive(worker: Worker, reply: DeepReply): void {
    if (this.#worker !== worker) return;
    switch (reply.kind) {
      case "status":
        this.#status = reply.status;
        this.#tell();
        return;
      case "progress":
        this.#calls.get(reply.id)?.progress(reply.progress);
        return;
      case "result":
        this.#take(reply.id)?.resolve(reply.result);
        return;
      case "failed":
        this.#take(reply.id)?.reject(errorOf(reply.error));
        return;
      case "closed":
        return;
    }
  }

  #take(id: number): Call | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call;
  }

  #failAll(detail: string): void {
    for (const id of [...this.#calls.keys()])
      this.#take(id)?.reject(new MemoryError("deepMemoryUnavailable", detail));
  }

  #tell(): void {
    if (this.#telling !== undefined || this.#isClosed) return;
    this.#telling = setTimeout(() => {
      this.#telling = undefined;
      for (const listener of this.#listeners) listener();
    }, tellMs).unref();
  }
}

/** Named after the first root, as the conversations are. */
function folderOf(storeDir: string, roots: readonly Pick<DeepRoot, "rootId">[]): string {
  return path.join(deepFolderOf(storeDir), roots[0]?.rootId ?? "none");
}
