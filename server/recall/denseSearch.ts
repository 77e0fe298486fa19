/** Search by meaning: the chunks whose embeddings are nearest to the question's, for every open memory. */
import type { MeaningTrace } from "../../protocol/types.ts";
import { cosine } from "../memory/cosine.ts";
import type { MemoryBank } from "../memory/memoryBank.ts";
import type { ModelFault } from "../model/modelFault.ts";
import { StaticEncoder, type EncoderParts } from "../model/staticEncoder.ts";
import type { Neighbour } from "../model/vectorScan.ts";
import type { Clock } from "../ports.ts";
import type { TextEmbedder } from "../workServices.ts";
import { EmbeddingIndex, type LargeIndexOptions } from "./embeddingIndex.ts";
import type { Nearest, VectorIndex } from "./vectorIndex.ts";

export type DenseParts =
  | { readonly kind: "ready"; readonly parts: EncoderParts }
  | { readonly kind: "unavailable"; readonly fault: ModelFault };

/** Neighbours that become candidates. */
const nNeighbours = 100;
/**
 * A chunk that is less similar than this is like any other: a question about something else entirely has nearest
 * neighbours too, and finding them would be worse than finding nothing.
 */
const minSimilarity = 0.3;
/** Content that no file has any more is among the neighbours of a memory, so more are looked at. */
const nLookedAt = 200;
/** A question reads embeddings for so long at most; the rest comes with the next ones. */
const maxLoadMs = 250;

/** How near one memory's chunks are to a question. */
export interface DenseCandidates {
  /** Nearest first; `group` is the blob, `idx` the chunk in it. Only chunks that some file has. */
  readonly neighbours: readonly Neighbour[];
  /** Similarity of any chunk, cosine from -1 to 1; `undefined` while it has no embedding. */
  similarity(blob: number, idx: number): number | undefined;
  /** Similarity of a text that is not in the memory as it stands. */
  similarityOfText(text: string): number;
  /** The similarity that is worth nothing, and the best one there is; see `meaningOf`. */
  readonly floor: number;
  readonly top: number;
}

export class DenseSearch {
  readonly #parts: DenseParts;
  readonly #clock: Clock;
  readonly #encoder: StaticEncoder | undefined;
  readonly #large: LargeIndexOptions;
  readonly #indexes = new WeakMap<MemoryBank, EmbeddingIndex>();

  constructor(parts: DenseParts, clock: Clock, large: LargeIndexOptions) {
    this.#parts = parts;
    this.#clock = clock;
    this.#large = large;
    this.#encoder = parts.kind === "ready" ? new StaticEncoder(parts.parts) : undefined;
  }

  /** What turns texts into embeddings; `undefined` without a model. */
  get embedder(): TextEmbedder | undefined {
    return this.#encoder;
  }

  /** The static model's id, `undefined` without one. */
  get modelId(): string | undefined {
    return this.#encoder?.modelId;
  }

  /** Returns the question's embedding, `undefined` without a model or when the text holds no word. */
  embed(text: string): Int8Array | undefined {
    const query = this.#encoder?.encodeQuery(text);
    return query?.some((value) => value !== 0) === true ? query : undefined;
  }

  /**
   * Returns what is near to the question in one memory, with what could be drawn on; without a query there is
   * the trace only. To be called inside `bank.reading`.
   */
  search(
    bank: MemoryBank,
    query: Int8Array | undefined,
  ): { candidates: DenseCandidates | undefined; trace: MeaningTrace } {
    const nChunks = bank.nChunks();
    if (this.#parts.kind === "unavailable" || this.#encoder === undefined)
      return {
        candidates: undefined,
        trace: { state: "unavailable", model: "", nEmbedded: 0, nChunks, memoryBytes: 0 },
      };
    const index = this.#index(bank, this.#parts.parts);
    const isComplete = index.refresh(bank, maxLoadMs);
    const counts = {
      model: this.#encoder.modelId,
      nEmbedded: Math.min(index.size, nChunks),
      nChunks,
      memoryBytes: index.sizeBytes + this.#encoder.sizeBytes,
    };
    if (query === undefined)
      return { candidates: undefined, trace: { state: "notAsked", ...counts } };
    const nearest = index.search(query, nLookedAt);
    const isWhole = isComplete && nearest.isWhole && index.size >= nChunks;
    return {
      candidates: candidatesOf(bank, index, nearest, query, this.#encoder),
      trace: { state: isWhole ? "used" : "partly", ...counts },
    };
  }

  #index(bank: MemoryBank, parts: EncoderParts): EmbeddingIndex {
    let index = this.#indexes.get(bank);
    if (index === undefined) {
      const made = new EmbeddingIndex(parts, this.#clock, this.#large);
      bank.onClosed(() => made.close());
      this.#indexes.set(bank, made);
      index = made;
    }
    return index;
  }
}

/** Returns one trace for all memories of a question, `undefined` without any: the state is the worst of theirs. */
export function sumOfMeanings(traces: readonly MeaningTrace[]): MeaningTrace | undefined {
  const rank: readonly MeaningTrace["state"][] = ["used", "partly", "notAsked", "unavailable"];
  const worst = [...traces].sort((a, b) => rank.indexOf(b.state) - rank.indexOf(a.state))[0];
  if (worst === undefined) return undefined;
  const sum = (key: "nEmbedded" | "nChunks" | "memoryBytes"): number =>
    traces.reduce((total, trace) => total + trace[key], 0);
  return {
    ...worst,
    nEmbedded: sum("nEmbedded"),
    nChunks: sum("nChunks"),
    memoryBytes: sum("memoryBytes"),
  };
}

function candidatesOf(
  bank: MemoryBank,
  index: VectorIndex,
  nearest: Nearest,
  query: Int8Array,
  encoder: StaticEncoder,
): DenseCandidates {
  const neighbours = nearest.neighbours
    .filter(({ similarity }) => similarity >= minSimilarity)
    .filter(({ group }) => (bank.blobOfChunk(group)?.paths.length ?? 0) > 0)
    .slice(0, nNeighbours);
  return {
    neighbours,
    similarity: (blob, idx) => index.similarity(blob, idx),
    similarityOfText: (text) => cosine(encoder.encodeText(text), query),
    floor:
      (neighbours.length < nNeighbours ? undefined : neighbours.at(-1)?.similarity) ??
      minSimilarity,
    top: neighbours[0]?.similarity ?? minSimilarity,
  };
}
