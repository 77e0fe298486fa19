/**
 * Parse threads with a watchdog. A thread that shows no progress for too long, or that dies, costs the
 * one file it was working on; the rest of its batch goes to another thread.
 */
import { Worker } from "node:worker_threads";
import type { Logger } from "../ports.ts";
import type { ParseResult, ParseTask } from "./parseTask.ts";

/** A parse task as it travels to a thread: functions stay behind. */
export type ThreadTask = Omit<ParseTask, "isKnown">;

export interface BatchRequest {
  readonly id: number;
  readonly tasks: readonly ThreadTask[];
  /** Store in which content that is already remembered well enough need not be computed again. */
  readonly knownIn: string | undefined;
}
export interface BatchReply {
  readonly id: number;
  readonly results: readonly ParseResult[];
}

/** Batches that wait inside a thread, so that it never idles while its results are written. */
const batchesPerThread = 2;

interface Batch {
  readonly request: BatchRequest;
  readonly done: (results: readonly ParseResult[]) => void;
  readonly earlier: readonly ParseResult[];
}

interface Thread {
  readonly worker: Worker;
  /** [0]: index of the task being worked on within its batch. [1]: counts finished tasks. */
  readonly progress: Int32Array;
  readonly batches: Batch[];
  seenProgress: number;
  seenAtMs: number;
}

export interface ParsePoolOptions {
  readonly nThreads: number;
  readonly entry: URL;
  readonly grammarFolder: string;
  /** Time without progress after which a file is given up. */
  readonly watchdogMs: number;
  readonly log: Logger;
}

export class ParsePool {
  readonly #options: ParsePoolOptions;
  readonly #threads: Thread[] = [];
  readonly #waiting: Batch[] = [];
  #nextId = 1;
  #watchdog: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ParsePoolOptions) {
    this.#options = options;
  }

  /** True while another batch would start at once or wait inside a thread. */
  get hasRoom(): boolean {
    const places = this.#options.nThreads * batchesPerThread;
    return (
      this.#threads.reduce((n, thread) => n + thread.batches.length, this.#waiting.length) < places
    );
  }

  /** Resolves with one result for each task, in order. Rejects only when the pool is closed. */
  run(tasks: readonly ThreadTask[], knownIn: string | undefined): Promise<readonly ParseResult[]> {
    if (this.#closed) return Promise.reject(new Error("the parse pool is closed"));
    return new Promise((resolve) => {
      this.#waiting.push({
        request: { id: this.#nextId++, tasks, knownIn },
        done: resolve,
        earlier: [],
      });
      this.#dispatch();
    });
  }

  /** Stops all threads. Batches under way never resolve. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watchdog);
    await Promise.all(this.#threads.splice(0).map((thread) => thread.worker.terminate()));
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#idlest();
      if (thread === undefined) return;
      const batch = this.#waiting.shift() as Batch;
      if (thread.batches.length === 0) thread.seenAtMs = performance.now();
      thread.batches.push(batch);
      thread.worker.postMessage(batch.request);
      this.#watchdog ??= setInterval(
        () => this.#watch(),
        Math.max(50, this.#options.watchdogMs / 4),
      );
    }
  }

  #idlest(): Thread | undefined {
    let best: Thread | undefined;
    for (const thread of this.#threads) {
      if (best === undefined || thread.batches.length < best.batches.length) best = thread;
    }
    if (
      (best === undefined || best.batches.length > 0) &&
      this.#threads.length < this.#options.nThreads
    ) {
      return this.#spawn();
    }
    return best !== undefined && best.batches.length < batchesPerThread ? best : undefined;
  }

  #spawn(): Thread {
    const progress = new Int32Array(new SharedArrayBuffer(8));
    const worker = new Worker(this.#options.entry, {
      workerData: { progress, grammarFolder: this.#options.grammarFolder },
      stdout: false,
      stderr: false,
    });
    const thread: Thread = {
      worker,
      progress,
      batches: [],
      seenProgress: 0,
      seenAtMs: performance.now(),
    };
    worker.unref();
    worker.on("message", (reply: BatchReply) => this.#finish(thread, reply));
    worker.on("error", (error) => {
      this.#options.log.log("error", "ingest", "a parse thread failed", { error: error.name });
      this.#abandon(thread, "crashed");
    });
    this.#threads.push(thread);
    return thread;
  }

  #finish(thread: Thread, reply: BatchReply): void {
    const batch = thread.batches.shift();
    if (batch === undefined || batch.request.id !== reply.id) return;
    thread.seenAtMs = performance.now();
    batch.done([...batch.earlier, ...reply.results]);
    this.#dispatch();
    if (this.#threads.every((other) => other.batches.length === 0)) {
      clearInterval(this.#watchdog);
      this.#watchdog = undefined;
    }
  }

  #watch(): void {
    const now = performance.now();
    for (const thread of [...this.#threads]) {
      const progress = Atomics.load(thread.progress, 1);
      if (thread.batches.length === 0 || progress !== thread.seenProgress) {
        thread.seenProgress = progress;
        thread.seenAtMs = now;
      } else if (now - thread.seenAtMs > this.#options.watchdogMs) {
        this.#options.log.log("warn", "ingest", "no progress, giving up on a file", {
          ms: Math.round(now - thread.seenAtMs),
        });
        this.#abandon(thread, "timeout");
      }
    }
  }

  /** Replaces a thread: the file it was at is failed, what it had not begun is dispatched again. */
  #abandon(thread: Thread, reason: "timeout" | "crashed"): void {
    const at = this.#threads.indexOf(thread);
    if (at < 0 || this.#closed) return;
    this.#threads.splice(at, 1);
    void thread.worker.terminate();
    const [current, ...untouched] = thread.batches;
    this.#waiting.unshift(...untouched);
    if (current !== undefined) {
      const idx = Math.min(Atomics.load(thread.progress, 0), current.request.tasks.length - 1);
      const bad = current.request.tasks[idx] as ThreadTask;
      const failed: ParseResult = {
        kind: "failed",
        path: bad.path,
        stat: undefined,
        reason,
        detail:
          reason === "timeout"
            ? `no progress for ${Math.round(this.#options.watchdogMs / 1000)} s`
            : "reading it ended a worker thread",
      };
      // Results before the bad file died with the thread, so they are computed again.
      const rest = current.request.tasks.filter((_, i) => i !== idx);
      const done = (results: readonly ParseResult[]): void => {
        const merged = [...results];
        merged.splice(idx, 0, failed);
        current.done([...current.earlier, ...merged]);
      };
      if (rest.length === 0) done([]);
      else
        this.#waiting.unshift({
          request: { ...current.request, id: this.#nextId++, tasks: rest },
          done,
          earlier: [],
        });
    }
    this.#dispatch();
  }
}
