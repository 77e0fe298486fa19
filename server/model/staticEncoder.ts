/** Turns texts into embeddings with a static model: the kernel's tokenizer, rows added, quantised. */
import { KernelMemory, type KernelModule } from "./kernelMemory.ts";
import type { StaticModel } from "./staticModel.ts";

/** The kernel reads whole SIMD words, so up to this many bytes beyond a text. */
const slackBytes = 32;
const minTextBytes = 1 << 16;
/** Longer texts are put in span by span, so that one huge file does not make the memory huge for ever. */
const maxWholeText = 1 << 20;

/** What an encoder is made of: plain data and shared memory, which threads are handed. */
export interface EncoderParts {
  readonly model: StaticModel;
  readonly kernel: KernelModule;
}

/** One per thread. Not re-entrant. */
export class StaticEncoder {
  readonly modelId: string;
  readonly dimensions: number;
  readonly #kernel: KernelMemory;
  readonly #maxBytes: number;
  readonly #table: number;
  readonly #queryTable: number;
  readonly #embedding: number;
  /** The newest reservation, so that it can grow with the longest text. */
  readonly #text: number;
  #textBytes: number;

  /** Copies the model into an instance of the kernel. Throws KernelFullError. */
  constructor({ model, kernel: module }: EncoderParts) {
    const { dimensions, vocabulary, tokenCap, maxBytes, merges, table, queryTable } = model;
    this.modelId = model.id;
    this.dimensions = dimensions;
    this.#maxBytes = maxBytes;
    const kernel = new KernelMemory(module);
    this.#kernel = kernel;
    kernel.loadMerges(merges);
    kernel.run.initEncode(vocabulary, dimensions, tokenCap, maxBytes);
    this.#table = copyIn(kernel, table);
    this.#queryTable = queryTable === undefined ? this.#table : copyIn(kernel, queryTable);
    this.#embedding = kernel.reserve(dimensions);
    this.#textBytes = Math.max(minTextBytes, maxBytes + slackBytes);
    this.#text = kernel.reserve(this.#textBytes);
  }

  /** Bytes of memory that this encoder holds. */
  get sizeBytes(): number {
    return this.#kernel.sizeBytes;
  }

  /**
   * Returns the embeddings of spans of a text, `dimensions` int8 for each, in one array. `bounds` holds their
   * half-open UTF-16 offsets: start0, end0, start1, end1, …
   */
  encodeSpans(text: string, bounds: readonly number[]): Int8Array {
    const { dimensions } = this;
    const nSpans = bounds.length / 2;
    const out = new Int8Array(nSpans * dimensions);
    const isAscii = text.length <= maxWholeText && this.#put(text) === text.length;
    for (let i = 0; i < nSpans; i++) {
      const start = bounds[i * 2] as number;
      const end = bounds[i * 2 + 1] as number;
      // In ASCII the offsets are those of the bytes; any other text is put in span by span.
      const nBytes = isAscii ? end - start : this.#put(text.slice(start, end));
      this.#encode(this.#text + (isAscii ? start : 0), nBytes, this.#table);
      out.set(this.#result(), i * dimensions);
    }
    return out;
  }

  /** Returns the embedding of a text that was stored; all zeros when it holds no word. */
  encodeText(text: string): Int8Array {
    return this.encodeSpans(text, [0, text.length]);
  }

  /** Returns the embedding of a question, to be compared with those of stored texts. */
  encodeQuery(text: string): Int8Array {
    this.#encode(this.#text, this.#put(text.slice(0, this.#maxBytes)), this.#queryTable);
    return this.#result().slice();
  }

  /** Returns the embedding of bytes that need not be UTF-8. */
  encodeBytes(bytes: Uint8Array): Int8Array {
    this.#encode(this.#text, this.#putBytes(bytes), this.#table);
    return this.#result().slice();
  }

  #encode(at: number, nBytes: number, table: number): void {
    this.#kernel.run.encode(at, Math.min(nBytes, this.#maxBytes), table, this.#embedding);
  }

  #result(): Int8Array {
    return new Int8Array(this.#kernel.bytes.buffer, this.#embedding, this.dimensions);
  }

  /** Puts a text's UTF-8 into the kernel's memory. Returns its length. */
  #put(text: string): number {
    this.#makeRoom(text.length * 3);
    return utf8.encodeInto(text, this.#kernel.bytes.subarray(this.#text)).written;
  }

  #putBytes(bytes: Uint8Array): number {
    this.#makeRoom(bytes.length);
    this.#kernel.bytes.set(bytes, this.#text);
    return bytes.length;
  }

  #makeRoom(nBytes: number): void {
    if (nBytes + slackBytes <= this.#textBytes) return;
    this.#textBytes = nBytes + slackBytes;
    this.#kernel.extend(this.#text, this.#textBytes);
  }
}

const utf8 = new TextEncoder();

function copyIn(kernel: KernelMemory, table: Int8Array): number {
  const at = kernel.reserve(table.length);
  kernel.bytes.set(new Uint8Array(table.buffer, table.byteOffset, table.length), at);
  return at;
}
