/**
 * Encodes chunks in threads of their own, as whoever fills the memory sees it: tokens go in, what they leave in memory
 * comes out, the first first. Whoever waits for each chunk before the next has all the back-pressure that is needed.
 */
import type { ModelFile } from "../model/manifestFields.ts";
import type { ModelFault } from "../model/modelFault.ts";
import { TokenPool } from "../model/tokenPool.ts";
import type { Logger } from "../ports.ts";
import type { EncodedChunk } from "./chunkEncoder.ts";
import type { LmConfig, LmManifest } from "./lmManifest.ts";
import { checkTokens } from "./lowerLayers.ts";

/** What a thread is started with. */
export interface LmEncodeThreadData {
  /** Absolute path of the model's folder. */
  readonly folder: string;
  readonly graph: ModelFile;
  readonly config: LmConfig;
}

export type EncodeOutcome =
  | { readonly kind: "encoded"; readonly chunk: EncodedChunk }
  /** Too many chunks wait already. */
  | { readonly kind: "crowded" }
  /** The thread ended by itself over this chunk; another one may be encoded. */
  | { readonly kind: "lost" }
  /** The model cannot be used, or the client was closed. */
  | { readonly kind: "unavailable" };

export interface LmEncodeClientOptions {
  readonly manifest: LmManifest;
  /** Absolute path of the model's folder. */
  readonly folder: string;
  /** The thread's entry. */
  readonly entry: URL;
  readonly nThreads: number;
  readonly log: Logger;
  /** Told once, when the model turns out to be unusable. */
  readonly becameUnavailable: (fault: ModelFault) => void;
  readonly idleMs?: number;
  readonly maxWaiting?: number;
}

/** Files are saved in rows; after a longer pause the memory is worth more than the start of a session. */
const defaultIdleMs = 60_000;
const defaultMaxWaiting = 64;

interface WaitingChunk {
  readonly tokens: Uint16Array;
  readonly settle: (outcome: EncodeOutcome) => void;
}

export class LmEncodeClient {
  readonly #options: LmEncodeClientOptions;
  readonly #pool: TokenPool<WaitingChunk, EncodedChunk>;
  readonly #waiting = new Set<WaitingChunk>();
  /** Those that are not settled. */
  readonly #open = new Set<WaitingChunk>();
  #isUsable = true;

  constructor(options: LmEncodeClientOptions) {
    const { manifest, folder, entry, nThreads, log, idleMs = defaultIdleMs } = options;
    const { encodeGraph: graph, config } = manifest;
    const threadData: LmEncodeThreadData = { folder, graph, config };
    this.#options = options;
    this.#pool = new TokenPool(
      {
        name: "memory model",
        entry,
        nThreads,
        threadData,
        file: graph.file,
        textsPerThread: 1,
        idleMs,
        log,
      },
      {
        next: () => this.#next(),
        done: ({ settle }, chunk) => settle({ kind: "encoded", chunk }),
        lost: ({ settle }) => settle({ kind: "lost" }),
        unavailable: (fault) => {
          log.log("warn", "encode", "the memory model cannot be used", { ...fault });
          this.#stop();
          options.becameUnavailable(fault);
        },
      },
    );
  }

  /**
   * Encodes a chunk. Rejects with the signal's reason when it is cancelled: a chunk that has not begun by then never
   * will. Errors: RangeError for no tokens, too many, or such that the model does not know.
   */
  async encode(tokens: Uint16Array, signal: AbortSignal): Promise<EncodeOutcome> {
    signal.throwIfAborted();
    if (tokens.length === 0) throw new RangeError("a chunk of no tokens");
    checkTokens(tokens, 0, this.#options.manifest.config);
    if (!this.#isUsable) return { kind: "unavailable" };
    if (this.#waiting.size >= (this.#options.maxWaiting ?? defaultMaxWaiting))
      return { kind: "crowded" };
    const { promise, resolve, reject } = Promise.withResolvers<EncodeOutcome>();
    const cancel = (): void => {
      this.#forget(chunk);
      reject(signal.reason as Error);
    };
    const settle = (outcome: EncodeOutcome): void => {
      this.#forget(chunk);
      signal.removeEventListener("abort", cancel);
      resolve(outcome);
    };
    const chunk: WaitingChunk = { tokens, settle };
    signal.addEventListener("abort", cancel, { once: true });
    this.#open.add(chunk);
    this.#waiting.add(chunk);
    this.#pool.dispatch();
    return promise;
  }

  /** Ends the threads. What is under way settles as `unavailable`. */
  async close(): Promise<void> {
    this.#stop();
    await this.#pool.close();
  }

  #next(): WaitingChunk | undefined {
    const [first] = this.#waiting;
    if (first !== undefined) this.#waiting.delete(first);
    return first;
  }

  #stop(): void {
    this.#isUsable = false;
    for (const { settle } of [...this.#open]) settle({ kind: "unavailable" });
  }

  #forget(chunk: WaitingChunk): void {
    this.#open.delete(chunk);
    this.#waiting.delete(chunk);
  }
}
