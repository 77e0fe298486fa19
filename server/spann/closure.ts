/**
 * Which lists a vector belongs to: that of its nearest centroid and those of others that are nearly as near and not
 * behind one another (SPANN, Chen et al. 2021, section 3.2: closure assignment with the RNG rule). The nearest
 * centroids are looked for in the cells nearest to the vector only.
 */
import type { KernelModule } from "../model/kernelMemory.ts";
import type { CentroidCells } from "./centroids.ts";
import { NearestRows } from "./nearestRows.ts";

/** How lists are chosen for a vector. */
export interface ClosureRule {
  /** Cells in which centroids are looked for. */
  readonly nCells: number;
  /** Lists at most. */
  readonly maxLists: number;
  /** How much farther than the nearest centroid another may be, as a share of the nearest one's distance. */
  readonly slack: number;
}

/** Centroids that are weighed for each vector. */
const nWeighed = 12;

export class Closure {
  readonly #rule: ClosureRule;
  readonly #cells: NearestRows;
  readonly #centroids: NearestRows;
  readonly #starts: Uint32Array;
  readonly #chosen: number[] = [];

  constructor(
    kernel: KernelModule,
    dimensions: number,
    { cells, centroids, starts }: CentroidCells,
    rule: ClosureRule,
  ) {
    this.#rule = rule;
    this.#cells = new NearestRows(kernel, dimensions, cells);
    this.#centroids = new NearestRows(kernel, dimensions, centroids);
    this.#starts = starts;
  }

  /** Returns the lists of a vector, nearest first, none for one of zeros. Valid until the next call. */
  listsOf(vector: Int8Array): readonly number[] {
    const chosen = this.#chosen;
    chosen.length = 0;
    if (this.#cells.ask(vector) === 0) return chosen;
    this.#cells.look(0, this.#cells.n, this.#rule.nCells);
    this.#centroids.ask(vector);
    for (let place = 0; place < this.#cells.nFound; place++) {
      const cell = this.#cells.row(place);
      const [from, to] = [this.#starts[cell] as number, this.#starts[cell + 1] as number];
      this.#centroids.look(from, to, nWeighed);
    }
    if (this.#centroids.nFound === 0) return chosen;
    const reach = distanceOf(this.#centroids.similarity(0)) * (1 + this.#rule.slack);
    for (let place = 0; place < this.#centroids.nFound; place++) {
      const centroid = this.#centroids.row(place);
      const distance = distanceOf(this.#centroids.similarity(place));
      if (distance > reach || chosen.length === this.#rule.maxLists) break;
      if (chosen.every((other) => distanceOf(this.#centroids.between(other, centroid)) > distance))
        chosen.push(centroid);
    }
    return chosen;
  }
}

/** Distance of two vectors of length one. */
export function distanceOf(similarity: number): number {
  return Math.sqrt(Math.max(0, 2 - 2 * similarity));
}
