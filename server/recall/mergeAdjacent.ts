/**
 * Joins recalled chunks of a file that follow each other: a reader wants one place, and two halves of one
 * passage take two of the ten results (contiguity, EM-LLM, Fountas et al. 2025, section 3.3).
 */

/** A scored chunk of one file by its number in the file. */
export interface ScoredChunk {
  readonly chunkIdx: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly score: number;
}

/** A run of chunks that is shown as one place; the best chunk speaks for it. */
export interface ChunkRun<Chunk extends ScoredChunk = ScoredChunk> {
  readonly first: number;
  readonly last: number;
  readonly best: Chunk;
}

/** A place is never longer than this, so that it can be read at a glance. */
const maxLines = 80;
/** A neighbour joins when it is at least this good compared with the best: learned scores fall like probabilities do. */
export const joinShares = { byHand: 0.5, learned: 0.1 } as const;

/** Returns runs in falling order of their best score; each chunk is in exactly one. */
export function mergeAdjacent<Chunk extends ScoredChunk>(
  chunks: readonly Chunk[],
  minShare: number,
): ChunkRun<Chunk>[] {
  const byIdx = new Map(chunks.map((chunk) => [chunk.chunkIdx, chunk]));
  const runs: ChunkRun<Chunk>[] = [];
  for (const best of [...chunks].sort((a, b) => b.score - a.score)) {
    if (!byIdx.delete(best.chunkIdx)) continue;
    let { startLine, endLine } = best;
    let first = best.chunkIdx;
    let last = best.chunkIdx;
    const fits = (chunk: Chunk | undefined): chunk is Chunk =>
      chunk !== undefined &&
      chunk.score >= minShare * best.score &&
      Math.max(endLine, chunk.endLine) - Math.min(startLine, chunk.startLine) <= maxLines;
    for (;;) {
      const before = byIdx.get(first - 1);
      const after = byIdx.get(last + 1);
      const next = fits(before) && (!fits(after) || before.score >= after.score) ? before : after;
      if (!fits(next)) break;
      byIdx.delete(next.chunkIdx);
      first = Math.min(first, next.chunkIdx);
      last = Math.max(last, next.chunkIdx);
      startLine = Math.min(startLine, next.startLine);
      endLine = Math.max(endLine, next.endLine);
    }
    runs.push({ first, last, best });
  }
  return runs;
}
