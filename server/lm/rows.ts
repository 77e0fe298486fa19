/** Numbers in rows, one row for each token of a sequence, in memory that is reserved once and handed out as views. */
import type { GraphTensor } from "../model/onnxRuntime.ts";

export class Rows {
  readonly #numbers: Float32Array;
  readonly #width: number;

  /** Reserves `nRows` rows of `width` numbers. */
  constructor(nRows: number, width: number) {
    this.#numbers = new Float32Array(nRows * width);
    this.#width = width;
  }

  /** Returns a view of the rows from `start` to `end`, as a graph takes it; it changes when they do. */
  tensor(start: number, end: number): GraphTensor {
    return { data: this.view(start, end), shape: [end - start, this.#width] };
  }

  /** Returns a view of the rows from `start` to `end`. */
  view(start: number, end: number): Float32Array {
    return this.#numbers.subarray(start * this.#width, end * this.#width);
  }

  /** Copies whole rows to where `start` is the first. */
  set(start: number, rows: Float32Array): void {
    this.#numbers.set(rows, start * this.#width);
  }
}

/** Returns whole numbers as a graph's int64, many times faster than by way of BigInt. */
export function int64Of(numbers: Uint16Array): BigInt64Array {
  const words = new Uint32Array(numbers.length * 2);
  // The lower half stands first: the runtime knows little-endian machines alone.
  for (let i = 0; i < numbers.length; i++) words[i * 2] = numbers[i] as number;
  return new BigInt64Array(words.buffer);
}
