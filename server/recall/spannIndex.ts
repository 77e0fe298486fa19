/**
 * The embeddings of a very large store: an index on disk, and what was written since in the kernel's memory. What
 * was forgotten since is told by the store itself: an embedding that no content has any more is no neighbour. The
 * nearest of each search are compared with the store, so that an index of other content is never believed.
 */
import type { MemoryBank } from "../memory/memoryBank.ts";
import type { EncoderParts } from "../model/staticEncoder.ts";
import { VectorScan, type Neighbour } from "../model/vectorScan.ts";
import type { Clock } from "../ports.ts";
import type { SpannFault } from "../spann/spannManifest.ts";
import type { SpannReader } from "../spann/spannThreads.ts";
import type { Nearest, VectorIndex } from "./vectorIndex.ts";

/** Reading stops to look at the clock after so many contents. */
const lookEvery = 64;
/** What was forgotten may stand before what is wanted, so more is asked for … */
const askedShare = 1.5;
/** … and at most so much. */
const maxAsked = 1_024;
/** So many neighbours of each search are compared with the store. */
const nCompared = 8;
/** Similarities of the same embeddings differ by no more than single precision does. */
const maxDifference = 1e-4;

export class SpannIndex implements VectorIndex {
  readonly kind = "spann";
  readonly #reader: SpannReader;
  readonly #clock: Clock;
  readonly #nIndexed: number;
  /** Embeddings that came after the index. */
  readonly #tail: VectorScan;
  #lastRead: number;
  #bank: MemoryBank | undefined;
  #version = -1;
  #nLive = 0;
  #isComplete = false;
  #isOfOther = false;
  #query: Int8Array = new Int8Array();
  #queryLength = 0;
  /** Embeddings of contents whose similarity was asked for since the last search. */
  readonly #read = new Map<number, Uint8Array | undefined>();

  /** `reader` is ready. */
  constructor(reader: SpannReader, { model, kernel }: EncoderParts, clock: Clock) {
    if (reader.state.kind !== "ready") throw new Error("the index is not open");
    const { nVectors, lastEmbedding } = reader.state.manifest;
    this.#reader = reader;
    this.#clock = clock;
    this.#nIndexed = nVectors;
    this.#lastRead = lastEmbedding;
    this.#tail = new VectorScan(model.dimensions, kernel);
  }

  get size(): number {
    return Math.min(this.#nIndexed + this.#tail.size, this.#nLive);
  }

  get sizeBytes(): number {
    return this.#reader.sizeBytes + this.#tail.sizeBytes;
  }

  /** Set when the index turned out not to be what it says: it is not to be used any more. */
  get fault(): SpannFault | undefined {
    if (this.#isOfOther) return "otherStore";
    const { state } = this.#reader;
    return state.kind === "unusable" ? state.fault : undefined;
  }

  /** What has come since the index was built, or was forgotten, as a share of what is in it. */
  get staleShare(): number {
    const nForgotten = Math.max(0, this.#nIndexed + this.#tail.size - this.#nLive);
    return (this.#tail.size + nForgotten) / Math.max(1, this.#nIndexed);
  }

  refresh(bank: MemoryBank, budgetMs: number): boolean {
    this.#bank = bank;
    if (bank.version === this.#version && this.#isComplete) return true;
    this.#version = bank.version;
    this.#nLive = bank.nChunks();
    this.#isComplete = this.#readTail(bank, budgetMs);
    return this.#isComplete;
  }

  search(query: Int8Array, k: number): Nearest {
    this.#query = query;
    this.#queryLength = lengthOf(query);
    this.#read.clear();
    for (let asked = Math.ceil(k * askedShare); ; asked *= 2) {
      const wanted = Math.min(asked, maxAsked);
      const { found, isAll, isWhole } = this.#nearest(query, wanted);
      const neighbours = found.flatMap((neighbour) => this.#alive(neighbour)).slice(0, k);
      if (neighbours.length < k && !isAll && wanted < maxAsked) continue;
      this.#isOfOther ||= !this.#isTrue(neighbours.slice(0, nCompared));
      return this.#isOfOther ? { neighbours: [], isWhole: false } : { neighbours, isWhole };
    }
  }

  /** Whether neighbours are as similar as the embeddings in the store are. */
  #isTrue(neighbours: readonly Neighbour[]): boolean {
    return neighbours.every(({ group, idx, similarity }) => {
      const stored = this.similarity(group, idx);
      return stored !== undefined && Math.abs(stored - similarity) <= maxDifference;
    });
  }

  similarity(blob: number, idx: number): number | undefined {
    if (!this.#read.has(blob)) this.#read.set(blob, this.#bank?.vectorsOf(blob));
    const vectors = this.#read.get(blob);
    const dimensions = this.#query.length;
    if (vectors === undefined || (idx + 1) * dimensions > vectors.length) return undefined;
    if (this.#queryLength === 0) return undefined;
    const vector = new Int8Array(vectors.buffer, vectors.byteOffset + idx * dimensions, dimensions);
    const length = lengthOf(vector);
    if (length === 0) return 0;
    let dot = 0;
    for (let j = 0; j < dimensions; j++) dot += (vector[j] as number) * (this.#query[j] as number);
    return dot / (length * this.#queryLength);
  }

  close(): void {
    this.#reader.close();
  }

  /** Returns what is nearest in the index and in what came since, by the numbers of the embeddings. */
  #nearest(query: Int8Array, k: number): { found: Neighbour[]; isAll: boolean; isWhole: boolean } {
    const tail = this.#tail.search(query, k);
    const indexed = this.#reader.search(query, k);
    if (indexed === "late" || indexed === "damaged")
      return { found: tail, isAll: true, isWhole: false };
    const found = indexed
      .map(({ embedding, idx, similarity }) => ({ group: embedding, idx, similarity }))
      .concat(tail)
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, k);
    return { found, isAll: indexed.length < k && tail.length < k, isWhole: true };
  }

  #alive({ group, idx, similarity }: Neighbour): Neighbour[] {
    const blob = this.#bank?.blobOfEmbedding(group);
    return blob === undefined ? [] : [{ group: blob, idx, similarity }];
  }

  #readTail(bank: MemoryBank, budgetMs: number): boolean {
    const stopMs = this.#clock.elapsedMs() + budgetMs;
    let n = 0;
    for (const { embedding, vectors } of bank.vectorsAfter(this.#lastRead)) {
      this.#tail.add(embedding, vectors);
      this.#lastRead = embedding;
      if (++n % lookEvery === 0 && this.#clock.elapsedMs() > stopMs) return false;
    }
    return true;
  }
}

function lengthOf(vector: Int8Array): number {
  let square = 0;
  for (let j = 0; j < vector.length; j++) square += (vector[j] as number) ** 2;
  return Math.sqrt(square);
}
