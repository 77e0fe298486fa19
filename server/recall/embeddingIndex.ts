/**
 * The embeddings of one store in the kernel's memory: read once, then only what is new. Embeddings by another
 * model than the given one are as if they were not there.
 */
import type { MemoryBank } from "../memory/memoryBank.ts";
import type { EncoderParts } from "../model/staticEncoder.ts";
import { VectorScan, type Neighbour } from "../model/vectorScan.ts";
import type { Clock } from "../ports.ts";

/** Reading stops to look at the clock after so many contents. */
const lookEvery = 64;

export class EmbeddingIndex {
  readonly #model: EncoderParts["model"];
  readonly #clock: Clock;
  readonly #scan: VectorScan;
  #version = -1;
  /** The last embedding that was read; their numbers only grow. */
  #lastRead = 0;
  #isComplete = false;
  /** Embedding to blob, and back. */
  readonly #blobs = new Map<number, number>();
  readonly #embeddings = new Map<number, number>();

  constructor({ model, kernel }: EncoderParts, clock: Clock) {
    this.#model = model;
    this.#clock = clock;
    this.#scan = new VectorScan(model.dimensions, kernel);
  }

  /** Embeddings that a search looks at. */
  get size(): number {
    return this.#scan.size;
  }

  get sizeBytes(): number {
    return this.#scan.sizeBytes;
  }

  /**
   * Takes in what was written since the last call, for about `budgetMs`. Returns whether all of it is in. To be
   * called inside `bank.reading`, so that chunk numbers and embeddings are of one state.
   */
  refresh(bank: MemoryBank, budgetMs: number): boolean {
    if (bank.version === this.#version && this.#isComplete) return true;
    const isOurs = bank.embeddingModel() === this.#model.id;
    if (bank.version !== this.#version)
      this.#compare(isOurs ? bank.embeddings() : new Float64Array());
    this.#version = bank.version;
    this.#isComplete = !isOurs || this.#read(bank, budgetMs);
    return this.#isComplete;
  }

  /** Returns the `k` chunks nearest to a query embedding; `group` is the blob, `idx` the chunk in it. */
  search(query: Int8Array, k: number): Neighbour[] {
    return this.#scan.search(query, k).map(({ group, ...rest }) => ({
      ...rest,
      group: this.#blobs.get(group) as number,
    }));
  }

  /** Similarity of a chunk to the query of the last search, `undefined` while it has no embedding. */
  similarity(blob: number, idx: number): number | undefined {
    const embedding = this.#embeddings.get(blob);
    return embedding === undefined ? undefined : this.#scan.similarity(embedding, idx);
  }

  /** Forgets what is not in the store any more. */
  #compare(pairs: Float64Array): void {
    this.#blobs.clear();
    this.#embeddings.clear();
    for (let i = 0; i < pairs.length; i += 2) {
      this.#blobs.set(pairs[i] as number, pairs[i + 1] as number);
      this.#embeddings.set(pairs[i + 1] as number, pairs[i] as number);
    }
    for (const embedding of [...this.#scan.keys()])
      if (!this.#blobs.has(embedding)) this.#scan.remove(embedding);
  }

  #read(bank: MemoryBank, budgetMs: number): boolean {
    const stopMs = this.#clock.elapsedMs() + budgetMs;
    let n = 0;
    for (const { embedding, vectors } of bank.vectorsAfter(this.#lastRead)) {
      if (this.#blobs.has(embedding)) this.#scan.add(embedding, vectors);
      this.#lastRead = embedding;
      if (++n % lookEvery === 0 && this.#clock.elapsedMs() > stopMs) return false;
    }
    return true;
  }
}
