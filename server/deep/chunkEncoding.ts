/** One thread that encodes chunks, as the deep memory uses it: a chunk comes out, or the model cannot be used. */
import type { EncodedChunk } from "../lm/chunkEncoder.ts";
import { LmEncodeClient, type LmEncodeClientOptions } from "../lm/lmEncodeClient.ts";
import { ModelFaultError, type ModelFault } from "../model/modelFault.ts";
import { RequestQueue } from "./requestQueue.ts";

/** One is enough beside the editor, and leaves it the other processors. */
const nThreads = 1;
/** A chunk over which the thread ends so often is not tried again. */
const maxLost = 2;

export class ChunkEncoding {
  readonly #client: LmEncodeClient;
  readonly #file: string;
  readonly #closing = new AbortController();
  /** The writer and a self-test take turns, so that the client is never crowded. */
  readonly #queue = new RequestQueue();
  #fault: ModelFault | undefined;

  constructor(options: Omit<LmEncodeClientOptions, "nThreads" | "becameUnavailable">) {
    this.#file = options.manifest.encodeGraph.file;
    this.#client = new LmEncodeClient({
      ...options,
      nThreads,
      becameUnavailable: (fault) => (this.#fault = fault),
    });
  }

  /** Rejects with ModelFaultError, and with AbortError when it is closed meanwhile. */
  encode(tokens: Uint16Array): Promise<EncodedChunk> {
    return this.#queue.run(this.#closing.signal, () => this.#encode(tokens));
  }

  async #encode(tokens: Uint16Array): Promise<EncodedChunk> {
    for (let nLost = 0; nLost <= maxLost; nLost++) {
      const outcome = await this.#client.encode(tokens, this.#closing.signal);
      if (outcome.kind === "encoded") return outcome.chunk;
      if (outcome.kind === "crowded")
        throw new Error("chunks wait though one is encoded at a time");
      if (outcome.kind === "unavailable") break;
    }
    const { kind, file, detail } = this.#fault ?? {
      kind: "thread",
      file: this.#file,
      detail: "ended",
    };
    throw new ModelFaultError(kind, file, detail);
  }

  close(): Promise<void> {
    this.#closing.abort();
    return this.#client.close();
  }
}
