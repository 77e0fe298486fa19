/**
 * All embeddings of one store in the kernel's memory: read once, then only what is new. Embeddings by another
 * model than the given one are as if they were not there.
 */
import type { MemoryBank } from "../memory/memoryBank.ts";
import type { EncoderParts } from "../model/staticEncoder.ts";
import { VectorScan } from "../model/vectorScan.ts";
import type { Clock } from "../ports.ts";
import type { Nearest, VectorIndex } from "./vectorIndex.ts";

/** Reading stops to look at the clock after so many contents. */
const lookEvery = 64;

export class ExactIndex implements VectorIndex {
  readonly kind = "exact";
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

  get size(): number {
    return this.#scan.size;
  }

  get sizeBytes(): number {
    return this.#scan.sizeBytes;
  }

  refresh(bank: MemoryBank, budgetMs: number): boolean {
    if (bank.version === this.#version && this.#isComplete) return true;
    const isOurs = bank.embeddingModel() === this.#model.id;
    if (bank.version !== this.#version)
      this.#compare(isOurs ? bank.embeddings() : new Float64Array());
    this.#version = bank.version;
    this.#isComplete = !isOurs || this.#read(bank, budgetMs);
    return this.#isComplete;
  }

  search(query: Int8Array, k: number): Nearest {
    const neighbours = this.#scan.search(query, k).map(({ group, ...rest }) => ({
      ...rest,
      group: this.#blobs.get(group) as number,
    }));
    return { neighbours, isWhole: true };
  }

  similarity(blob: number, idx: number): number | undefined {
    const embedding = this.#embeddings.get(blob);
    return embedding === undefined ? undefined : this.#scan.similarity(embedding, idx);
  }

  /** Nothing to let go of but memory. */
  close(): void {}

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
