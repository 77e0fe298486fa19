/**
 * A made-up history of use: notes and turns that are written over half a year, belong to topics, and are used again as
 * topics come and go. It is made by rules, from a seed, and says nothing of how people really work: what it can show is
 * which order of forgetting fits uses that are skewed and drift.
 */
import { randomNumbers } from "../../test/server/workspaceMemoryHarness.ts";

/** A note or a turn. */
export interface TraceItem {
  readonly id: string;
  readonly topic: number;
  readonly createdDay: number;
  /** When it is written. */
  readonly bytes: number;
  readonly isPinned: boolean;
}

/** A use of an item, in the order of time. */
export interface TraceUse {
  /** With a fraction. */
  readonly day: number;
  readonly item: number;
  /** By so many bytes it grows. */
  readonly moreBytes: number;
}

export interface UseTrace {
  readonly items: readonly TraceItem[];
  readonly uses: readonly TraceUse[];
  /** The topics that are worked on at the end of each day. */
  readonly topicsAtHand: readonly (readonly number[])[];
}

export interface TraceRules {
  /** Chance that one of the topics at hand is another one the next day. */
  readonly driftPerDay: number;
  /** Exponent of Zipf's law of the uses within a topic. */
  readonly zipf: number;
  /** Part of the uses that goes to any topic, by Zipf's law over all items. */
  readonly elsewhere: number;
  /** Whether a turn is one of a conversation that is gone on with, and grows by as much as a turn with each use. */
  readonly grows: boolean;
}

export const nItems = 2_000;
const nDays = 210;
const nTopics = 40;
const nAtHand = 2;
const usesPerDay = 40;
const pinnedShare = 0.02;
/** Half of them are larger. */
const noteBytes = 200;
const turnBytes = 1_500;

/** Another course of a trace after a day. */
export interface OtherFuture {
  readonly afterDay: number;
  readonly seed: number;
}

/**
 * Returns the trace of a seed; the same seed gives the same trace. With another future the trace is the same up to the end
 * of that day, and goes on by the same rules from there.
 */
export function useTrace(
  seed: number,
  { driftPerDay, zipf, elsewhere, grows }: TraceRules,
  other?: OtherFuture,
): UseTrace {
  let next = randomNumbers(seed);
  const random = (): number => next();
  const below = (n: number): number => Math.floor(random() * n);
  const sized = (median: number): number => Math.round(median * Math.exp(gauss(random) * 0.7));
  const atHand = Array.from({ length: nAtHand }, () => below(nTopics));
  const drawn = { topic: zipfDraw(nItems, zipf, random), all: zipfDraw(nItems, zipf, random) };
  const items: TraceItem[] = [];
  const isTurn: boolean[] = [];
  const ranked = Array.from({ length: nTopics }, () => [] as number[]);
  const all: number[] = [];
  const uses: TraceUse[] = [];
  const topicsAtHand: number[][] = [];
  for (let day = 0; day < nDays; day++) {
    if (day === other?.afterDay) next = randomNumbers(other.seed);
    if (random() < driftPerDay) atHand[below(nAtHand)] = below(nTopics);
    while (items.length < (nItems * (day + 1)) / nDays) {
      // What is written is about what is at hand.
      const topic = atHand[below(nAtHand)] as number;
      const idx = items.length;
      const isNote = random() < 0.5;
      items.push({
        ...{ id: String(idx), topic, createdDay: day + random() },
        bytes: sized(isNote ? noteBytes : turnBytes),
        isPinned: isNote && random() < 2 * pinnedShare,
      });
      isTurn.push(!isNote);
      insertAnywhere(ranked[topic] as number[], idx, random);
      insertAnywhere(all, idx, random);
    }
    const times = Array.from({ length: usesPerDay }, () => day + random()).sort((a, b) => a - b);
    for (const time of times) {
      const own = ranked[atHand[below(nAtHand)] as number] as number[];
      const isElsewhere = random() < elsewhere || own.length === 0;
      const list = isElsewhere ? all : own;
      const item = list[drawn[isElsewhere ? "all" : "topic"](list.length)] as number;
      if ((items[item] as TraceItem).createdDay > time) continue;
      const moreBytes = grows && isTurn[item] === true ? sized(turnBytes) : 0;
      uses.push({ day: time, item, moreBytes });
    }
    topicsAtHand.push([...atHand]);
  }
  return { items, uses, topicsAtHand };
}

/** Draws a rank below `n` by Zipf's law. */
function zipfDraw(max: number, exponent: number, random: () => number): (n: number) => number {
  const sums = new Float64Array(max + 1);
  for (let rank = 0; rank < max; rank++)
    sums[rank + 1] = (sums[rank] as number) + (rank + 1) ** -exponent;
  return (n) => {
    const wanted = random() * (sums[n] as number);
    let low = 0;
    let high = n - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle + 1] as number) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** How much something will be used has nothing to do with when it was written. */
function insertAnywhere(list: number[], item: number, random: () => number): void {
  list.splice(Math.floor(random() * (list.length + 1)), 0, item);
}

function gauss(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
