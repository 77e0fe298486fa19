/**
 * An instance of the WebAssembly kernel (`kernel/kernel.ts`) with its memory, which begins empty and only
 * grows. Addresses are bytes from its start.
 */

/** What is used of the global, which Node has and its type package leaves out. */
declare const WebAssembly: {
  readonly Instance: new (
    module: KernelModule,
    imports: Readonly<Record<string, never>>,
  ) => { readonly exports: unknown };
};

/** A compiled kernel. Threads may share one. */
export type KernelModule = { readonly __brand?: "WebAssembly.Module" };

/** The kernel's functions; see `kernel/` for what each of them does. */
interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  reserve(size: number): number;
  extendTo(at: number, size: number): number;
  initTokenizer(): number;
  loadMerges(from: number, nMerges: number): number;
  initEncode(nTokens: number, nDimensions: number, cap: number, maxBytes: number): number;
  tokenize(text: number, length: number, out: number): number;
  encode(text: number, length: number, table: number, out: number): number;
  inverseNorms(rows: number, n: number, nDimensions: number, out: number): void;
  checksum(at: number, size: number): number;
  widenQuery(query: number, nDimensions: number, out: number): void;
  dot(row: number, query: number, nDimensions: number): number;
  scan(
    rows: number,
    norms: number,
    n: number,
    nDimensions: number,
    query: number,
    firstId: number,
    k: number,
    found: number,
    bestIds: number,
    bestScores: number,
  ): number;
  scanListed(
    list: number,
    n: number,
    pages: number,
    pageBits: number,
    nDimensions: number,
    query: number,
    k: number,
    found: number,
    bestIds: number,
    bestScores: number,
  ): number;
  scanNamed(
    rows: number,
    norms: number,
    ids: number,
    n: number,
    nDimensions: number,
    query: number,
    k: number,
    found: number,
    bestIds: number,
    bestScores: number,
  ): number;
}

/** Thrown when an instance may not grow any more: 4 GB, or what the machine has. */
class KernelFullError extends Error {}

export class KernelMemory {
  readonly run: KernelExports;
  #bytes: Uint8Array;

  constructor(module: KernelModule) {
    this.run = new WebAssembly.Instance(module, {}).exports as KernelExports;
    this.#bytes = new Uint8Array(this.run.memory.buffer);
  }

  /** The whole memory. Valid until the next call of `reserve` or `extend`, which may replace it. */
  get bytes(): Uint8Array {
    // Growing detaches the buffer.
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.run.memory.buffer);
    return this.#bytes;
  }

  get sizeBytes(): number {
    return this.run.memory.buffer.byteLength;
  }

  /** Returns the address of `size` zeroed bytes, aligned for SIMD. Throws KernelFullError. */
  reserve(size: number): number {
    const at = this.run.reserve(size) >>> 0;
    if (at === 0) throw new KernelFullError(`no room for ${size} bytes`);
    return at;
  }

  /** Makes the newest reservation `size` bytes long. Throws KernelFullError. */
  extend(at: number, size: number): void {
    if (this.run.extendTo(at, size) === 0) throw new KernelFullError(`no room for ${size} bytes`);
  }

  /** Makes this instance a tokenizer with these merges, pairs of ids in rank order. Throws KernelFullError. */
  loadMerges(merges: Uint32Array): void {
    this.run.initTokenizer();
    const pairs = this.reserve(merges.byteLength);
    this.bytes.set(new Uint8Array(merges.buffer, merges.byteOffset, merges.byteLength), pairs);
    this.run.loadMerges(pairs, merges.length / 2);
  }
}
