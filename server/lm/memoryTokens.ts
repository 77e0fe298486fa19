/** What a sequence remembers: keys and values of tokens of other chunks, as int8 with a scale for each head. */
import type { GraphTensor } from "../model/onnxRuntime.ts";
import { keyLength, type LmConfig } from "./lmManifest.ts";
import { nNames, type NameReader } from "./names.ts";
import { int64Of } from "./rows.ts";

/** Tokens in the order in which they are to be read; they have no positions. */
export interface MemoryTokens {
  readonly ids: Uint16Array;
  /** A row of nKvHeads × dHead for each token. */
  readonly keys: Int8Array;
  /** A row of nKvHeads for each token: what its int8 are multiplied by. */
  readonly keyScales: Float32Array;
  readonly values: Int8Array;
  readonly valueScales: Float32Array;
  /** Texts of which the tokens are, in order; left out, all are of one. */
  readonly spans?: readonly { readonly from: number }[];
}

type GraphInputs = Readonly<Record<string, GraphTensor>>;

/** Added to the score of a token that nobody shall see. */
const hidden = -1e4;

/** The graph's inputs for a memory, made once while it stays the same one. */
export class MemoryInputs {
  readonly #config: LmConfig;
  readonly #names: NameReader;
  #last: { readonly memory: MemoryTokens | undefined; readonly inputs: GraphInputs } | undefined;

  constructor(config: LmConfig, names: NameReader) {
    this.#config = config;
    this.#names = names;
  }

  /**
   * Returns the inputs; `memory` must not change afterwards. Throws RangeError for one that is not made for this model,
   * or that holds what is no number.
   */
  of(memory: MemoryTokens | undefined): GraphInputs {
    if (this.#last === undefined || this.#last.memory !== memory)
      this.#last = { memory, inputs: memoryInputs(memory, this.#config, this.#names) };
    return this.#last.inputs;
  }
}

function memoryInputs(
  memory: MemoryTokens | undefined,
  config: LmConfig,
  names: NameReader,
): GraphInputs {
  const n = memory?.ids.length ?? 0;
  // The graph takes one token at least.
  if (memory === undefined || n === 0) return inputsOf(noMemory(config), hidden, config, names);
  const { ids, keys, values, keyScales, valueScales } = memory;
  const isSound =
    [keys, values].every(({ length }) => length === n * keyLength(config)) &&
    [keyScales, valueScales].every(({ length }) => length === n * config.nKvHeads) &&
    ids.every((token) => token < config.vocabulary) &&
    [keyScales, valueScales].every((scales) => scales.every((scale) => Number.isFinite(scale)));
  if (!isSound) throw new RangeError(`a memory of ${n} tokens that is not this model's`);
  return inputsOf(memory, 0, config, names);
}

function inputsOf(
  { ids, keys, values, keyScales, valueScales, spans = [] }: MemoryTokens,
  bias: number,
  config: LmConfig,
  names: NameReader,
): GraphInputs {
  const n = ids.length;
  const starts = spans.map(({ from }) => from);
  return {
    memory_k: { data: keys, shape: [n, keyLength(config)] },
    memory_v: { data: values, shape: [n, keyLength(config)] },
    memory_ks: { data: keyScales, shape: [n, config.nKvHeads] },
    memory_vs: { data: valueScales, shape: [n, config.nKvHeads] },
    memory_ids: { data: int64Of(ids), shape: [n] },
    memory_bias: { data: new Float32Array(n).fill(bias), shape: [n] },
    memory_names: { data: names.namesOf(ids, starts), shape: [n, nNames] },
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
