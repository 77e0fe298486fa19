/** Keys and values of the past tokens of some layers, each head's in rows of its own. */
import type { GraphTensor } from "../model/onnxRuntime.ts";
import { pastNames } from "./lmGraphs.ts";
import type { LmConfig } from "./lmManifest.ts";
import { Rows } from "./rows.ts";

interface Head {
  readonly names: readonly [keys: string, values: string];
  readonly keys: Rows;
  readonly values: Rows;
}

export class PastHeads {
  readonly #heads: readonly Head[];
  readonly #dHead: number;

  /** Reserves room for `nRows` tokens. */
  constructor({ nKvHeads, dHead }: LmConfig, layers: readonly number[], nRows: number) {
    this.#dHead = dHead;
    this.#heads = layers.flatMap((layer) =>
      Array.from({ length: nKvHeads }, (_, head) => ({
        names: pastNames(layer, head),
        keys: new Rows(nRows, dHead),
        values: new Rows(nRows, dHead),
      })),
    );
  }

  /** Returns a graph's inputs for the first `nPast` tokens. */
  inputs(nPast: number): Record<string, GraphTensor> {
    const entries = this.#heads.flatMap(({ names: [ofKeys, ofValues], keys, values }) => [
      [ofKeys, keys.tensor(0, nPast)] as const,
      [ofValues, values.tensor(0, nPast)] as const,
    ]);
    return Object.fromEntries(entries);
  }

  /** The shape of a graph's new keys, and of its new values, for `n` tokens. */
  newShape(n: number): readonly number[] {
    return [this.#heads.length, n, this.#dHead];
  }

  /** Takes the new keys and values of `n` tokens from `start` on, in the shape of `newShape`. */
  set(start: number, n: number, newKeys: Float32Array, newValues: Float32Array): void {
    const size = n * this.#dHead;
    for (const [i, { keys, values }] of this.#heads.entries()) {
      keys.set(start, newKeys.subarray(i * size, (i + 1) * size));
      values.set(start, newValues.subarray(i * size, (i + 1) * size));
    }
  }
}
