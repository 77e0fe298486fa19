/** A sequence in the layers below the bank layer: what `encode` made of its tokens, and what the next run needs of it. */
import type { GraphTensor, OnnxGraph } from "../model/onnxRuntime.ts";
import { ConvMarks, runsOf } from "./convMarks.ts";
import { layersBelow } from "./lmGraphs.ts";
import { keyLength, type LmConfig } from "./lmManifest.ts";
import { PastHeads } from "./pastHeads.ts";
import { int64Of, Rows } from "./rows.ts";

/** Throws RangeError for tokens that the model does not know, or more than its window holds behind `nPast`. */
export function checkTokens(
  tokens: Uint16Array,
  nPast: number,
  { vocabulary, window }: LmConfig,
): void {
  if (nPast + tokens.length > window)
    throw new RangeError(`${nPast + tokens.length} tokens, at most ${window}`);
  const unknown = tokens.find((token) => token >= vocabulary);
  if (unknown !== undefined) throw new RangeError(`token ${unknown} of ${vocabulary}`);
}

export class LowerLayers {
  /** Hidden states in front of the bank layer. */
  readonly hidden: Rows;
  /** What the bank layer's projections see. */
  readonly bankInput: Rows;
  /** The bank layer's keys and values of the tokens. */
  readonly keys: Rows;
  readonly values: Rows;
  /** What the tokens ask the memory for. */
  readonly queries: Rows;
  readonly ids: BigInt64Array;
  readonly #graph: OnnxGraph;
  readonly #config: LmConfig;
  readonly #past: PastHeads;
  readonly #marks: ConvMarks;
  #length = 0;

  /** Reserves room for `nRows` tokens. */
  constructor(graph: OnnxGraph, config: LmConfig, nRows: number) {
    const { dModel, bankLayer } = config;
    this.#graph = graph;
    this.#config = config;
    this.hidden = new Rows(nRows, dModel);
    this.bankInput = new Rows(nRows, dModel);
    this.keys = new Rows(nRows, keyLength(config));
    this.values = new Rows(nRows, keyLength(config));
    this.queries = new Rows(nRows, keyLength(config));
    this.ids = new BigInt64Array(nRows);
    this.#past = new PastHeads(config, layersBelow(config), nRows);
    this.#marks = new ConvMarks(bankLayer + 1, dModel);
  }

  /** Number of tokens. */
  get length(): number {
    return this.#length;
  }

  /** Drops the tokens from `length` on. */
  rewindTo(length: number): void {
    this.#length = length;
    this.#marks.forgetFrom(length + 1);
  }

  /** Appends tokens. Errors: ModelFaultError `output`. */
  async append(tokens: Uint16Array): Promise<void> {
    const start = this.#length;
    const end = start + tokens.length;
    this.ids.set(int64Of(tokens), start);
    for (const [from, to] of runsOf(this.#marks.placeUpTo(start), end)) await this.#run(from, to);
    this.#length = end;
  }

  /** Returns the graph's inputs for tokens that follow the first `place` ones, where a mark must be. */
  inputs(place: number, ids: BigInt64Array): Record<string, GraphTensor> {
    const { dModel } = this.#config;
    const before =
      place > 0
        ? this.bankInput.tensor(place - 1, place)
        : { data: new Float32Array(dModel), shape: [1, dModel] };
    return {
      input_ids: { data: ids, shape: [ids.length] },
      position: { data: BigInt64Array.of(BigInt(place)), shape: [1] },
      ...this.#past.inputs(place),
      past_conv: this.#marks.input(place),
      past_shift: before,
    };
  }

  /** Runs the tokens from one marked place to the next. */
  async #run(start: number, end: number): Promise<void> {
    const n = end - start;
    const wide = [n, this.#config.dModel];
    const key = [n, keyLength(this.#config)];
    const found = await this.#graph.run(this.inputs(start, this.ids.subarray(start, end)), {
      hidden: wide,
      bank_x: wide,
      bank_k: key,
      bank_v: key,
      query: key,
      new_k: this.#past.newShape(n),
      new_v: this.#past.newShape(n),
      new_conv: this.#marks.shape,
    });
    this.hidden.set(start, found.hidden);
    this.bankInput.set(start, found.bank_x);
    this.keys.set(start, found.bank_k);
    this.values.set(start, found.bank_v);
    this.#past.set(start, n, found.new_k, found.new_v);
    this.queries.set(start, found.query);
    this.#marks.set(end, found.new_conv);
  }
}
