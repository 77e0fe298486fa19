/**
 * What the convolutions of some layers need of the past, kept for some places of a sequence: a graph tells it only for
 * the end of a run, so a run that is to begin elsewhere begins at a mark in front of it.
 */
import type { GraphTensor } from "../model/onnxRuntime.ts";
import { convRows } from "./lmGraphs.ts";

/** Runs end at multiples of it, so that nothing is more than so many tokens behind a mark. */
const markEvery = 64;
/** Marks between the multiples: those of the tokens that came one by one last. */
const maxBetween = 32;

export class ConvMarks {
  readonly shape: readonly [nLayers: number, nRows: number, dModel: number];
  /** By place, ascending. The place is the number of tokens in front. */
  readonly #marks = new Map<number, Float32Array>();

  constructor(nLayers: number, dModel: number) {
    this.shape = [nLayers, convRows, dModel];
    // Nothing lies in front of the first token.
    this.#marks.set(0, new Float32Array(nLayers * convRows * dModel));
  }

  /** Returns the last marked place that is not behind `most`. */
  placeUpTo(most: number): number {
    return Math.max(...[...this.#marks.keys()].filter((place) => place <= most));
  }

  /** Returns a graph's input for a run that begins at a marked place. */
  input(place: number): GraphTensor {
    const data = this.#marks.get(place);
    if (data === undefined) throw new RangeError(`no mark at ${place}`);
    return { data, shape: this.shape };
  }

  /** Marks a place behind all others; those at or behind it are forgotten. */
  set(place: number, state: Float32Array): void {
    this.forgetFrom(place);
    this.#marks.set(place, state);
    const between = [...this.#marks.keys()].filter((marked) => marked % markEvery !== 0);
    for (const marked of between.slice(0, -maxBetween)) this.#marks.delete(marked);
  }

  /** Forgets marks at or behind a place; the first token's stays. */
  forgetFrom(place: number): void {
    for (const marked of this.#marks.keys())
      if (marked >= place && marked > 0) this.#marks.delete(marked);
  }
}

/** Returns the runs that cover the tokens from `start` to `end`: each ends at the next place that is to be marked. */
export function runsOf(start: number, end: number): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (let at = start; at < end;) {
    const next = Math.min(end, (Math.floor(at / markEvery) + 1) * markEvery);
    runs.push([at, next]);
    at = next;
  }
  return runs;
}
