/**
 * Centroids of very many embeddings in bounded memory: a sample of them, which lies in a file, is cut into cells,
 * and each cell into lists, as many as its share of the sample.
 */
import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { kMeans, type KMeansOptions } from "./kMeans.ts";
import { NearestRows } from "./nearestRows.ts";

/** Centroids by cell: those of cell `i` are `starts[i]` up to `starts[i + 1]`. */
export interface CentroidCells {
  readonly cells: Int8Array;
  readonly centroids: Int8Array;
  readonly starts: Uint32Array;
}

/** Sampled embeddings for each list. */
export const samplesPerList = 16;
const samplesPerCell = 64;
/** The time to place a vector is least when all cells cost as much as the centroids of so many of them. */
const cellsLooked = 4;
const rounds = { cells: 10, lists: 8 };
const rowsAtOnce = 4_096;

type Options = Pick<KMeansOptions, "kernel" | "dimensions" | "pause">;

/** The sample: rows in a file, written once in any order and then read often. */
export class SampleFile {
  readonly #file: string;
  readonly #dimensions: number;
  readonly #handle: number;
  #n = 0;
  #isRemoved = false;

  /** Errors: those of the file system. */
  constructor(file: string, dimensions: number) {
    this.#file = file;
    this.#dimensions = dimensions;
    this.#handle = openSync(this.#file, "w+");
  }

  get n(): number {
    return this.#n;
  }

  add(rows: Uint8Array): void {
    for (let at = 0; at < rows.length;) at += writeSync(this.#handle, rows, at);
    this.#n += rows.length / this.#dimensions;
  }

  /** Writes rows to the place of row `first`. */
  write(first: number, rows: Int8Array): void {
    const at = first * this.#dimensions;
    if (writeSync(this.#handle, rows, 0, rows.length, at) !== rows.length)
      throw Object.assign(new Error("a row was cut off"), { code: "ENOSPC" });
    this.#n = Math.max(this.#n, first + rows.length / this.#dimensions);
  }

  rows(from: number, to: number): Int8Array {
    const rows = new Int8Array((to - from) * this.#dimensions);
    const at = from * this.#dimensions;
    if (readSync(this.#handle, rows, 0, rows.length, at) !== rows.length)
      throw new RangeError("the sample became shorter");
    return rows;
  }

  /** Gives the space back; a second call does nothing. */
  remove(): void {
    if (this.#isRemoved) return;
    this.#isRemoved = true;
    closeSync(this.#handle);
    rmSync(this.#file, { force: true });
  }
}

/** Returns about `nLists` centroids of the sample. `folder` holds a second copy of it meanwhile. */
export function centroidsOf(
  sample: SampleFile,
  nLists: number,
  folder: string,
  options: Options,
): CentroidCells {
  const { dimensions, kernel, pause } = options;
  const nCells = Math.max(1, Math.round(Math.sqrt(nLists * cellsLooked)));
  const every = Math.max(1, Math.floor(sample.n / (nCells * samplesPerCell)));
  const cells = kMeans(everyRow(sample, every, dimensions), nCells, {
    ...options,
    nRounds: rounds.cells,
  });
  const nearest = new NearestRows(kernel, dimensions, cells);
  const cellOf = new Uint16Array(sample.n);
  const sizes = new Uint32Array(nearest.n);
  forEachRow(sample, dimensions, pause, (row, i) => {
    nearest.ask(row);
    nearest.look(0, nearest.n, 1);
    const cell = nearest.row(0);
    cellOf[i] = cell;
    sizes[cell] = (sizes[cell] as number) + 1;
  });
  const sorted = sortedByCell(sample, cellOf, sizes, folder, options);
  try {
    return centroidsByCell(sorted, cells, sizes, nLists, options);
  } finally {
    sorted.remove();
  }
}

function centroidsByCell(
  sorted: SampleFile,
  cells: Int8Array,
  sizes: Uint32Array,
  nLists: number,
  options: Options,
): CentroidCells {
  const starts = new Uint32Array(sizes.length + 1);
  const parts: Int8Array[] = [];
  let from = 0;
  for (const [cell, size] of sizes.entries()) {
    options.pause();
    const k = size === 0 ? 0 : Math.max(1, Math.round((nLists * size) / sorted.n));
    const part =
      k === 0
        ? new Int8Array()
        : kMeans(sorted.rows(from, from + size), k, { ...options, nRounds: rounds.lists });
    parts.push(part);
    from += size;
    starts[cell + 1] = (starts[cell] as number) + part.length / options.dimensions;
  }
  const centroids = new Int8Array((starts.at(-1) as number) * options.dimensions);
  for (const [cell, part] of parts.entries())
    centroids.set(part, (starts[cell] as number) * options.dimensions);
  return { cells, centroids, starts };
}

function sortedByCell(
  sample: SampleFile,
  cellOf: Uint16Array,
  sizes: Uint32Array,
  folder: string,
  { dimensions, pause }: Options,
): SampleFile {
  const next = new Uint32Array(sizes.length);
  for (let cell = 1; cell < sizes.length; cell++)
    next[cell] = (next[cell - 1] as number) + (sizes[cell - 1] as number);
  const sorted = new SampleFile(path.join(folder, "sample-by-cell"), dimensions);
  forEachRow(sample, dimensions, pause, (row, i) => {
    const cell = cellOf[i] as number;
    sorted.write(next[cell] as number, row);
    next[cell] = (next[cell] as number) + 1;
  });
  return sorted;
}

function everyRow(sample: SampleFile, every: number, dimensions: number): Int8Array {
  const n = Math.floor((sample.n + every - 1) / every);
  const rows = new Int8Array(n * dimensions);
  for (let i = 0; i < n; i++) rows.set(sample.rows(i * every, i * every + 1), i * dimensions);
  return rows;
}

function forEachRow(
  sample: SampleFile,
  dimensions: number,
  pause: () => void,
  visit: (row: Int8Array, i: number) => void,
): void {
  for (let from = 0; from < sample.n; from += rowsAtOnce) {
    pause();
    const to = Math.min(sample.n, from + rowsAtOnce);
    const rows = sample.rows(from, to);
    for (let i = from; i < to; i++)
      visit(rows.subarray((i - from) * dimensions, (i - from + 1) * dimensions), i);
  }
}
