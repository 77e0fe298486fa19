/** Orders of forgetting side by side, on a trace that stops at one day and goes on. */
import { whatToForget, type Forgettable } from "../../server/work/forgettingOrder.ts";
import { fadedDays } from "../../server/work/strength.ts";
import { randomNumbers } from "../../test/server/workspaceMemoryHarness.ts";
import { useTrace, type TraceRules, type UseTrace } from "./useTrace.ts";

export const dayMs = 86_400_000;
/** The day on which everything is forgotten that has no room. */
export const evictionDay = 180;
/** The days after it of which the uses are looked at. */
export const horizonDays = 14;
/** So many other courses tell how likely a use is. */
export const nFutures = 100;

/** What is known at the eviction, and what comes after it, which only the controls see. */
export interface Moment {
  readonly items: readonly Forgettable[];
  readonly totalBytes: number;
  /** Uses after the eviction of items that were there, by their index. */
  readonly later: ReadonlyMap<number, number>;
  /** Ids of the items of the topics that are worked on. */
  readonly atHand: ReadonlySet<string>;
  /** In which part of other courses of the same trace an item is used after the eviction, by its id; never 0. */
  readonly likelihood: ReadonlyMap<string, number>;
}

/** Returns the state of the trace of a seed at the eviction, with what follows. */
export function momentOf(seed: number, rules: TraceRules): Moment {
  const trace = useTrace(seed, rules);
  const topics = trace.topicsAtHand[evictionDay - 1];
  const items = itemsAt(trace);
  return {
    items,
    totalBytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
    later: usesAfter(trace, items.length),
    atHand: new Set(trace.items.filter((each) => topics?.includes(each.topic)).map(({ id }) => id)),
    likelihood: likelihoods(seed, rules, items),
  };
}

function itemsAt({ items, uses }: UseTrace): Forgettable[] {
  const state: Forgettable[] = items
    .filter(({ createdDay }) => createdDay <= evictionDay)
    .map(({ id, bytes, isPinned, createdDay }) => {
      return { id, bytes, isPinned, createdMs: createdDay * dayMs, nUses: 0 };
    });
  for (const { day, item, moreBytes } of uses) {
    const used = state[item];
    if (used === undefined || day > evictionDay) continue;
    const bytes = used.bytes + moreBytes;
    state[item] = { ...used, bytes, nUses: used.nUses + 1, lastUsedMs: day * dayMs };
  }
  return state;
}

function usesAfter({ uses }: UseTrace, nItems: number): Map<number, number> {
  const later = new Map<number, number>();
  for (const { day, item } of uses)
    if (day > evictionDay && day <= evictionDay + horizonDays && item < nItems)
      later.set(item, (later.get(item) ?? 0) + 1);
  return later;
}

function likelihoods(
  seed: number,
  rules: TraceRules,
  items: readonly Forgettable[],
): Map<string, number> {
  // What was used in none of the courses may be used all the same (Krichevsky and Trofimov's half).
  const part = 1 / (nFutures + 1);
  const likelihood = new Map(items.map(({ id }) => [id, part / 2]));
  for (let nth = 0; nth < nFutures; nth++) {
    const other = { afterDay: evictionDay, seed: 1_000_000 * (nth + 1) + seed };
    for (const item of usesAfter(useTrace(seed, rules, other), items.length).keys()) {
      const { id } = items[item] as Forgettable;
      likelihood.set(id, (likelihood.get(id) ?? 0) + part);
    }
  }
  return likelihood;
}

type Order = (moment: Moment, bytesToFree: number, seed: number) => readonly string[];
const nowMs = evictionDay * dayMs;
/** An item of a topic that is worked on counts as used so many times as often, which is best on traces of other seeds. */
const timesAtHand = 100;

/** Every order keeps what is pinned and frees as many bytes. */
export const orders = {
  "Lore: days without use, by uses and bytes": ({ items }, bytes) =>
    whatToForget(items, bytes, nowMs),
  "MemoryBank's curve": by((item) => -fadedDays(item, nowMs)),
  "the curve as MemoryBank's program has it": by(
    (item) => -fadedDays(item, nowMs) * (1 + item.nUses) ** 2,
  ),
  "the curve times the bytes": by((item) => -fadedDays(item, nowMs) * item.bytes),
  "least recently used": by(({ createdMs, lastUsedMs }) => lastUsedMs ?? createdMs),
  "first in, first out": by(({ createdMs }) => createdMs),
  "least often used": by(({ nUses }) => nUses),
  "by lot": (moment, bytes, seed) => {
    const random = randomNumbers(seed);
    return by(() => random())(moment, bytes, seed);
  },
  "Lore's order, told which topics are worked on": ({ items, atHand }, bytes) =>
    whatToForget(
      items.map((item) => ({
        ...item,
        nUses: atHand.has(item.id) ? timesAtHand * (1 + item.nUses) : item.nUses,
      })),
      bytes,
      nowMs,
    ),
  "floor: told how the trace was made": (moment, bytes, seed) =>
    by(({ id, bytes: size }) => (moment.likelihood.get(id) ?? 0) / size)(moment, bytes, seed),
  "oracle: told the later uses": (moment, bytes, seed) => {
    const used = new Set([...moment.later.keys()].map((idx) => moment.items[idx]?.id));
    return by(({ id, bytes: size }) => (used.has(id) ? 1 / size : 0))(moment, bytes, seed);
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
