/**
 * Parse threads with a watchdog. A thread that shows no progress for too long, or that dies, costs the
 * one file it was working on; the rest of its batch goes to another thread.
 */
import { hash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { placeOf } from "../../protocol/errorPlace.ts";
import type { EncoderParts } from "../model/staticEncoder.ts";
import type { Logger } from "../ports.ts";
import { languageOf } from "./languages.ts";
import { parseStages, type ParseResult, type ParseStage, type ParseTask } from "./parseTask.ts";

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
  /** The thread's parser met a fault or holds much memory, which it cannot give back. */
  readonly worn: boolean;
}

/** What a thread tells while it works, by index into the shared `progress` array. */
export const progressAt = {
  /** Index within the batch of the task being worked on. */
  task: 0,
  /** Grows with every finished task. */
  finished: 1,
  /** Id of the batch being worked on, 0 before the first. */
  batch: 2,
  /** 1 as soon as the thread takes batches. */
  started: 3,
  /** Index into `parseStages` of what is done with the task, and the file's bytes as far as they are known. */
  stage: 4,
  bytes: 5,
} as const;

/** Heap of a parse thread. The garbage collector lets it grow to what it may have. */
const maxHeapMb = 384;
const maxYoungHeapMb = 16;
/** Batches that wait inside a thread, so that it never idles while its results are written. */
const batchesPerThread = 2;
/** A thread that loads its grammars on a busy machine is not stuck. */
const startMs = 60_000;
/** So many threads in a row that end before they took up work say that none will. */
const maxFailedStarts = 3;
/** Looks without progress before a file is given up; counted, so that a machine's sleep is not held against it. */
const looksPerWatch = 4;

/** What a thread is started with. */
export interface ParseThreadData {
  /** Indexed by `progressAt`. */
  readonly progress: Int32Array;
  readonly grammarFolder: string;
  readonly encoder: EncoderParts | undefined;
}

function threadData(progress: Int32Array, options: ParsePoolOptions): ParseThreadData {
  return { progress, grammarFolder: options.grammarFolder, encoder: options.encoder };
}

interface Batch {
  readonly request: BatchRequest;
  readonly done: (results: readonly ParseResult[]) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly progress: Int32Array;
  readonly batches: Batch[];
  seenStarted: boolean;
  seenFinished: number;
  looksWithoutProgress: number;
}

export interface ParsePoolOptions {
  readonly nThreads: number;
  readonly entry: URL;
  readonly grammarFolder: string;
  /** `undefined` when no chunk is to get an embedding. */
  readonly encoder: EncoderParts | undefined;
  /** Time without progress after which a file is given up. */
  readonly watchdogMs: number;
  readonly log: Logger;
}

export class ParsePool {
  readonly #options: ParsePoolOptions;
  readonly #threads: Thread[] = [];
  readonly #waiting: Batch[] = [];
  #nThreads: number;
  #nextId = 1;
  #failedStarts = 0;
  #watchdog: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ParsePoolOptions) {
    this.#options = options;
    this.#nThreads = options.nThreads;
  }

  /** True while another batch would start at once or wait inside a thread. */
  get hasRoom(): boolean {
    const places = this.#nThreads * batchesPerThread;
    return (
      this.#threads.reduce((n, thread) => n + thread.batches.length, this.#waiting.length) < places
    );
  }

  /** Resolves with one result for each task, in order. Rejects only when the pool is closed. */
  run(tasks: readonly ThreadTask[], knownIn: string | undefined): Promise<readonly ParseResult[]> {
    if (this.#closed) return Promise.reject(new Error("the parse pool is closed"));
    return new Promise((resolve) => {
      this.#waiting.push({ request: { id: this.#nextId++, tasks, knownIn }, done: resolve });
      this.#dispatch();
    });
  }

  /** Sets how many threads there may be; those too many end when they have nothing to do. */
  resize(nThreads: number): void {
    this.#nThreads = nThreads;
    this.#endSurplus();
    this.#dispatch();
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
      if (thread.batches.length === 0) thread.looksWithoutProgress = 0;
      thread.batches.push(batch);
      thread.worker.postMessage(batch.request);
      this.#watchdog ??= setInterval(() => this.#watch(), this.#lookEveryMs);
    }
  }

  get #lookEveryMs(): number {
    return Math.max(20, this.#options.watchdogMs / looksPerWatch);
  }

  #idlest(): Thread | undefined {
    let best: Thread | undefined;
    for (const thread of this.#threads) {
      if (best === undefined || thread.batches.length < best.batches.length) best = thread;
    }
    if ((best === undefined || best.batches.length > 0) && this.#threads.length < this.#nThreads) {
      return this.#spawn();
    }
    return best !== undefined && best.batches.length < batchesPerThread ? best : undefined;
  }

  #spawn(): Thread {
    const progress = new Int32Array(
      new SharedArrayBuffer(Object.keys(progressAt).length * Int32Array.BYTES_PER_ELEMENT),
    );
    const worker = new Worker(this.#options.entry, {
      workerData: threadData(progress, this.#options),
      stdout: false,
      stderr: false,
      resourceLimits: {
        maxOldGenerationSizeMb: maxHeapMb,
        maxYoungGenerationSizeMb: maxYoungHeapMb,
      },
    });
    const thread: Thread = {
      worker,
      progress,
      batches: [],
      seenStarted: false,
      seenFinished: 0,
      looksWithoutProgress: 0,
    };
    worker.unref();
    worker.on("message", (reply: BatchReply) => this.#finish(thread, reply));
    worker.on("error", (error) => {
      this.#options.log.log("error", "ingest", "a parse thread failed", {
        stack: placeOf(error),
      });
      this.#abandon(thread, "crashed");
    });
    worker.on("exit", () => this.#abandon(thread, "crashed"));
    this.#threads.push(thread);
    return thread;
  }

  #finish(thread: Thread, reply: BatchReply): void {
    // A thread that was given up may still have sent a reply; its work was handed to another.
    if (!this.#threads.includes(thread)) return;
    const at = thread.batches.findIndex((batch) => batch.request.id === reply.id);
    if (at < 0) throw new Error("a parse thread answered what nobody asked");
    const [batch] = thread.batches.splice(at, 1);
    this.#failedStarts = 0;
    thread.looksWithoutProgress = 0;
    if (reply.worn) this.#retire(thread);
    batch?.done(reply.results);
    this.#endSurplus();
    this.#dispatch();
    this.#restWatchdog();
  }

  /** Ends a thread whose parser has grown old; what it has not begun goes to another. */
  #retire(thread: Thread): void {
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    this.#waiting.unshift(...thread.batches.splice(0));
    void thread.worker.terminate();
  }

  #endSurplus(): void {
    while (this.#threads.length > this.#nThreads) {
      const at = this.#threads.findIndex((thread) => thread.batches.length === 0);
      if (at < 0) return;
      void this.#threads.splice(at, 1)[0]?.worker.terminate();
    }
  }

  #restWatchdog(): void {
    if (this.#threads.some((thread) => thread.batches.length > 0)) return;
    clearInterval(this.#watchdog);
    this.#watchdog = undefined;
  }

  #watch(): void {
    for (const thread of [...this.#threads]) {
      if (thread.batches.length === 0 || this.#hasMoved(thread)) {
        thread.looksWithoutProgress = 0;
        continue;
      }
      thread.looksWithoutProgress++;
      const limitMs = thread.seenStarted ? this.#options.watchdogMs : startMs;
      if (thread.looksWithoutProgress * this.#lookEveryMs <= limitMs) continue;
      this.#abandon(thread, "timeout");
    }
  }

  /** Whether a thread started or finished a file since the last look. */
  #hasMoved(thread: Thread): boolean {
    const isStarted = Atomics.load(thread.progress, progressAt.started) === 1;
    const finished = Atomics.load(thread.progress, progressAt.finished);
    const hasMoved = isStarted !== thread.seenStarted || finished !== thread.seenFinished;
    thread.seenStarted = isStarted;
    thread.seenFinished = finished;
    return hasMoved;
  }

  /** Replaces a thread: the file it was at is failed, everything else it had is dispatched again. */
  #abandon(thread: Thread, reason: "timeout" | "crashed"): void {
    const at = this.#threads.indexOf(thread);
    if (at < 0 || this.#closed) return;
    this.#threads.splice(at, 1);
    void thread.worker.terminate();
    const batchId = Atomics.load(thread.progress, progressAt.batch);
    const current = thread.batches.find((batch) => batch.request.id === batchId);
    this.#waiting.unshift(
      ...thread.batches.flatMap((batch) =>
        batch === current ? this.#withoutBadFile(batch, thread.progress, reason) : [batch],
      ),
    );
    if (current === undefined && thread.batches.length > 0) this.#failedStarts++;
    if (this.#failedStarts >= maxFailedStarts) this.#failWaiting();
    this.#dispatch();
    this.#restWatchdog();
  }

  /** Returns what is left of a batch. Results before the bad file died with the thread and are computed again. */
  #withoutBadFile(batch: Batch, progress: Int32Array, reason: "timeout" | "crashed"): Batch[] {
    const { tasks } = batch.request;
    const idx = Math.min(Atomics.load(progress, progressAt.task), tasks.length - 1);
    const bad = tasks[idx] as ThreadTask;
    const stage = parseStages[Atomics.load(progress, progressAt.stage)] ?? "read";
    this.#tellOf(bad, reason, stage, Atomics.load(progress, progressAt.bytes));
    const { watchdogMs } = this.#options;
    const detail =
      reason === "timeout"
        ? `no progress for ${Math.round(watchdogMs / 1000)} s while it was ${stageWords[stage]}`
        : `it ended a worker thread while it was ${stageWords[stage]}`;
    const failed = failedResult(bad, reason, detail);
    const done = (results: readonly ParseResult[]): void =>
      batch.done([...results.slice(0, idx), failed, ...results.slice(idx)]);
    const rest = tasks.filter((_, i) => i !== idx);
    if (rest.length > 0)
      return [{ request: { ...batch.request, id: this.#nextId++, tasks: rest }, done }];
    done([]);
    return [];
  }

  /** The log names no file: `fileId` is a hash of its path, by which two lines about one file can be told. */
  #tellOf(task: ThreadTask, reason: string, stage: ParseStage, bytes: number): void {
    this.#options.log.log("warn", "ingest", "giving up on a file", {
      reason,
      stage,
      language: languageOf(task.path),
      bytes,
      fileId: hash("sha256", task.path).slice(0, 12),
    });
  }

  #failWaiting(): void {
    this.#failedStarts = 0;
    this.#options.log.log("error", "ingest", "no parse thread starts", {});
    for (const { request, done } of this.#waiting.splice(0))
      done(request.tasks.map((task) => failedResult(task, "crashed", "no worker thread starts")));
  }
}

const stageWords: Readonly<Record<ParseStage, string>> = {
  read: "read",
  decode: "decoded",
  chunk: "chunked",
  index: "split into terms",
};

function failedResult(
  task: ThreadTask,
  reason: "timeout" | "crashed",
  detail: string,
): ParseResult {
  return { kind: "failed", path: task.path, stat: undefined, reason, detail };
}
