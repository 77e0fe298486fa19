/** What is forgotten first when the memory of the work needs more room than it has. */
import { daysUnused, type Use } from "./strength.ts";

/** Something that may be forgotten. */
export interface Forgettable extends Use {
  readonly id: string;
  readonly bytes: number;
  /** Id of what replaced it; nothing replaces a conversation. */
  readonly supersededBy?: string;
}

/** Forgetting goes on below the limit, so that not everything that is written has to make room again. */
const roomShare = 0.9;
/** Over a weekend nothing goes that was used before it, however large it is, while there is anything else. */
const recentDays = 3;
/**
 * How much later something goes for having been used more often: by a root, since uses of long ago say little of what is
 * used next. Fitted on made-up traces of seeds that `bench/results/forgetting.md` does not report.
 */
const usesExponent = 0.5;

/**
 * Returns how many of the items' bytes have to go so that a store fits into `maxBytes`, 0 or less when it does. Its tables
 * take `takenBytes`, more than the items in them, and shrink with them.
 */
export function bytesToFree(
  items: readonly Pick<Forgettable, "bytes">[],
  takenBytes: number,
  maxBytes: number,
): number {
  if (takenBytes <= maxBytes) return 0;
  const whole = items.reduce((sum, { bytes }) => sum + bytes, 0);
  return (whole * (takenBytes - roomShare * maxBytes)) / takenBytes;
}

/**
 * Returns the ids of what has to go to free so many bytes, in the order of forgetting: what was replaced before what is
 * live, then what was not used for three days before what was, and of each the most wasteful first; of two alike, the older
 * one. What is pinned never goes, nor does what replaced it, because a memory takes along what it replaced. Fewer bytes are
 * freed when no more may go. Only notes and conversations are forgotten so: the memory of code is in order of the
 * workspace, and what its ranking thinks little of stays.
 */
export function whatToForget(
  items: readonly Forgettable[],
  bytesToFree: number,
  nowMs: number,
): string[] {
  if (bytesToFree <= 0) return [];
  const kept = keptByPins(items);
  const order = items
    .filter(({ id }) => !kept.has(id))
    .map((item) => ({
      item,
      isLive: item.supersededBy === undefined,
      isRecent: daysUnused(item, nowMs) < recentDays,
      waste: wasteOf(item, nowMs),
    }))
    .sort(
      (a, b) =>
        Number(a.isLive) - Number(b.isLive) ||
        Number(a.isRecent) - Number(b.isRecent) ||
        b.waste - a.waste ||
        a.item.createdMs - b.item.createdMs,
    );
  const ids: string[] = [];
  let freed = 0;
  for (const { item } of order) {
    if (freed >= bytesToFree) break;
    ids.push(item.id);
    freed += item.bytes;
  }
  return ids;
}

/**
 * Returns how much room something takes for how likely it is to be used again: its bytes times the days without use, which
 * count less the more often it was used. As GreedyDual-Size with frequency has it for caches (Cherkasova 1998), room is
 * what is short, and for one long memory several short ones can stay. MemoryBank's curve alone loses more of what is used
 * later.
 */
function wasteOf(item: Forgettable, nowMs: number): number {
  return (item.bytes * daysUnused(item, nowMs)) / (1 + item.nUses) ** usesExponent;
}

/** Pinned ones, and those that replaced them. */
function keptByPins(items: readonly Forgettable[]): ReadonlySet<string> {
  const byId = new Map(items.map((item) => [item.id, item]));
  const kept = new Set<string>();
  for (const pinned of items.filter(({ isPinned }) => isPinned)) {
    let next: Forgettable | undefined = pinned;
    while (next !== undefined && !kept.has(next.id)) {
      kept.add(next.id);
      next = next.supersededBy === undefined ? undefined : byId.get(next.supersededBy);
    }
  }
  return kept;
}
