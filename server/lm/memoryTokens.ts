/** What a sequence remembers: keys and values of tokens of other chunks, as int8 with a scale for each head. */
import type { GraphTensor } from "../model/onnxRuntime.ts";
import { keyLength, type LmConfig } from "./lmManifest.ts";

/** Tokens in the order in which they are to be read; they have no positions. */
export interface MemoryTokens {
  readonly ids: Uint16Array;
  /** A row of nKvHeads × dHead for each token. */
  readonly keys: Int8Array;
  /** A row of nKvHeads for each token: what its int8 are multiplied by. */
  readonly keyScales: Float32Array;
  readonly values: Int8Array;
  readonly valueScales: Float32Array;
}

/** Added to the score of a token that nobody shall see. */
const hidden = -1e4;

/**
 * Returns the graph's inputs for a memory. Throws RangeError for one that is not made for this model, or that holds
 * what is no number.
 */
export function memoryInputs(
  memory: MemoryTokens | undefined,
  config: LmConfig,
): Record<string, GraphTensor> {
  const n = memory?.ids.length ?? 0;
  // The graph takes one token at least.
  if (memory === undefined || n === 0) return inputsOf(noMemory(config), hidden, config);
  const { ids, keys, values, keyScales, valueScales } = memory;
  const isSound =
    [keys, values].every(({ length }) => length === n * keyLength(config)) &&
    [keyScales, valueScales].every(({ length }) => length === n * config.nKvHeads) &&
    ids.every((token) => token < config.vocabulary) &&
    [keyScales, valueScales].every((scales) => scales.every((scale) => Number.isFinite(scale)));
  if (!isSound) throw new RangeError(`a memory of ${n} tokens that is not this model's`);
  return inputsOf(memory, 0, config);
}

function inputsOf(
  { ids, keys, values, keyScales, valueScales }: MemoryTokens,
  bias: number,
  config: LmConfig,
): Record<string, GraphTensor> {
  const n = ids.length;
  return {
    memory_k: { data: keys, shape: [n, keyLength(config)] },
    memory_v: { data: values, shape: [n, keyLength(config)] },
    memory_ks: { data: keyScales, shape: [n, config.nKvHeads] },
    memory_vs: { data: valueScales, shape: [n, config.nKvHeads] },
    memory_ids: { data: BigInt64Array.from(ids, BigInt), shape: [n] },
    memory_bias: { data: new Float32Array(n).fill(bias), shape: [n] },
  };
}

function noMemory(config: LmConfig): MemoryTokens {
  return {
    ids: new Uint16Array(1),
    keys: new Int8Array(keyLength(config)),
    values: new Int8Array(keyLength(config)),
    keyScales: new Float32Array(config.nKvHeads),
    valueScales: new Float32Array(config.nKvHeads),
  };
}
