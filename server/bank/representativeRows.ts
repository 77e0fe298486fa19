/**
 * The index rows of all blocks in memory, and the exact search over them with the kernel's scan. A row is a token's
 * key as `putRow` makes it; each block has a few, one behind the other.
 */
import { KernelMemory, type KernelModule } from "../model/kernelMemory.ts";
import type { Block } from "./bankTables.ts";

/** Rows that are reserved at once. */
const pageBits = 13;
const pageRows = 2 ** pageBits;
/** Pages of an instance, which is full before it has so many. */
const maxPages = 4096;
/** Listed rows that are handed to the kernel at once. */
const listedAtOnce = 8192;
/** Most rows that a scan keeps. */
const maxKept = 1024;
/** Room is made again when more than this share of the rows belongs to blocks that are gone … */
const maxDeadShare = 0.25;
/** … and there are not just a few. */
const minDeadRows = 2048;

interface Page {
  readonly rows: number;
  readonly norms: number;
}

/** Blocks with the similarity of their best row to the best query. */
export type BlockScores = Map<Block, number>;

export class RepresentativeRows {
  /** Bytes of a row. */
  readonly rowBytes: number;
  readonly #module: KernelModule;
  #kernel: KernelMemory;
  #query = 0;
  #incoming = 0;
  #bestIds = 0;
  #bestScores = 0;
  #queryNorm = 0;
  /** For the kernel: addresses of the pages, and numbers of listed rows. */
  #pageTable = 0;
  #list = 0;
  #floats = new Float32Array(0);
  #pages: Page[] = [];
  /** The block of each row; blocks that are gone stay until the rows are packed. */
  #owners: Block[] = [];
  #firstRows = new Map<Block, number>();
  #nLive = 0;

  constructor(rowBytes: number, module: KernelModule) {
    this.rowBytes = rowBytes;
    this.#module = module;
    this.#kernel = this.#newKernel();
  }

  /** Rows of blocks that are there. */
  get size(): number {
    return this.#nLive;
  }

  /** Rows that there are, those of gone blocks as well: the numbers of rows are below it. */
  get nRows(): number {
    return this.#owners.length;
  }

  get bytes(): number {
    return this.#kernel.sizeBytes + this.#owners.length * 8;
  }

  /** Returns whether so many rows are dead that `pack` should be called. */
  get wantsPacking(): boolean {
    const nDead = this.nRows - this.size;
    return nDead > minDeadRows && nDead > this.nRows * maxDeadShare;
  }

  /** Adds the rows of a block. Returns the number of its first. */
  add(block: Block, rows: Int8Array): number {
    const first = this.#owners.length;
    const { rowBytes } = this;
    for (let i = 0; i < block.nRepresentatives; i++) {
      const row = first + i;
      if (row === this.#pages.length * pageRows) this.#addPage();
      const at = this.#rowAt(row);
      const part = rows.subarray(i * rowBytes, (i + 1) * rowBytes);
      this.#kernel.bytes.set(new Uint8Array(part.buffer, part.byteOffset, rowBytes), at);
      this.#owners.push(block);
    }
    this.#firstRows.set(block, first);
    this.show(block);
    this.#nLive += block.nRepresentatives;
    return first;
  }

  remove(block: Block): void {
    if (!this.#firstRows.has(block)) return;
    this.hide(block);
    this.#firstRows.delete(block);
    this.#nLive -= block.nRepresentatives;
  }

  has(block: Block): boolean {
    return this.#firstRows.has(block);
  }

  /** Makes searches leave out a block, until `show`. */
  hide(block: Block): void {
    const first = this.#firstRows.get(block);
    if (first === undefined) return;
    for (let row = first; row < first + block.nRepresentatives; row++) {
      const at = this.#normAt(row);
      this.#kernel.bytes.fill(0, at, at + 4);
    }
  }

  show(block: Block): void {
    const first = this.#firstRows.get(block);
    if (first === undefined) return;
    for (let row = first; row < first + block.nRepresentatives; row++)
      this.#kernel.run.inverseNorms(this.#rowAt(row), 1, this.rowBytes, this.#normAt(row));
  }

  /** Sets the query for what follows. Returns false for one of zeros, which is near to nothing. */
  ask(query: Int8Array): boolean {
    this.#kernel.bytes.set(
      new Uint8Array(query.buffer, query.byteOffset, this.rowBytes),
      this.#incoming,
    );
    this.#kernel.run.widenQuery(this.#incoming, this.rowBytes, this.#query);
    let square = 0;
    for (const value of query) square += value * value;
    this.#queryNorm = Math.sqrt(square);
    return this.#queryNorm > 0;
  }

  /** Compares the query with all rows; adds at least the `nBlocks` nearest blocks of those that are not hidden. */
  scan(nBlocks: number, rowsPerBlock: number, best: BlockScores): void {
    const wanted = Math.min(maxKept, nBlocks * rowsPerBlock);
    let found = 0;
    this.#pages.forEach(({ rows, norms }, page) => {
      const firstId = page * pageRows;
      const n = Math.min(pageRows, this.nRows - firstId);
      const { run } = this.#kernel;
      found = run.scan(
        ...([rows, norms, n, this.rowBytes, this.#query, firstId, wanted, found] as const),
        this.#bestIds,
        this.#bestScores,
      );
    });
    this.#take(found, best);
  }

  /** Compares the query with some rows, each of which is listed once, as `scan` does with all. */
  scanListed(listed: Uint32Array, nBlocks: number, rowsPerBlock: number, best: BlockScores): void {
    const wanted = Math.min(maxKept, nBlocks * rowsPerBlock);
    let found = 0;
    for (let from = 0; from < listed.length; from += listedAtOnce) {
      const part = listed.subarray(from, from + listedAtOnce);
      const { bytes, run } = this.#kernel;
      bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), this.#list);
      found = run.scanListed(
        ...([this.#list, part.length, this.#pageTable, pageBits, this.rowBytes] as const),
        ...([this.#query, wanted, found] as const),
        this.#bestIds,
        this.#bestScores,
      );
    }
    this.#take(found, best);
  }

  /** Gives blocks the scores of the rows that the kernel kept. */
  #take(found: number, best: BlockScores): void {
    const { buffer } = this.#kernel.bytes;
    const ids = new Uint32Array(buffer, this.#bestIds, found);
    const scores = new Float32Array(buffer, this.#bestScores, found);
    ids.forEach((row, i) => {
      const block = this.#owners[row] as Block;
      const score = (scores[i] as number) / this.#queryNorm;
      if (score > (best.get(block) ?? Number.NEGATIVE_INFINITY)) best.set(block, score);
    });
  }

  /** Compares the query with one row. Returns -Infinity for a row that is hidden or gone. */
  similarity(row: number): number {
    const norm = this.#norm(row);
    if (norm === 0) return Number.NEGATIVE_INFINITY;
    const dot = this.#kernel.run.dot(this.#rowAt(row), this.#query, this.rowBytes);
    return (dot * norm) / this.#queryNorm;
  }

  /** Compares the query with all rows of a block. */
  similarityOf(block: Block): number {
    const first = this.#firstRows.get(block);
    let best = Number.NEGATIVE_INFINITY;
    if (first === undefined) return best;
    for (let i = 0; i < block.nRepresentatives; i++)
      best = Math.max(best, this.similarity(first + i));
    return best;
  }

  ownerOf(row: number): Block {
    return this.#owners[row] as Block;
  }

  firstRowOf(block: Block): number | undefined {
    return this.#firstRows.get(block);
  }

  isLive(row: number): boolean {
    return this.#firstRows.has(this.#owners[row] as Block);
  }

  /** Returns a copy of a row. */
  row(row: number): Int8Array {
    const at = this.#rowAt(row);
    return new Int8Array(this.#kernel.bytes.slice(at, at + this.rowBytes).buffer);
  }

  /** Blocks in the order of their rows. */
  blocks(): IterableIterator<Block> {
    return this.#firstRows.keys();
  }

  /** Numbers the rows anew without those that are dead, in a new instance: WebAssembly gives no memory back. */
  pack(): void {
    const old = { kernel: this.#kernel, pages: this.#pages, firstRows: this.#firstRows };
    this.#kernel = this.#newKernel();
    this.#pages = [];
    this.#owners = [];
    this.#firstRows = new Map();
    this.#nLive = 0;
    const { rowBytes } = this;
    for (const [block, first] of old.firstRows) {
      const rows = new Int8Array(block.nRepresentatives * rowBytes);
      for (let i = 0; i < block.nRepresentatives; i++) {
        const page = old.pages[Math.floor((first + i) / pageRows)] as Page;
        const at = page.rows + ((first + i) % pageRows) * rowBytes;
        rows.set(old.kernel.bytes.subarray(at, at + rowBytes), i * rowBytes);
      }
      this.add(block, rows);
    }
  }

  #newKernel(): KernelMemory {
    const kernel = new KernelMemory(this.#module);
    this.#floats = new Float32Array(0);
    this.#query = kernel.reserve(this.rowBytes * 2);
    this.#incoming = kernel.reserve(this.rowBytes);
    this.#bestIds = kernel.reserve(maxKept * 4);
    this.#bestScores = kernel.reserve(maxKept * 4);
    this.#pageTable = kernel.reserve(maxPages * 8);
    this.#list = kernel.reserve(listedAtOnce * 4);
    return kernel;
  }

  #addPage(): void {
    const norms = this.#kernel.reserve(pageRows * 4);
    const rows = this.#kernel.reserve(pageRows * this.rowBytes);
    const table = this.#pageTable + this.#pages.length * 8;
    new Uint32Array(this.#kernel.bytes.buffer, table, 2).set([rows, norms]);
    this.#pages.push({ norms, rows });
  }

  #rowAt(row: number): number {
    const page = this.#pages[Math.floor(row / pageRows)] as Page;
    return page.rows + (row % pageRows) * this.rowBytes;
  }

  #normAt(row: number): number {
    const page = this.#pages[Math.floor(row / pageRows)] as Page;
    return page.norms + (row % pageRows) * 4;
  }

  #norm(row: number): number {
    // Growing detaches the buffer.
    if (this.#floats.length === 0)
      this.#floats = new Float32Array(this.#kernel.bytes.buffer as ArrayBuffer);
    return this.#floats[this.#normAt(row) / 4] as number;
  }
}
