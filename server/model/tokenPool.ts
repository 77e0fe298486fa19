/**
 * Threads that run a model over texts, each with a session of its own. They start when there is a text, and end when
 * there has been none for a while: a session holds tens of megabytes.
 */
import { Worker } from "node:worker_threads";
import { placeOf } from "../../protocol/errorPlace.ts";
import type { Logger } from "../ports.ts";
import { endThread } from "../endThread.ts";
import type { ModelFault } from "./modelFault.ts";
import { forbidRuntimeTelemetry } from "./runtimeTelemetry.ts";
import type { TokenPoolCall, TokenPoolReply } from "./tokenPoolCalls.ts";

export interface TokenPoolOptions {
  /** What the log calls the model. */
  readonly name: string;
  readonly entry: URL;
  readonly nThreads: number;
  /** What the entry is started with. */
  readonly threadData: unknown;
  /** The file that a fault names when threads end by themselves. */
  readonly file: string;
  /** Texts that a thread has at a time: with two, it does not idle while the main thread is busy. */
  readonly textsPerThread: number;
  /** How long there is nothing to do before the threads end. */
  readonly idleMs: number;
  readonly log: Logger;
}

/** Whom the pool works for: where texts come from and where results go. */
export interface TokenPoolClient<Text, Result> {
  /** The text to run next, `undefined` when none waits. */
  next(): Text | undefined;
  done(text: Text, result: Result): void;
  /** The thread that had this text ended by itself. */
  lost(text: Text): void;
  /** Nothing more can be run; the threads have been told to end. */
  unavailable(fault: ModelFault): void;
}

interface Thread<Text> {
  readonly worker: Worker;
  /** Its session is there, or never will be. */
  readonly started: PromiseWithResolvers<void>;
  /** What it has been given, by the call's id. */
  readonly texts: Map<number, Text>;
}

/** Threads that end by themselves so often are not started again. */
const maxLost = 3;
/** A thread that is told to end and does not is left behind after this time. */
const endMs = 3_000;
const maxHeapMb = 64;

export class TokenPool<Text extends { readonly tokens: Uint16Array }, Result> {
  readonly #options: TokenPoolOptions;
  readonly #client: TokenPoolClient<Text, Result>;
  readonly #threads = new Set<Thread<Text>>();
  #nextId = 1;
  #nLost = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: TokenPoolOptions, client: TokenPoolClient<Text, Result>) {
    this.#options = options;
    this.#client = client;
  }

  /**
   * Starts a thread when there is none, so that its session is there when it is needed. Resolves when one is, or it
   * turned out that none will be.
   */
  async prepare(): Promise<void> {
    if (this.#isClosed) return;
    if (this.#threads.size === 0) this.#start();
    this.#restLater();
    await Promise.race([...this.#threads].map(({ started }) => started.promise));
  }

  /** Hands out texts as long as there is room for them. To be called when texts were added. */
  dispatch(): void {
    while (!this.#isClosed) {
      const free = this.#freest();
      if (free === undefined) break;
      const text = this.#client.next();
      if (text === undefined) break;
      this.#give(free === "new" ? this.#start() : free, text);
    }
    this.#restLater();
  }

  /** Ends the threads after what they are at. Texts under way are not heard of any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    await this.#endThreads();
  }

  /** A thread that idles before a new one, and a new one before one that has something to do. */
  #freest(): Thread<Text> | "new" | undefined {
    const [best] = [...this.#threads].sort((a, b) => a.texts.size - b.texts.size);
    if (best?.texts.size === 0) return best;
    if (this.#threads.size < this.#options.nThreads) return "new";
    return best !== undefined && best.texts.size < this.#options.textsPerThread ? best : undefined;
  }

  #start(): Thread<Text> {
    const { name, entry, threadData } = this.#options;
    forbidRuntimeTelemetry();
    const worker = new Worker(entry, {
      workerData: threadData,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    worker.unref();
    const started = Promise.withResolvers<void>();
    const thread: Thread<Text> = { worker, started, texts: new Map() };
    worker.on("message", (reply: TokenPoolReply<Result>) => this.#receive(thread, reply));
    worker.on("error", (error) =>
      this.#options.log.log("error", "encode", `${name} thread failed`, {
        stack: placeOf(error),
      }),
    );
    worker.on("exit", () => {
      started.resolve();
      if (this.#threads.delete(thread)) this.#lose(thread);
    });
    this.#threads.add(thread);
    return thread;
  }

  #give(thread: Thread<Text>, text: Text): void {
    const id = this.#nextId++;
    thread.texts.set(id, text);
    // Whoever waits for an embedding keeps the process alive; a thread that idles does not.
    thread.worker.ref();
    const call: TokenPoolCall = { kind: "run", id, tokens: text.tokens };
    thread.worker.postMessage(call);
  }

  #receive(thread: Thread<Text>, reply: TokenPoolReply<Result>): void {
    thread.started.resolve();
    // A thread that was told to end may still have something to say.
    if (!this.#threads.has(thread)) return;
    switch (reply.kind) {
      case "ready":
        this.#log(`${this.#options.name} thread is ready`, { ms: reply.ms });
        return;
      case "done":
        this.#take(thread, reply.id, reply.result);
        return;
      case "unavailable":
        this.#giveUp(reply.fault);
    }
  }

  #take(thread: Thread<Text>, id: number, result: Result): void {
    const text = thread.texts.get(id);
    if (text === undefined) throw new Error("a thread answered what nobody asked");
    thread.texts.delete(id);
    if (thread.texts.size === 0) thread.worker.unref();
    this.#client.done(text, result);
    this.dispatch();
  }

  #lose(thread: Thread<Text>): void {
    if (++this.#nLost > maxLost) {
      const { file } = this.#options;
      this.#giveUp({ kind: "thread", file, detail: `ended ${this.#nLost} times` });
    }
    for (const text of thread.texts.values()) this.#client.lost(text);
    this.dispatch();
  }

  #giveUp(fault: ModelFault): void {
    void this.close();
    this.#client.unavailable(fault);
  }

  /** One timer while sessions are held and idle, none at other times. */
  #restLater(): void {
    clearTimeout(this.#idle);
    const isBusy = [...this.#threads].some(({ texts }) => texts.size > 0);
    if (this.#threads.size === 0 || isBusy || this.#isClosed) return;
    this.#idle = setTimeout(() => void this.#rest(), this.#options.idleMs).unref();
  }

  async #rest(): Promise<void> {
    await this.#endThreads();
    this.#log(`${this.#options.name} threads rest`);
  }

  #log(message: string, facts: Readonly<Record<string, number>> = {}): void {
    this.#options.log.log("debug", "encode", message, facts);
  }

  /**
   * Threads end by themselves: one that is broken off inside the runtime can take the whole process with it. Resolves
   * when they are gone, or have been left behind.
   */
  async #endThreads(): Promise<void> {
    const threads = [...this.#threads];
    this.#threads.clear();
    const call: TokenPoolCall = { kind: "end" };
    await Promise.all(threads.map(({ worker }) => endThread(worker, call, endMs)));
  }
}
