/** The transformer encoder that is shipped, if one is: read from its folder, checked, and told of in the status. */
import type { EncoderOutcome } from "./encoderParts.ts";
import { EncoderClient, type EmbedOutcome, type TextKind } from "./model/encoderClient.ts";
import {
  loadEncoderManifest,
  type EncoderManifest,
  type RerankSettings,
} from "./model/encoderManifest.ts";
import type { ModelFault } from "./model/modelFault.ts";
import { modelFolder } from "./model/modelFolder.ts";
import type { EncoderParts } from "./model/staticEncoder.ts";
import { Tokenizer } from "./model/tokenizer.ts";
import type { Logger } from "./ports.ts";
import type { PlaceEncoder } from "./recall/reranker.ts";
import { encoderThreads, threadEntry } from "./threads.ts";

export class RankingEncoder implements PlaceEncoder {
  readonly #log: Logger;
  readonly #listeners: (() => void)[] = [];
  #client: EncoderClient | undefined;
  #fault: ModelFault | undefined;
  #rerank: RerankSettings | undefined;

  /**
   * Reads the manifest in `folder`; the graph is read by the thread that runs it. `language` is the static model,
   * whose tokens the encoder reads: without it there is no encoder, and its own fault says enough.
   */
  constructor(folder: string, language: EncoderOutcome, log: Logger) {
    this.#log = log;
    if (language.kind === "unavailable") return;
    const { parts } = language;
    const outcome = loadEncoderManifest(modelFolder(folder), parts.model);
    if (outcome.kind === "read") {
      this.#client = this.#open(folder, outcome.manifest, parts);
      this.#rerank = outcome.manifest.rerank;
    }
    if (outcome.kind !== "unavailable") return;
    this.#fault = outcome.fault;
    log.log("warn", "encode", "search works without the encoder", { ...outcome.fault });
  }

  /** Why it cannot be used; `undefined` when it can, and when there is none. */
  get fault(): ModelFault | undefined {
    return this.#fault;
  }

  get rerank(): RerankSettings | undefined {
    return this.#rerank;
  }

  get state(): PlaceEncoder["state"] {
    if (this.#fault !== undefined) return "unavailable";
    return this.#client === undefined ? "absent" : "ready";
  }

  /** Calls back when it turns out to be unusable only while it is used. */
  onUnavailable(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async prepare(): Promise<void> {
    await this.#client?.prepare();
  }

  async embed(
    texts: readonly string[],
    kind: TextKind,
    signal: AbortSignal,
  ): Promise<EmbedOutcome> {
    return (await this.#client?.embed(texts, kind, signal)) ?? { kind: "unavailable" };
  }

  /** Ends its threads. */
  async close(): Promise<void> {
    await this.#client?.close();
  }

  #open(folder: string, manifest: EncoderManifest, parts: EncoderParts): EncoderClient {
    return new EncoderClient({
      manifest,
      folder,
      tokenizer: new Tokenizer(parts),
      entry: threadEntry("encoderThread"),
      nThreads: encoderThreads(),
      log: this.#log,
      becameUnavailable: (fault) => {
        this.#fault = fault;
        for (const listener of this.#listeners) listener();
      },
    });
  }
}
