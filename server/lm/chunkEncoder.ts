/** Encodes chunks, each for itself: what they leave in memory. */
import type { ModelFile } from "../model/manifestFields.ts";
import type { OnnxGraph } from "../model/onnxRuntime.ts";
import { openEncodeGraph } from "./lmGraphs.ts";
import { keyLength, type LmConfig } from "./lmManifest.ts";
import { checkTokens, LowerLayers } from "./lowerLayers.ts";
import { int64Of } from "./rows.ts";

/** What a chunk leaves in memory. */
export interface EncodedChunk {
  readonly tokens: Uint16Array;
  /** A row of nKvHeads × dHead for each token; each head's part is one long. */
  readonly keys: Float32Array;
  /** Rows as those of `keys`. */
  readonly values: Float32Array;
  /** How much each token is worth remembering, as log-odds. */
  readonly salience: Float32Array;
}

export class ChunkEncoder {
  readonly #graph: OnnxGraph;
  readonly #config: LmConfig;
  /** Stays empty. */
  readonly #nothing: LowerLayers;

  /** `graph` as `openEncodeGraph` returns it. */
  constructor(graph: OnnxGraph, config: LmConfig) {
    this.#graph = graph;
    this.#config = config;
    this.#nothing = new LowerLayers(graph, config, 0);
  }

  /** Opens the one graph that is needed. Errors: ModelFaultError. */
  static async open(folder: string, file: ModelFile, config: LmConfig): Promise<ChunkEncoder> {
    return new ChunkEncoder(await openEncodeGraph(folder, file, config), config);
  }

  /**
   * Returns what a chunk leaves in memory; each array has memory of its own, which can be handed to another thread.
   * Errors: RangeError for no tokens, too many, or such that the model does not know; ModelFaultError `output`.
   */
  async encode(tokens: Uint16Array): Promise<EncodedChunk> {
    if (tokens.length === 0) throw new RangeError("a chunk of no tokens");
    checkTokens(tokens, 0, this.#config);
    const n = tokens.length;
    const key = [n, keyLength(this.#config)];
    const inputs = this.#nothing.inputs(0, int64Of(tokens));
    const found = await this.#graph.run(inputs, { bank_k: key, bank_v: key, salience: [n] });
    return {
      tokens: tokens.slice(),
      keys: found.bank_k.slice(),
      values: found.bank_v.slice(),
      salience: found.salience.slice(),
    };
  }

  /** Frees the graph. */
  async close(): Promise<void> {
    await this.#graph.close();
  }
}
