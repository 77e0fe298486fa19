/** The transformer encoder as the main thread sees it: texts go in, embeddings come out, in order. */
import type { Logger } from "../ports.ts";
import { cacheKey, EmbeddingCache } from "./embeddingCache.ts";
import type { EncoderManifest } from "./encoderManifest.ts";
import { EncoderQueue, type WaitingText } from "./encoderQueue.ts";
import type { ModelFault } from "./modelFault.ts";
import type { ModelFile } from "./manifestFields.ts";
import type { GraphSpec } from "./onnxSession.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { TokenPool, type TokenPoolClient } from "./tokenPool.ts";

/** What an encoder thread is started with. */
export interface EncoderThreadData {
  /** Absolute path of the model's folder. */
  readonly folder: string;
  readonly graph: ModelFile;
  readonly spec: GraphSpec;
}

/** What a text is: of a question fewer tokens are read than of code. */
export type TextKind = "query" | "code";

export type EmbedOutcome =
  /** One embedding for each text, in order: [dimensions], one long, or all zeros for a text without a word. */
  | { readonly kind: "embedded"; readonly embeddings: readonly Float32Array[] }
  /** So much was asked that newer texts took the place of these. */
  | { readonly kind: "crowded" }
  /** The encoder cannot be used, or its thread ended over these texts. */
  | { readonly kind: "unavailable" };

export interface EncoderClientOptions {
  readonly manifest: EncoderManifest;
  /** Absolute path of the encoder's folder. */
  readonly folder: string;
  readonly tokenizer: Tokenizer;
  /** The encoder thread's entry. */
  readonly entry: URL;
  readonly nThreads: number;
  readonly log: Logger;
  /** Told once, when the encoder turns out to be unusable. */
  readonly becameUnavailable: (fault: ModelFault) => void;
  readonly idleMs?: number;
  readonly maxWaitingTexts?: number;
  readonly maxCacheBytes?: number;
}

/** People ask in rows; after a longer pause the memory is worth more than the start of a session. */
const defaultIdleMs = 5 * 60_000;
/** Several questions' worth. */
const defaultMaxWaitingTexts = 512;
const defaultMaxCacheBytes = 8 * 1024 * 1024;

/** One text is embedded, and one waits inside the thread, so that it does not idle while the main thread is busy. */
const textsPerThread = 2;

/** The texts of one call, until all have their embedding. */
interface EmbedRequest {
  readonly embeddings: (Float32Array | undefined)[];
  nMissing: number;
  readonly settle: (outcome: EmbedOutcome) => void;
}

type Text = WaitingText<EmbedRequest>;

export class EncoderClient {
  readonly #options: EncoderClientOptions;
  readonly #cache: EmbeddingCache;
  readonly #queue: EncoderQueue<EmbedRequest>;
  readonly #pool: TokenPool<Text, Float32Array>;
  /** Those that are not settled. */
  readonly #open = new Set<EmbedRequest>();
  #isUsable = true;

  constructor(options: EncoderClientOptions) {
    const { manifest, folder, tokenizer, entry, nThreads, log } = options;
    const { dimensions, graph, maxQueryTokens, maxCodeTokens } = manifest;
    this.#options = options;
    this.#cache = new EmbeddingCache(options.maxCacheBytes ?? defaultMaxCacheBytes);
    this.#queue = new EncoderQueue(options.maxWaitingTexts ?? defaultMaxWaitingTexts);
    const maxTokens = Math.max(maxQueryTokens, maxCodeTokens);
    const spec = {
      file: graph.file,
      dimensions,
      vocabulary: tokenizer.vocabulary,
      maxTokens,
    };
    const threadData: EncoderThreadData = { folder, graph, spec };
    this.#pool = new TokenPool(
      {
        name: "encoder",
        entry,
        nThreads,
        threadData,
        file: graph.file,
        textsPerThread,
        idleMs: options.idleMs ?? defaultIdleMs,
        log,
      },
      this.#poolClient(),
    );
  }

  /** Starts what the first texts would have to wait for. Resolves when that is there, or never will be. */
  async prepare(): Promise<void> {
    if (this.#isUsable) await this.#pool.prepare();
  }

  /**
   * Embeds texts; those that were embedded lately cost nothing. Rejects with the signal's reason when it is
   * cancelled: texts that have not begun by then never will.
   */
  embed(texts: readonly string[], kind: TextKind, signal: AbortSignal): Promise<EmbedOutcome> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (!this.#isUsable) return Promise.resolve({ kind: "unavailable" });
    const { promise, resolve, reject } = Promise.withResolvers<EmbedOutcome>();
    const cancel = (): void => {
      this.#forget(request);
      reject(signal.reason as Error);
    };
    const settle = (outcome: EmbedOutcome): void => {
      this.#forget(request);
      signal.removeEventListener("abort", cancel);
      resolve(outcome);
    };
    const request: EmbedRequest = { embeddings: [], nMissing: 0, settle };
    signal.addEventListener("abort", cancel, { once: true });
    this.#open.add(request);
    this.#enqueue(request, texts, kind);
    return promise;
  }

  /** Ends the threads. What is under way settles as `unavailable`. */
  async close(): Promise<void> {
    this.#stop();
    await this.#pool.close();
  }

  #enqueue(request: EmbedRequest, texts: readonly string[], kind: TextKind): void {
    const { manifest, tokenizer } = this.#options;
    const maxTokens = kind === "query" ? manifest.maxQueryTokens : manifest.maxCodeTokens;
    const waiting: Text[] = [];
    for (const [idx, text] of texts.entries()) {
      const tokens = tokenizer.firstTokens(text, maxTokens);
      const known =
        tokens.length === 0
          ? new Float32Array(manifest.dimensions)
          : this.#cache.get(cacheKey(tokens));
      request.embeddings[idx] = known;
      if (known === undefined) waiting.push({ request, idx, tokens });
    }
    request.nMissing = waiting.length;
    if (waiting.length === 0) return this.#settleIfDone(request);
    for (const gone of this.#queue.add(request, waiting)) gone.settle({ kind: "crowded" });
    this.#pool.dispatch();
  }

  #poolClient(): TokenPoolClient<Text, Float32Array> {
    return {
      next: () => this.#queue.next(),
      done: ({ request, idx, tokens }, embedding) => {
        this.#cache.set(cacheKey(tokens), embedding);
        request.embeddings[idx] = embedding;
        request.nMissing--;
        this.#settleIfDone(request);
      },
      lost: ({ request }) => request.settle({ kind: "unavailable" }),
      unavailable: (fault) => {
        this.#options.log.log("warn", "encode", "search works without the encoder", { ...fault });
        this.#stop();
        this.#options.becameUnavailable(fault);
      },
    };
  }

  #settleIfDone(request: EmbedRequest): void {
    if (request.nMissing > 0) return;
    request.settle({ kind: "embedded", embeddings: request.embeddings as Float32Array[] });
  }

  #stop(): void {
    this.#isUsable = false;
    for (const request of [...this.#open]) request.settle({ kind: "unavailable" });
  }

  #forget(request: EmbedRequest): void {
    this.#open.delete(request);
    this.#queue.remove(request);
  }
}
