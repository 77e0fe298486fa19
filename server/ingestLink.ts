/**
 * The ingest thread of one root as the main thread sees it: its calls and their replies, a new thread when it
 * ends, and a look at whether its drive still answers. Each root has a thread of its own, so that a drive that
 * hangs stops that root alone.
 */
import { Worker } from "node:worker_threads";
import { MemoryError } from "../protocol/errors.ts";
import type { Notice } from "../protocol/notices.ts";
import type { Root } from "../protocol/types.ts";
import type {
  IngestAction,
  IngestCall,
  IngestMessage,
  IngestReply,
  IngestThreadData,
  ProblemPage,
  StoreStatus,
} from "./ingest/ingestCalls.ts";
import { blankStatus } from "./ingest/waitingStatus.ts";
import { HeartbeatReader, newHeartbeat, type Waiting } from "./ingest/heartbeat.ts";
import type { EncoderParts } from "./model/staticEncoder.ts";
import type { Logger, LogLevel } from "./ports.ts";
import { threadEntry } from "./threads.ts";

export interface IngestLinkOptions {
  readonly root: Root;
  readonly log: Logger;
  readonly watchdogMs: number;
  readonly retryMs: number;
  /** How long the file system may take for one answer before the root counts as hanging. */
  readonly hangMs: number;
  readonly logLevel: LogLevel | "off";
  /** `undefined` when there is no model: chunks get no embeddings. */
  readonly encoder: EncoderParts | undefined;
  /** The thread has said something new, hangs, or answers again. */
  readonly changed: () => void;
  /** The thread ended by itself and a new one began; what it had been told has to be told again. */
  readonly restarted: () => void;
}

/** An ingest thread that ends so often without having been told to is not started again. */
const maxRestarts = 3;
/** Looks at the heartbeat for each span of `hangMs`. */
const looksPerHang = 4;
/** A thread that is told to end and hangs is left behind after this time. */
const endMs = 3_000;
/** States in which the thread does nothing unless it is told to. */
const restingStates: readonly string[] = ["ready", "paused", "failed"];

interface Call {
  readonly resolve: (value: ProblemPage | undefined) => void;
  readonly reject: (error: Error) => void;
}

export class IngestLink {
  readonly root: Root;
  readonly #options: IngestLinkOptions;
  /** `undefined` when the thread ended for good. */
  #worker: Worker | undefined;
  #heartbeat: HeartbeatReader | undefined;
  #restarts = 0;
  #nextId = 1;
  /** Every action is answered; nobody waits for the answer where there is no call. */
  readonly #pending = new Map<number, Call | undefined>();
  #store: StoreStatus | undefined;
  #hanging: Waiting | undefined;
  #looking: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: IngestLinkOptions) {
    this.#options = options;
    this.root = options.root;
    this.#start();
  }

  /** The root's last status; `storeFile` is `""` before the thread has told one. */
  get store(): StoreStatus {
    if (this.#hanging !== undefined) {
      const { operation, path } = this.#hanging;
      return this.#failedStore({ kind: "folderHangs", operation, path });
    }
    return this.#worker === undefined ? this.#failedStore({ kind: "ingestEnded" }) : this.#told;
  }

  /** True while the file system does not answer; whoever touches the root's files would hang as well. */
  get hangs(): boolean {
    return this.#hanging !== undefined;
  }

  /** Tells the thread something that nobody waits for. */
  send(action: IngestAction): void {
    this.#post(action, undefined);
  }

  /**
   * Resolves when the thread has answered, with problems where it was asked for them. While the file system
   * hangs it resolves at once with nothing, and the thread is told when it goes on.
   */
  call(action: IngestAction): Promise<ProblemPage | undefined> {
    if (this.#worker === undefined)
      return Promise.reject(new MemoryError("internal", "the ingest thread ended"));
    return new Promise((resolve, reject) => {
      this.#post(action, { resolve, reject });
      if (this.hangs) this.#letGo();
    });
  }

  /** Ends the thread; one that hangs is left behind. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#looking);
    const worker = this.#worker;
    worker?.unref();
    if (this.hangs) return;
    const ended = this.call({ kind: "close" })
      .catch((error: unknown) => {
        if (!(error instanceof MemoryError)) throw error;
      })
      .then(() => worker?.terminate());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, endMs)));
    await Promise.race([ended, late]);
    clearTimeout(timer);
  }

  #start(): void {
    const { watchdogMs, retryMs, logLevel, log, encoder } = this.#options;
    const heartbeat = newHeartbeat();
    const worker = new Worker(threadEntry("ingestThread"), {
      workerData: { watchdogMs, retryMs, logLevel, heartbeat, encoder } satisfies IngestThreadData,
    });
    this.#worker = worker;
    this.#heartbeat = new HeartbeatReader(heartbeat);
    worker.on("message", (message: IngestReply | IngestMessage) => this.#receive(message));
    worker.on("error", (error) => {
      log.log("error", "ingest", "the ingest thread failed", { error: error.name });
    });
    worker.on("exit", () => this.#ended());
  }

  /** What was committed is kept, so a new thread goes on where the old one was. */
  #ended(): void {
    this.#worker = undefined;
    this.#hanging = undefined;
    for (const call of this.#pending.values())
      call?.reject(new MemoryError("internal", "the ingest thread ended"));
    this.#pending.clear();
    if (this.#closed) return;
    if (++this.#restarts <= maxRestarts) {
      this.#start();
      this.#options.restarted();
    }
    this.#options.changed();
  }

  #post(action: IngestAction, call: Call | undefined): void {
    if (this.#worker === undefined) return;
    const id = this.#nextId++;
    this.#pending.set(id, call);
    const message: IngestCall = { ...action, id };
    this.#worker.postMessage(message);
    this.#watch();
  }

  #receive(message: IngestReply | IngestMessage): void {
    const hung = this.#hanging !== undefined;
    this.#hanging = undefined;
    if (message.kind === "status") {
      [this.#store] = message.statuses;
      this.#options.changed();
    } else {
      const call = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (!message.ok) call?.reject(new MemoryError(message.error.errorName, message.error.detail));
      else if (Array.isArray(message.value)) {
        [this.#store] = message.value;
        call?.resolve(undefined);
      } else call?.resolve(message.value);
      if (hung) this.#options.changed();
    }
    this.#watch();
  }

  /** Looks at the heartbeat as long as the thread may be at work, and not while nothing happens. */
  #watch(): void {
    if (this.#closed) return;
    const { hangMs } = this.#options;
    this.#looking ??= setInterval(() => this.#look(), hangMs / looksPerHang).unref();
  }

  #look(): void {
    const state = this.#store?.status.state ?? "opening";
    if (this.#pending.size === 0 && restingStates.includes(state) && !this.hangs) {
      clearInterval(this.#looking);
      this.#looking = undefined;
      return;
    }
    const waiting = this.#heartbeat?.waitingSince(looksPerHang);
    if ((waiting !== undefined) === this.hangs) return;
    this.#hanging = waiting;
    if (waiting !== undefined) this.#tellOf(waiting);
    this.#options.changed();
  }

  #tellOf(waiting: Waiting): void {
    this.#options.log.log("warn", "ingest", "the file system does not answer", {
      operation: waiting.operation,
      ms: this.#options.hangMs,
    });
    this.#letGo();
  }

  /** Nobody shall wait for a drive that does not answer; the status says what it is about. */
  #letGo(): void {
    for (const [id, call] of this.#pending) {
      this.#pending.set(id, undefined);
      call?.resolve(undefined);
    }
  }

  get #told(): StoreStatus {
    return (
      this.#store ?? {
        status: blankStatus(this.root, "opening", []),
        storeFile: "",
        generation: 0,
      }
    );
  }

  #failedStore(notice: Notice): StoreStatus {
    const { status, ...store } = this.#told;
    return { ...store, status: { ...status, state: "failed", notices: [notice] } };
  }
}
