/** What finds the chunks of one store that are nearest to a question's embedding. */
import type { MemoryBank } from "../memory/memoryBank.ts";
import type { Neighbour } from "../model/vectorScan.ts";

/** What a search found. */
export interface Nearest {
  /** Nearest first; `group` is the blob, `idx` the chunk in it. */
  readonly neighbours: readonly Neighbour[];
  /** False when not all that the index holds could be looked at. */
  readonly isWhole: boolean;
}

/** To be called inside `bank.reading`, so that chunk numbers and embeddings are of one state. */
export interface VectorIndex {
  /** `exact`: all embeddings are looked at. `spann`: the lists nearest to the question, which lie on disk. */
  readonly kind: "exact" | "spann";
  /** Embeddings that a search can find. */
  readonly size: number;
  /** Memory that it takes. */
  readonly sizeBytes: number;
  /** Takes in what was written since the last call, for about `budgetMs`. Returns whether all of it is in. */
  refresh(bank: MemoryBank, budgetMs: number): boolean;
  /** Returns the `k` chunks nearest to a query embedding. */
  search(query: Int8Array, k: number): Nearest;
  /** Similarity of a chunk to the query of the last search, `undefined` while it has no embedding. */
  similarity(blob: number, idx: number): number | undefined;
  close(): void;
}
