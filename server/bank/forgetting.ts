/**
 * What goes first when the bank is full. Retention fades with age and is made firmer by each recall, as in
 * MemoryBank (Zhong et al. 2023): exp(-age / strength), where strength is one more than the number of recalls. The
 * order is by age / strength, so that nothing is lost in tiny numbers. Chunks of pinned files never go, and those
 * with a block in the short-term pool go last.
 */
import type { Block, StoredChunk } from "./bankTables.ts";

/** So much of the capacity is made free at once, since putting all in order takes its time. */
const freedShare = 0.02;

/**
 * Returns the chunks to forget so that `neededBytes` more fit, `undefined` when they do not even so.
 * `isLeaving` are those that go in any case; their bytes have to be counted by the caller.
 */
export function chunksToForget(
  chunks: Iterable<StoredChunk>,
  { clock, liveBytes, neededBytes, capacityBytes }: ForgettingNeed,
  isKept: (chunk: StoredChunk) => boolean,
  keepsPinned = true,
): StoredChunk[] | undefined {
  let excess = liveBytes + neededBytes - capacityBytes;
  if (excess <= 0) return [];
  const candidates = [...chunks]
    .filter((chunk) => !isKept(chunk) && !(keepsPinned && isPinned(chunk)))
    .map((chunk) => ({ chunk, rank: rankOf(chunk, clock) }))
    .sort((a, b) => b.rank - a.rank || a.chunk.id - b.chunk.id);
  const total = candidates.reduce((n, { chunk }) => n + chunk.place.bytes, 0);
  if (total < excess) return undefined;
  excess = Math.min(total, excess + Math.floor(capacityBytes * freedShare));
  const forgotten: StoredChunk[] = [];
  for (const { chunk } of candidates) {
    if (excess <= 0) break;
    forgotten.push(chunk);
    excess -= chunk.place.bytes;
  }
  return forgotten;
}

export interface ForgettingNeed {
  readonly clock: number;
  readonly liveBytes: number;
  readonly neededBytes: number;
  readonly capacityBytes: number;
}

/** Larger goes first. */
function rankOf({ blocks }: StoredChunk, clock: number): number {
  const fading = Math.min(...blocks.map((block) => fadingOf(block, clock)), Number.MAX_VALUE);
  return blocks.some((block) => block.isShortTerm) ? -1 / (1 + fading) : fading;
}

function fadingOf({ birth, recalls }: Block, clock: number): number {
  return (clock - birth) / (1 + recalls);
}

function isPinned({ uses }: StoredChunk): boolean {
  for (const { file } of uses) if (file.isPinned) return true;
  return false;
}
