/** Orders of forgetting side by side, on a trace that stops at one day and goes on. */
import { whatToForget, type Forgettable } from "../../server/work/forgettingOrder.ts";
import { fadedDays } from "../../server/work/strength.ts";
import { randomNumbers } from "../../test/server/workspaceMemoryHarness.ts";
import type { UseTrace } from "./useTrace.ts";

export const dayMs = 86_400_000;
/** The day on which everything is forgotten that has no room. */
export const evictionDay = 180;

/** What is known at the eviction, and what comes after it, which only the oracle sees. */
export interface Moment {
  readonly items: readonly Forgettable[];
  /** Uses after the eviction of items that were there, by their index. */
  readonly later: ReadonlyMap<number, number>;
  readonly totalBytes: number;
}

/** Returns the state of a trace at the eviction, with the uses of the next `days`. */
export function momentOf({ items, uses }: UseTrace, days: number): Moment {
  const known = items
    .filter(({ createdDay }) => createdDay <= evictionDay)
    .map((item) => ({
      ...{ id: item.id, bytes: item.bytes, isPinned: item.isPinned },
      ...{ createdMs: item.createdDay * dayMs, nUses: 0 },
    }));
  const state: (Forgettable & { nUses: number; lastUsedMs?: number })[] = known;
  const later = new Map<number, number>();
  for (const { day, item } of uses) {
    const used = state[item];
    if (used === undefined) continue;
    if (day > evictionDay + days) break;
    if (day > evictionDay) later.set(item, (later.get(item) ?? 0) + 1);
    else state[item] = { ...used, nUses: used.nUses + 1, lastUsedMs: day * dayMs };
  }
  return { items: state, later, totalBytes: state.reduce((sum, { bytes }) => sum + bytes, 0) };
}

type Order = (moment: Moment, bytesToFree: number, seed: number) => readonly string[];
const nowMs = evictionDay * dayMs;

/** Every order keeps what is pinned and frees as many bytes. */
export const orders = {
  "Lore: MemoryBank's curve": ({ items }, bytes) => whatToForget(items, bytes, nowMs),
  "least recently used": by(({ createdMs, lastUsedMs }) => lastUsedMs ?? createdMs),
  "first in, first out": by(({ createdMs }) => createdMs),
  "least often used": by(({ nUses }) => nUses),
  "the curve as MemoryBank's program has it": by(
    (item) => -fadedDays(item, nowMs) * (1 + item.nUses) ** 2,
  ),
  "the curve times the bytes": by((item) => -fadedDays(item, nowMs) * item.bytes),
  "by lot": (moment, bytes, seed) => {
    const random = randomNumbers(seed);
    return by(() => random())(moment, bytes, seed);
  },
  "oracle: knows the later uses": (moment, bytes, seed) => {
    const { later, items } = moment;
    const nLater = new Map(items.map(({ id }, idx) => [id, later.get(idx) ?? 0]));
    return by(({ id, bytes: size }) => ((nLater.get(id) ?? 0) > 0 ? 1 / size : 0))(
      moment,
      bytes,
      seed,
    );
  },
} as const satisfies Record<string, Order>;
export type OrderName = keyof typeof orders;

function by(worth: (item: Forgettable) => number): Order {
  return ({ items }, bytesToFree) => {
    const order = items
      .filter(({ isPinned }) => !isPinned)
      .map((item) => ({ item, worth: worth(item) }))
      .sort((a, b) => a.worth - b.worth);
    const ids: string[] = [];
    let freed = 0;
    for (const { item } of order) {
      if (freed >= bytesToFree) break;
      ids.push(item.id);
      freed += item.bytes;
    }
    return ids;
  };
}

/** Of what is used after the eviction, the shares that were forgotten: of the items, and of the uses. */
export interface Lost {
  readonly items: number;
  readonly uses: number;
}

/** Forgets down to a share of the bytes and returns what is missed. */
export function lostBy(name: OrderName, moment: Moment, budget: number, seed: number): Lost {
  const gone = new Set(orders[name](moment, (1 - budget) * moment.totalBytes, seed));
  let items = 0;
  let uses = 0;
  let allUses = 0;
  for (const [item, n] of moment.later) {
    allUses += n;
    if (!gone.has((moment.items[item] as Forgettable).id)) continue;
    items++;
    uses += n;
  }
  return { items: items / moment.later.size, uses: uses / allUses };
}
