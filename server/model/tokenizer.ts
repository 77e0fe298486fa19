/** Turns texts into tokens, in order, with the static model's tokenizer: what the transformer encoder reads. */
import { KernelMemory } from "./kernelMemory.ts";
import type { EncoderParts } from "./staticEncoder.ts";

/** The kernel reads whole SIMD words, so up to this many bytes beyond a text. */
const slackBytes = 32;
const bytesPerToken = 2;

/** One per thread. Not re-entrant. Its tables take about two megabytes; the model's own table is not needed. */
export class Tokenizer {
  /** Number of tokens there are: each is below it. */
  readonly vocabulary: number;
  readonly #kernel: KernelMemory;
  readonly #maxBytes: number;
  readonly #text: number;
  readonly #tokens: number;

  /** Copies the merges into an instance of the kernel. Throws KernelFullError. */
  constructor({ model, kernel: module }: EncoderParts) {
    const { merges, maxBytes, vocabulary } = model;
    this.vocabulary = vocabulary;
    this.#maxBytes = maxBytes;
    const kernel = new KernelMemory(module);
    this.#kernel = kernel;
    kernel.loadMerges(merges);
    this.#text = kernel.reserve(maxBytes + slackBytes);
    this.#tokens = kernel.reserve(maxBytes * bytesPerToken + slackBytes);
  }

  /** Returns the tokens of bytes that need not be UTF-8; those beyond the model's limit are not read. */
  tokenize(bytes: Uint8Array): Uint16Array {
    const read = bytes.subarray(0, this.#maxBytes);
    this.#kernel.bytes.set(read, this.#text);
    return this.#result(read.length, Infinity);
  }

  /** Returns the first tokens of a text, at most `maxTokens`; none when it holds no word. */
  firstTokens(text: string, maxTokens: number): Uint16Array {
    const room = this.#kernel.bytes.subarray(this.#text, this.#text + this.#maxBytes);
    const { written } = utf8.encodeInto(text, room);
    return this.#result(written, maxTokens);
  }

  #result(nBytes: number, maxTokens: number): Uint16Array {
    const n = this.#kernel.run.tokenize(this.#text, nBytes, this.#tokens);
    const { buffer } = this.#kernel.bytes;
    return new Uint16Array(buffer, this.#tokens, Math.min(n, maxTokens)).slice();
  }
}

const utf8 = new TextEncoder();
