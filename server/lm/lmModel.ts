/** A memory language model that can be used: its files read and checked, its graphs opened. Running blocks the thread. */
import type { ModelFiles } from "../model/checkedFile.ts";
import { checkedFile } from "../model/checkedFile.ts";
import { readMerges } from "../model/mergeFile.ts";
import { ModelFaultError, type ModelFault } from "../model/modelFault.ts";
import { modelFolder } from "../model/modelFolder.ts";
import type { OnnxGraph } from "../model/onnxRuntime.ts";
import { ChunkEncoder, type EncodedChunk } from "./chunkEncoder.ts";
import type { ChunkShape } from "./chunks.ts";
import { openEncodeGraph, openReadGraph } from "./lmGraphs.ts";
import { lmIdOf, readLmManifest, type LmManifest } from "./lmManifest.ts";
import { LmSequence, type LmGraphs } from "./lmSequence.ts";
import { LmTokenizer } from "./lmTokenizer.ts";
import { NameReader } from "./names.ts";

/** What is known of a model without its graphs: any thread may read it. */
export interface LmParts {
  /** Changes with everything that changes what is remembered. */
  readonly id: string;
  readonly manifest: LmManifest;
  readonly tokenizer: LmTokenizer;
  /** How its chunks are cut. */
  readonly shape: ChunkShape;
}

/** What became of something of a model's. */
export type LmOutcome<Value> =
  | { readonly kind: "ready"; readonly value: Value }
  /** No model is shipped, which is no fault. */
  | { readonly kind: "absent" }
  | { readonly kind: "unavailable"; readonly fault: ModelFault };

/**
 * Reads and checks manifest and tokenizer. Whatever is wrong with them is a value; only errors of the medium are
 * thrown.
 */
export function loadLmParts(files: ModelFiles): LmOutcome<LmParts> {
  try {
    const parts = partsOf(files);
    return parts === undefined ? { kind: "absent" } : { kind: "ready", value: parts };
  } catch (error) {
    return unavailable(error);
  }
}

export class LmModel {
  readonly parts: LmParts;
  readonly #graphs: LmGraphs;
  readonly #chunkEncoder: ChunkEncoder;

  private constructor(parts: LmParts, encode: OnnxGraph, read: OnnxGraph) {
    const { config } = parts.manifest;
    this.parts = parts;
    this.#graphs = { encode, read, config, names: NameReader.of(parts.tokenizer) };
    this.#chunkEncoder = new ChunkEncoder(encode, config);
  }

  /** Opens the model in a folder, given by its absolute path. Outcomes as those of `loadLmParts`. */
  static async open(folder: string): Promise<LmOutcome<LmModel>> {
    const outcome = loadLmParts(modelFolder(folder));
    if (outcome.kind !== "ready") return outcome;
    const { encodeGraph, readGraph, config } = outcome.value.manifest;
    try {
      const encode = await openEncodeGraph(folder, encodeGraph, config);
      const read = await openReadGraph(folder, readGraph, config).catch(async (error: unknown) => {
        await encode.close();
        throw error;
      });
      return { kind: "ready", value: new LmModel(outcome.value, encode, read) };
    } catch (error) {
      return unavailable(error);
    }
  }

  /** Returns what a chunk leaves in memory; see `ChunkEncoder`. */
  encodeChunk(tokens: Uint16Array): Promise<EncodedChunk> {
    return this.#chunkEncoder.encode(tokens);
  }

  /** Returns an empty sequence; it takes some megabytes. */
  sequence(): LmSequence {
    return new LmSequence(this.#graphs);
  }

  /** Frees the graphs. Neither the model nor its sequences are of use afterwards. */
  async close(): Promise<void> {
    await this.#graphs.encode.close();
    await this.#graphs.read.close();
  }
}

function partsOf(files: ModelFiles): LmParts | undefined {
  const manifest = readLmManifest(files);
  if (manifest === undefined) return undefined;
  const { tokenizer: ofTokenizer, config } = manifest;
  const merges = readMerges(checkedFile(ofTokenizer, files), ofTokenizer.file);
  const tokenizer = new LmTokenizer(merges, config.vocabulary, ofTokenizer.file);
  const shape = { window: config.window, headerTokens: manifest.headerTokens };
  return { id: lmIdOf(manifest, files), manifest, tokenizer, shape };
}

function unavailable(error: unknown): { kind: "unavailable"; fault: ModelFault } {
  if (!(error instanceof ModelFaultError)) throw error;
  return { kind: "unavailable", fault: error.fault };
}
