/**
 * Embeddings of one memory, packed for the kernel's exact scan: about 1.5 ms for 100,000 of them, which is
 * faster than a graph index at this size and misses nothing.
 */
import { KernelMemory, type KernelModule } from "./kernelMemory.ts";

/** Rows that are reserved at once. */
const blockRows = 8192;
/** Most neighbours that a search returns. */
const maxNeighbours = 1024;

/** One neighbour: where it is, and its cosine similarity, larger is closer. */
export interface Neighbour {
  /** The `key` of its group. */
  readonly group: number;
  /** Its place within the group. */
  readonly idx: number;
  readonly similarity: number;
}

/** Embeddings that were added together and go together. */
interface Group {
  readonly key: number;
  readonly firstRow: number;
  readonly nRows: number;
}

interface Block {
  readonly rows: number;
  readonly norms: number;
}

export class VectorScan {
  readonly #module: KernelModule;
  readonly #dimensions: number;
  #kernel: KernelMemory;
  #query = 0;
  #incoming = 0;
  #bestIds = 0;
  #bestScores = 0;
  #blocks: Block[] = [];
  /** In the order of their rows; those removed stay until they are too many. */
  #groups: Group[] = [];
  #byKey = new Map<number, Group>();
  #nRows = 0;
  #nRemoved = 0;
  #queryNorm = 0;

  constructor(dimensions: number, module: KernelModule) {
    this.#module = module;
    this.#dimensions = dimensions;
    this.#kernel = this.#newKernel();
  }

  /** Number of embeddings that a search looks at. */
  get size(): number {
    return this.#nRows - this.#nRemoved;
  }

  get sizeBytes(): number {
    return this.#kernel.sizeBytes;
  }

  has(key: number): boolean {
    return this.#byKey.has(key);
  }

  /** The keys of all groups. */
  keys(): IterableIterator<number> {
    return this.#byKey.keys();
  }

  /** Adds a group: `dimensions` int8 for each of its embeddings. Throws RangeError when the length does not fit. */
  add(key: number, vectors: Uint8Array): void {
    const nRows = vectors.length / this.#dimensions;
    if (!Number.isInteger(nRows)) throw new RangeError(`${vectors.length} bytes of embeddings`);
    this.remove(key);
    const group = { key, firstRow: this.#nRows, nRows };
    for (let at = 0; at < nRows;) at += this.#append(vectors, at, nRows);
    this.#groups.push(group);
    this.#byKey.set(key, group);
  }

  remove(key: number): void {
    const group = this.#byKey.get(key);
    if (group === undefined) return;
    this.#byKey.delete(key);
    for (let i = 0; i < group.nRows; i++) {
      const { block, row } = this.#place(group.firstRow + i);
      this.#kernel.bytes.fill(0, block.norms + row * 4, block.norms + row * 4 + 4);
    }
    this.#nRemoved += group.nRows;
    if (this.#nRemoved > blockRows && this.#nRemoved * 4 > this.#nRows) this.#pack();
  }

  /** Returns the `k` nearest to a query embedding, nearest first. Rows or a query of zeros are near to nothing. */
  search(query: Int8Array, k: number): Neighbour[] {
    this.#putQuery(query);
    const wanted = Math.min(k, maxNeighbours);
    if (this.#queryNorm === 0 || wanted <= 0) return [];
    let found = 0;
    this.#blocks.forEach(({ rows, norms }, b) => {
      const firstId = b * blockRows;
      const n = Math.min(blockRows, this.#nRows - firstId);
      found = this.#kernel.run.scan(
        rows,
        norms,
        n,
        this.#dimensions,
        this.#query,
        firstId,
        wanted,
        found,
        this.#bestIds,
        this.#bestScores,
      );
    });
    const { buffer } = this.#kernel.bytes;
    const ids = new Uint32Array(buffer, this.#bestIds, found);
    const scores = new Float32Array(buffer, this.#bestScores, found);
    return [...ids].map((row, i) => {
      const group = this.#groupAt(row);
      const similarity = (scores[i] as number) / this.#queryNorm;
      return { group: group.key, idx: row - group.firstRow, similarity };
    });
  }

  /** Similarity of one embedding to the query of the last search, `undefined` when it is not here. */
  similarity(key: number, idx: number): number | undefined {
    const group = this.#byKey.get(key);
    if (group === undefined || idx >= group.nRows || this.#queryNorm === 0) return undefined;
    const { block, row } = this.#place(group.firstRow + idx);
    const norm = new Float32Array(this.#kernel.bytes.buffer, block.norms + row * 4, 1)[0] as number;
    const at = block.rows + row * this.#dimensions;
    return (this.#kernel.run.dot(at, this.#query, this.#dimensions) * norm) / this.#queryNorm;
  }

  #newKernel(): KernelMemory {
    const kernel = new KernelMemory(this.#module);
    this.#query = kernel.reserve(this.#dimensions * 2);
    this.#incoming = kernel.reserve(this.#dimensions);
    this.#bestIds = kernel.reserve(maxNeighbours * 4);
    this.#bestScores = kernel.reserve(maxNeighbours * 4);
    return kernel;
  }

  #putQuery(query: Int8Array): void {
    if (query.length !== this.#dimensions)
      throw new RangeError(`a query of ${query.length} dimensions, not ${this.#dimensions}`);
    this.#kernel.bytes.set(
      new Uint8Array(query.buffer, query.byteOffset, query.length),
      this.#incoming,
    );
    this.#kernel.run.widenQuery(this.#incoming, this.#dimensions, this.#query);
    let square = 0;
    for (const value of query) square += value * value;
    this.#queryNorm = Math.sqrt(square);
  }

  /** Appends rows from `from` on, as many as fit into the newest block. Returns how many. */
  #append(vectors: Uint8Array, from: number, nRows: number): number {
    if (this.#nRows === this.#blocks.length * blockRows) {
      const norms = this.#kernel.reserve(blockRows * 4);
      this.#blocks.push({ norms, rows: this.#kernel.reserve(blockRows * this.#dimensions) });
    }
    const { block, row } = this.#place(this.#nRows);
    const n = Math.min(nRows - from, blockRows - row);
    const at = block.rows + row * this.#dimensions;
    const part = vectors.subarray(from * this.#dimensions, (from + n) * this.#dimensions);
    this.#kernel.bytes.set(part, at);
    this.#kernel.run.inverseNorms(at, n, this.#dimensions, block.norms + row * 4);
    this.#nRows += n;
    return n;
  }

  #place(row: number): { block: Block; row: number } {
    const block = this.#blocks[Math.floor(row / blockRows)] as Block;
    return { block, row: row % blockRows };
  }

  #groupAt(row: number): Group {
    let low = 0;
    let high = this.#groups.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#groups[middle] as Group).firstRow <= row) low = middle;
      else high = middle - 1;
    }
    return this.#groups[low] as Group;
  }

  /** Copies what is left into a new instance: WebAssembly gives no memory back. */
  #pack(): void {
    const old = this.#kernel;
    const blocks = this.#blocks;
    const kept = [...this.#byKey.values()].sort((a, b) => a.firstRow - b.firstRow);
    this.#kernel = this.#newKernel();
    this.#blocks = [];
    this.#groups = [];
    this.#byKey = new Map();
    this.#nRows = 0;
    this.#nRemoved = 0;
    for (const { key, firstRow, nRows } of kept) {
      const vectors = new Uint8Array(nRows * this.#dimensions);
      for (let i = 0; i < nRows; i++) {
        const block = blocks[Math.floor((firstRow + i) / blockRows)] as Block;
        const at = block.rows + ((firstRow + i) % blockRows) * this.#dimensions;
        vectors.set(old.bytes.subarray(at, at + this.#dimensions), i * this.#dimensions);
      }
      this.add(key, vectors);
    }
  }
}
