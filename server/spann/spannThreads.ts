/** The threads of an index as the main thread sees them. */
import { randomUUID } from "node:crypto";
import { Worker } from "node:worker_threads";
import { placeOf } from "../../protocol/errorPlace.ts";
import type { Logger } from "../ports.ts";
import {
  controlAt,
  replyAt,
  replyInts,
  replyOutcome,
  type BuildEnd,
  type BuildThreadData,
  type SearchCall,
  type SearchOpened,
  type SearchThreadData,
} from "./spannCalls.ts";
import type { SpannFault, SpannManifest } from "./spannManifest.ts";
import { maxSpannNeighbours, type SpannNeighbour } from "./spannSearcher.ts";

/** How threads are started. */
export interface ThreadStart {
  readonly entry: URL;
  readonly log: Logger;
}

/** Where an index stands. */
export type ReaderState =
  | { readonly kind: "opening" }
  | { readonly kind: "ready"; readonly manifest: SpannManifest }
  | { readonly kind: "unusable"; readonly fault: SpannFault };

/** A search that takes longer than this is given up: the main thread waits for it. */
const maxSearchMs = 250;
/** Memory of a search thread besides its graph: what Node and V8 take for a thread, measured. */
const threadBytes = 12e6;

/** A thread that searches an index. */
export class SpannReader {
  /** Resolves when it is no longer opening. */
  readonly opened: Promise<void>;
  #state: ReaderState = { kind: "opening" };
  readonly #worker: Worker;
  readonly #reply = new SharedArrayBuffer((replyInts + maxSpannNeighbours * 3) * 4);
  #lastId = 0;

  constructor(options: Omit<SearchThreadData, "role" | "reply">, { entry, log }: ThreadStart) {
    const data: SearchThreadData = { ...options, role: "search", reply: this.#reply };
    this.#worker = new Worker(entry, { workerData: data });
    this.#worker.unref();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.opened = promise;
    this.#worker.on("message", (opened: SearchOpened) => {
      this.#state = opened;
      log.log("debug", "recall", "an index on disk was looked at", { state: opened.kind });
      resolve();
    });
    this.#worker.on("error", (error) => {
      log.log("error", "recall", "the thread of an index failed", { stack: placeOf(error) });
    });
    this.#worker.on("exit", () => {
      if (this.#state.kind !== "unusable") this.#state = { kind: "unusable", fault: "damaged" };
      resolve();
    });
  }

  get state(): ReaderState {
    return this.#state;
  }

  /** Memory that the index takes while it is searched. */
  get sizeBytes(): number {
    if (this.#state.kind !== "ready") return 0;
    const { nLists, dimensions } = this.#state.manifest;
    // A node of the graph: the vector in float, links on the lowest level, label.
    return threadBytes + nLists * (dimensions * 4 + 2 * 16 * 4 + 64);
  }

  /**
   * Returns the nearest neighbours, waiting for them; `late` when the disk takes too long, and `damaged` when the
   * index is not what it says, after which it is unusable.
   */
  search(query: Int8Array, k: number): SpannNeighbour[] | "late" | "damaged" {
    const head = new Int32Array(this.#reply, 0, replyInts);
    const id = ++this.#lastId;
    this.#worker.postMessage({ id, query, k } satisfies SearchCall);
    const stopMs = performance.now() + maxSearchMs;
    for (;;) {
      const seen = Atomics.load(head, replyAt.id);
      if (seen === id) break;
      const leftMs = stopMs - performance.now();
      if (leftMs <= 0) return "late";
      Atomics.wait(head, replyAt.id, seen, leftMs);
    }
    if (head[replyAt.outcome] === replyOutcome.found) return this.#neighbours(head[replyAt.n] ?? 0);
    this.#state = { kind: "unusable", fault: "damaged" };
    this.close();
    return "damaged";
  }

  close(): void {
    void this.#worker.terminate();
  }

  #neighbours(n: number): SpannNeighbour[] {
    const names = new Uint32Array(this.#reply, replyInts * 4, maxSpannNeighbours * 2);
    const scores = new Float32Array(this.#reply, (replyInts + maxSpannNeighbours * 2) * 4);
    return Array.from({ length: n }, (_, i) => ({
      embedding: names[i * 2] as number,
      idx: names[i * 2 + 1] as number,
      similarity: scores[i] as number,
    }));
  }
}

/** A thread that builds an index. */
export class SpannBuild {
  /** Resolves when it has ended, however it did. */
  readonly ended: Promise<void>;
  #end: BuildEnd | undefined;
  readonly #worker: Worker;
  readonly #control = new SharedArrayBuffer(8);

  constructor(options: Omit<BuildThreadData, "role" | "control" | "build">, start: ThreadStart) {
    const data: BuildThreadData = {
      ...options,
      role: "build",
      build: randomUUID(),
      control: this.#control,
    };
    this.#worker = new Worker(start.entry, { workerData: data });
    this.#worker.unref();
    this.#worker.on("message", (end: BuildEnd) => {
      this.#end = end;
      start.log.log("info", "recall", "the building of an index ended", { end });
    });
    this.#worker.on("error", (error) => {
      start.log.log("error", "recall", "building an index failed", { stack: placeOf(error) });
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#worker.on("exit", () => {
      this.#end ??= "storeFailed";
      resolve();
    });
  }

  /** `undefined` while it goes on. */
  get end(): BuildEnd | undefined {
    return this.#end;
  }

  /** From 0 to 1. */
  get progress(): number {
    return Atomics.load(new Int32Array(this.#control), controlAt.progress) / 1000;
  }

  /** Ends it soon; what it wrote is removed. */
  cancel(): void {
    Atomics.store(new Int32Array(this.#control), controlAt.cancel, 1);
  }
}
