/** The names up to each token of a sequence that grows and is taken back: a row says nothing of what follows it. */
import type { GraphTensor } from "../model/onnxRuntime.ts";
import { nNames, type NameReader } from "./names.ts";

export class SequenceNames {
  readonly #reader: NameReader;
  readonly #rows: Int32Array;

  /** Reserves room for `nRows` tokens. */
  constructor(reader: NameReader, nRows: number) {
    this.#reader = reader;
    this.#rows = new Int32Array(nRows * nNames);
  }

  /** Takes in the tokens from `from` on; those in front are the ones that were taken in before. */
  add(tokens: Uint16Array, from: number): void {
    this.#reader.continueNames(this.#rows, tokens, from);
  }

  /** Returns a view of the rows from `start` to `end`, as a graph takes it. */
  tensor(start: number, end: number): GraphTensor {
    const data = this.#rows.subarray(start * nNames, end * nNames);
    return { data, shape: [end - start, nNames] };
  }
}
