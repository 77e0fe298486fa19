/** A sequence from the bank layer on: what `read` predicts of its tokens, and what the next run needs of it. */
import type { GraphTensor, OnnxGraph } from "../model/onnxRuntime.ts";
import { ConvMarks, runsOf } from "./convMarks.ts";
import { layersAbove } from "./lmGraphs.ts";
import type { LmConfig } from "./lmManifest.ts";
import type { LowerLayers } from "./lowerLayers.ts";
import { PastHeads } from "./pastHeads.ts";
import { int64Of } from "./rows.ts";
import type { SequenceNames } from "./sequenceNames.ts";

/** What is predicted to follow a token. */
export interface Prediction {
  /** Natural logarithm of each token's probability. */
  readonly logProbs: Float32Array;
  /** How much the pointer looks at each token of the memory: one number, which says nothing, when there is none. */
  readonly memoryWeight: Float32Array;
}

type Run = readonly [start: number, end: number];

export class UpperLayers {
  readonly #graph: OnnxGraph;
  readonly #config: LmConfig;
  readonly #lower: LowerLayers;
  readonly #names: SequenceNames;
  readonly #past: PastHeads;
  readonly #marks: ConvMarks;
  #nRead = 0;

  constructor(graph: OnnxGraph, config: LmConfig, lower: LowerLayers, names: SequenceNames) {
    const layers = layersAbove(config);
    this.#graph = graph;
    this.#config = config;
    this.#lower = lower;
    this.#names = names;
    this.#past = new PastHeads(config, layers, config.window);
    this.#marks = new ConvMarks(layers.length, config.dModel);
  }

  /** Number of tokens that were read. */
  get nRead(): number {
    return this.#nRead;
  }

  /** What was read of tokens from `length` on is dropped. */
  rewindTo(length: number): void {
    this.#nRead = Math.min(this.#nRead, length);
    this.#marks.forgetFrom(length + 1);
  }

  /**
   * Reads what was not, the last token in any case, and returns what follows it. `memory` as from `MemoryInputs`.
   * Errors: ModelFaultError `output`.
   */
  async predict(memory: Readonly<Record<string, GraphTensor>>): Promise<Prediction> {
    const end = this.#lower.length;
    const runs = runsOf(this.#marks.placeUpTo(Math.min(this.#nRead, end - 1)), end);
    for (const run of runs.slice(0, -1)) await this.#run(run, memory, lastOf(run), {});
    const last = runs.at(-1) as Run;
    const found = await this.#run(last, memory, lastOf(last), {
      log_probs: [1, this.#config.vocabulary],
      memory_weight: memory["memory_ids"]?.shape ?? [],
    });
    this.#nRead = end;
    return { logProbs: found.log_probs, memoryWeight: found.memory_weight };
  }

  /**
   * Reads what was not, and returns for each token of it minus the natural logarithm of the probability of what
   * `targets` says that follows. Errors: ModelFaultError `output`.
   */
  async score(
    memory: Readonly<Record<string, GraphTensor>>,
    targets: Uint16Array,
  ): Promise<Float32Array> {
    const first = this.#nRead;
    const surprise = new Float32Array(targets.length);
    if (targets.length === 0) return surprise;
    for (const run of runsOf(this.#marks.placeUpTo(first), this.#lower.length)) {
      const start = Math.max(first, run[0]);
      const n = run[1] - start;
      const wanted = {
        index: BigInt64Array.from({ length: n }, (_, i) => BigInt(start - run[0] + i)),
        targets: int64Of(targets.subarray(start - first, run[1] - first)),
      };
      const found = await this.#run(run, memory, wanted, { target_log_prob: [n] });
      for (const [i, logProb] of found.target_log_prob.entries())
        surprise[start - first + i] = -logProb;
    }
    this.#nRead = this.#lower.length;
    return surprise;
  }

  /** Reads the tokens from one marked place to the next; `shapes` names what is fetched besides the state. */
  async #run<Name extends string>(
    [start, end]: Run,
    memory: Readonly<Record<string, GraphTensor>>,
    wanted: Wanted,
    shapes: Readonly<Record<Name, readonly number[]>>,
  ): Promise<Record<Name, Float32Array>> {
    const n = end - start;
    const inputs = { ...this.#inputs([start, end]), ...memory, ...wantedInputs(wanted) };
    const found = await this.#graph.run<Name | "new_k" | "new_v" | "new_conv">(inputs, {
      ...shapes,
      new_k: this.#past.newShape(n),
      new_v: this.#past.newShape(n),
      new_conv: this.#marks.shape,
    });
    this.#past.set(start, n, found.new_k, found.new_v);
    this.#marks.set(end, found.new_conv);
    return found;
  }

  #inputs([start, end]: Run): Record<string, GraphTensor> {
    const { hidden, bankInput, keys, values, ids } = this.#lower;
    return {
      hidden: hidden.tensor(start, end),
      bank_x: bankInput.tensor(start, end),
      input_ids: { data: ids.subarray(start, end), shape: [end - start] },
      position: { data: BigInt64Array.of(BigInt(start)), shape: [1] },
      local_k: keys.tensor(0, start),
      local_v: values.tensor(0, start),
      local_ids: { data: ids.subarray(0, start), shape: [start] },
      local_names: this.#names.tensor(0, start),
      input_names: this.#names.tensor(start, end),
      local_new_k: keys.tensor(start, end),
      local_new_v: values.tensor(start, end),
      ...this.#past.inputs(start),
      past_conv: this.#marks.input(start),
    };
  }
}

/** Places of a run at which something is wanted, and what should follow there. */
interface Wanted {
  readonly index: BigInt64Array;
  readonly targets: BigInt64Array;
}

function wantedInputs({ index, targets }: Wanted): Record<string, GraphTensor> {
  const shape = [index.length];
  return { logit_index: { data: index, shape }, targets: { data: targets, shape } };
}

/** The last place of a run; the graph takes one at least, and a target that nobody asks about. */
function lastOf([start, end]: Run): Wanted {
  return { index: BigInt64Array.of(BigInt(end - start - 1)), targets: BigInt64Array.of(0n) };
}
