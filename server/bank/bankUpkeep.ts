/** What makes the bank small and quick again: rewriting segments that are full of holes, and building the graph. */
import { asMemoryError, isDiskFull } from "../memory/database.ts";
import type { BankParts } from "./bankParts.ts";
import type { StoredChunk } from "./bankTables.ts";
import type { BankWriter } from "./bankWriter.ts";
import type { RecordPlace } from "./segmentFiles.ts";

/** A segment is rewritten when more than this share of it is dead. */
const maxDeadShare = 0.25;

export interface UpkeepOutcome {
  /** Whether there is more to do. */
  readonly more: boolean;
  /** Whether something could not be done for want of room. */
  readonly diskFull: boolean;
}

/** Works for about `budgetMs`; rewriting one segment is the smallest step. */
export async function upkeep(
  parts: BankParts,
  writer: BankWriter,
  budgetMs: number,
): Promise<UpkeepOutcome> {
  const untilMs = performance.now() + budgetMs;
  writer.eraseDead();
  writer.flush();
  for (const segment of segmentsToRewrite(parts, maxDeadShare)) {
    if (!rewriteSegment(parts, writer, segment)) return { more: true, diskFull: true };
    if (performance.now() >= untilMs) return { more: true, diskFull: false };
  }
  return { more: await parts.index.upkeep(untilMs), diskFull: false };
}

/**
 * Leaves no byte on the disk of what is gone: every segment with a hole is rewritten, and the graph is built anew by
 * the next upkeep. Returns whether there was room for it.
 */
export function compact(parts: BankParts, writer: BankWriter): boolean {
  writer.eraseDead();
  writer.flush();
  for (const segment of segmentsToRewrite(parts, 0))
    if (!rewriteSegment(parts, writer, segment)) return false;
  parts.index.rebuild();
  try {
    parts.catalogue.shrink();
    return true;
  } catch (error) {
    if (isDiskFull(error)) return false;
    throw asMemoryError(error);
  }
}

/** Segments of which more than a share is dead, the emptiest first. */
function segmentsToRewrite({ tables, segments }: BankParts, share: number): number[] {
  const live = new Map<number, number>();
  for (const { place } of tables.chunks.values())
    live.set(place.segment, (live.get(place.segment) ?? 0) + place.bytes);
  return [...segments.lengths]
    .map(([segment, length]) => ({ segment, dead: 1 - (live.get(segment) ?? 0) / length }))
    .filter(({ dead }) => !(dead <= share))
    .sort((a, b) => b.dead - a.dead || a.segment - b.segment)
    .map(({ segment }) => segment);
}

/** Copies what lives in a segment into the newest one, and removes the file. Returns false when the disk is full. */
function rewriteSegment(parts: BankParts, writer: BankWriter, segment: number): boolean {
  const { tables, segments, catalogue, content } = parts;
  const chunks = [...tables.chunks.values()]
    .filter(({ place }) => place.segment === segment)
    .sort((a, b) => a.place.offset - b.place.offset);
  const kept: StoredChunk[] = [];
  const records: Uint8Array[] = [];
  const lost: StoredChunk[] = [];
  for (const chunk of chunks) {
    const read = content.recordOf(chunk);
    if (read === undefined) lost.push(chunk);
    else {
      kept.push(chunk);
      records.push(read.bytes);
    }
  }
  if (lost.length > 0) writer.lose(lost);
  segments.leave(segment);
  const before = new Map(segments.lengths);
  const known = catalogue.segments();
  try {
    const places = segments.append(records);
    catalogue.transaction(() => {
      catalogue.setSegments(segments.lengths, known);
      kept.forEach((chunk, i) => catalogue.moveChunk(chunk.id, places[i] as RecordPlace));
      catalogue.dropSegment(segment);
    });
    kept.forEach((chunk, i) => (chunk.place = places[i] as RecordPlace));
  } catch (error) {
    segments.rollBack(before);
    if (isDiskFull(error)) return false;
    throw asMemoryError(error);
  }
  writer.skipErasing(segment);
  segments.remove(segment);
  return true;
}
