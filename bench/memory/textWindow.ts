/** Plain search as a memory: the text of the best blocks stands in front of the question, in one window with it. */
import type { TextUnit } from "../recall/baselines/sourceTree.ts";
import { Bm25Index } from "../recall/baselines/bm25.ts";

/**
 * Returns header, texts and question, at most `room` tokens together. Texts are given best first and stand in the
 * other order, so that the best one is nearest to the question; one that does not fit whole loses its end. The
 * question loses its beginning when it alone does not fit.
 */
export function windowWithTexts(
  header: Uint16Array,
  texts: readonly Uint16Array[],
  question: Uint16Array,
  room: number,
): Uint16Array {
  const asked = question.subarray(Math.max(0, question.length - (room - header.length)));
  let left = room - header.length - asked.length;
  const chosen: Uint16Array[] = [];
  for (const text of texts) {
    if (left === 0) break;
    const part = text.subarray(0, left);
    chosen.unshift(part);
    left -= part.length;
  }
  return Uint16Array.of(...header, ...chosen.flatMap((part) => [...part]), ...asked);
}

/** A block of a file as text. */
export interface TextBlock {
  readonly fileId: string;
  readonly text: string;
}

/** Finds blocks by their words: Okapi BM25, as in the benchmark of recall. */
export class BlockSearch {
  readonly #index: Bm25Index;
  readonly #blocks = new Map<TextUnit, TextBlock>();

  constructor(blocks: readonly TextBlock[]) {
    for (const [idx, block] of blocks.entries())
      this.#blocks.set({ path: block.fileId, startLine: idx, endLine: idx }, block);
    this.#index = new Bm25Index(
      [...this.#blocks.keys()],
      (unit) => this.#blocks.get(unit)?.text ?? "",
    );
  }

  /** Returns blocks that share words with the question, best first, at most `limit`, none of the file `without`. */
  find(question: string, limit: number, without?: string): TextBlock[] {
    // A file has few blocks, so that enough of others remain.
    return this.#index
      .search(question, limit * 20)
      .flatMap((unit) => this.#blocks.get(unit) ?? [])
      .filter(({ fileId }) => fileId !== without)
      .slice(0, limit);
  }
}
