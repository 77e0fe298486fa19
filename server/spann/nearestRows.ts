/** A fixed set of int8 rows in the kernel's memory, searched whole or range by range. */
import { KernelMemory, type KernelModule } from "../model/kernelMemory.ts";

/** Most rows that one search returns. */
const maxFound = 64;

export class NearestRows {
  readonly n: number;
  readonly #kernel: KernelMemory;
  readonly #dimensions: number;
  readonly #rows: number;
  readonly #norms: number;
  readonly #incoming: number;
  readonly #query: number;
  readonly #other: number;
  readonly #idsAt: number;
  readonly #scoresAt: number;
  readonly #ids: Uint32Array;
  readonly #scores: Float32Array;
  readonly #inverseNorms: Float32Array;
  #found = 0;
  #queryNorm = 0;

  /** `rows` holds `dimensions` int8 for each. Throws KernelFullError. */
  constructor(module: KernelModule, dimensions: number, rows: Int8Array) {
    const kernel = new KernelMemory(module);
    this.#kernel = kernel;
    this.#dimensions = dimensions;
    this.n = rows.length / dimensions;
    this.#incoming = kernel.reserve(dimensions);
    this.#query = kernel.reserve(dimensions * 2);
    this.#other = kernel.reserve(dimensions * 2);
    this.#idsAt = kernel.reserve(maxFound * 4);
    this.#scoresAt = kernel.reserve(maxFound * 4);
    this.#norms = kernel.reserve(Math.max(1, this.n) * 4);
    this.#rows = kernel.reserve(Math.max(1, rows.length));
    // The memory grows no more, so views of it stay valid.
    const { buffer } = kernel.bytes;
    this.#ids = new Uint32Array(buffer, this.#idsAt, maxFound);
    this.#scores = new Float32Array(buffer, this.#scoresAt, maxFound);
    this.#inverseNorms = new Float32Array(buffer, this.#norms, this.n);
    this.replace(rows);
  }

  /** Puts other rows in the place of the first ones, as many of them. */
  replace(rows: Int8Array): void {
    if (rows.length !== this.n * this.#dimensions) throw new RangeError(`${rows.length} bytes`);
    this.#kernel.bytes.set(bytesOf(rows), this.#rows);
    this.#kernel.run.inverseNorms(this.#rows, this.n, this.#dimensions, this.#norms);
  }

  /** Begins a search. Returns the length of the vector, 0 for one of zeros, which is near to nothing. */
  ask(vector: Int8Array): number {
    this.#kernel.bytes.set(bytesOf(vector), this.#incoming);
    this.#kernel.run.widenQuery(this.#incoming, this.#dimensions, this.#query);
    let square = 0;
    for (let j = 0; j < vector.length; j++) square += (vector[j] as number) ** 2;
    this.#queryNorm = Math.sqrt(square);
    this.#found = 0;
    return this.#queryNorm;
  }

  /** Goes on with a search in the rows from `from` up to `to`, for the `k` nearest of all that were looked at. */
  look(from: number, to: number, k: number): void {
    this.#found = this.#kernel.run.scan(
      this.#rows + from * this.#dimensions,
      this.#norms + from * 4,
      to - from,
      this.#dimensions,
      this.#query,
      from,
      Math.min(k, maxFound),
      this.#found,
      this.#idsAt,
      this.#scoresAt,
    );
  }

  /** How many rows were found. */
  get nFound(): number {
    return this.#found;
  }

  /** The row in the `place`-th place, 0 being the nearest. */
  row(place: number): number {
    return this.#ids[place] as number;
  }

  /** Cosine similarity of the row in a place. */
  similarity(place: number): number {
    return (this.#scores[place] as number) / this.#queryNorm;
  }

  /** Cosine similarity of two of the rows. */
  between(a: number, b: number): number {
    const { run } = this.#kernel;
    run.widenQuery(this.#rows + a * this.#dimensions, this.#dimensions, this.#other);
    const dot = run.dot(this.#rows + b * this.#dimensions, this.#other, this.#dimensions);
    return dot * (this.#inverseNorms[a] as number) * (this.#inverseNorms[b] as number);
  }
}

function bytesOf(values: Int8Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.length);
}
