/**
 * Which order of forgetting keeps what is used later, what MemoryBank's curve does for the ranking of notes, whether what
 * is pinned outlives a full store, and whether keys and tokens get into it.
 */
import { rmSync, statSync } from "node:fs";
import path from "node:path";
import { shareOf } from "../../server/deep/wilson.ts";
import { rankNotes } from "../../server/work/noteRanking.ts";
import type { StoredNote } from "../../server/work/noteStore.ts";
import { openNotes } from "../../test/server/work/noteHarness.ts";
import { letters } from "../../test/server/workspaceMemoryHarness.ts";
import { bootstrapInterval } from "../bootstrap.ts";
import type { BenchSettings } from "../settings.ts";
import { count, verdict, type Table } from "../table.ts";
import {
  dayMs,
  evictionDay,
  horizonDays,
  lostBy,
  momentOf,
  nFutures,
  orders,
  type Lost,
  type Moment,
  type OrderName,
} from "./evictionOrders.ts";
import { benchPlantedStore } from "./plantedStore.ts";
import { nItems, useTrace, type TraceRules } from "./useTrace.ts";

const nTraces = 50;
const budget = 0.1;
const maxLost = 0.05;
/** Notes of the real store, and how many of them are pinned: one in so many. */
const nStored = 800;
const pinnedEvery = 25;
const usual: TraceRules = { driftPerDay: 0.05, zipf: 1.2, elsewhere: 0.05, grows: false };
const lore: OrderName = "Lore: days without use, by uses and bytes";
const curve: OrderName = "MemoryBank's curve";
const floor: OrderName = "floor: told how the trace was made";
const oracle: OrderName = "oracle: told the later uses";
const seeds = Array.from({ length: nTraces }, (_each, idx) => idx + 1);

export async function benchForgetting(settings: BenchSettings): Promise<Table[]> {
  const moments = seeds.map((seed) => momentOf(seed, usual));
  return [
    compareOrders(moments),
    compareTraces(moments),
    compareBudgets(moments),
    rankWithStrength(),
    keepPinned(settings),
    await benchPlantedStore(settings),
  ];
}

function compareOrders(moments: readonly Moment[]): Table {
  const rows = (Object.keys(orders) as OrderName[]).map((name) => {
    const lost = moments.map((moment, idx) => lostBy(name, moment, budget, idx + 1));
    const items = lost.map((each) => each.items);
    const isControl = name !== lore;
    return [
      name,
      ...cells(items),
      ...cells(lost.map((each) => each.uses)),
      isControl ? "" : verdict(mean(items), (share) => share <= maxLost),
    ];
  });
  return {
    title: `Forgetting ${count(nItems)} notes and turns down to ${percent(budget)} of their bytes`,
    head: [
      "order",
      "used later and forgotten, of the items",
      "95 % interval",
      "of the uses",
      "95 % interval",
      `target: ≤ ${percent(maxLost)} of the items`,
    ],
    rows,
    notes: [
      `${nTraces} made-up traces (\`bench/work-memory/useTrace.ts\`): everything is forgotten on day ${evictionDay} that has no room, and the uses of the next ${horizonDays} days are looked at. All orders keep what is pinned and free as many bytes. Intervals are over the traces.`,
      `The uses follow Zipf's law within two of forty topics that come and go. The floor keeps what is most likely to be used for each of its bytes; it is told the topics, how much each item is used in them and all rules, and reckons the likelihood by ${nFutures} other courses of the same trace. What it loses is chance, above all the topics that come back: no order that does not know the future can be expected to lose noticeably less, so that the target cannot be reached here. What the oracle keeps fits into the room.`,
      "Lore's one constant for it, the root of the uses, and the weight of the topics that are told were chosen on other traces (seeds from 2001 on).",
    ],
  };
}

const traces: readonly (readonly [what: string, rules: TraceRules])[] = [
  ["topics stay 100 days", { ...usual, driftPerDay: 0.02 }],
  ["topics stay 40 days", usual],
  ["topics stay 10 days", { ...usual, driftPerDay: 0.2 }],
  ["topics stay 40 days, more skewed (Zipf 1.5)", { ...usual, zipf: 1.5 }],
  ["topics stay 40 days, less skewed (Zipf 1.0)", { ...usual, zipf: 1 }],
  ["topics stay 40 days, turns grow with their use", { ...usual, grows: true }],
];

function compareTraces(usualMoments: readonly Moment[]): Table {
  const rows = traces.map(([what, rules]) => {
    const moments = rules === usual ? usualMoments : seeds.map((seed) => momentOf(seed, rules));
    const working = moments.map(({ items, later, totalBytes }) => {
      const bytes = [...later.keys()].reduce((sum, idx) => sum + (items[idx]?.bytes ?? 0), 0);
      return bytes / totalBytes;
    });
    const lostItems = (name: OrderName): number[] =>
      moments.map((moment, idx) => lostBy(name, moment, budget, idx + 1).items);
    return [
      what,
      percent(mean(working)),
      ...cells(lostItems(lore)),
      percent(mean(lostItems(curve))),
      percent(mean(lostItems("least recently used"))),
      percent(mean(lostItems(floor))),
      percent(mean(lostItems(oracle))),
    ];
  });
  return {
    title: `The same on other traces: items used later and forgotten`,
    head: [
      "trace",
      "working set, of the bytes",
      "Lore",
      "95 % interval",
      "MemoryBank's curve",
      "least recently used",
      "floor",
      "oracle",
    ],
    rows,
    notes: [`The working set is what is used in the ${horizonDays} days.`],
  };
}

function compareBudgets(moments: readonly Moment[]): Table {
  const rows = [0.1, 0.2, 0.4, 0.6, 0.8].map((share) => {
    const lost = (name: OrderName): Lost[] =>
      moments.map((moment, idx) => lostBy(name, moment, share, idx + 1));
    const own = lost(lore);
    const items = own.map((each) => each.items);
    return [
      percent(share),
      ...cells(items),
      ...cells(own.map((each) => each.uses)),
      percent(mean(lost("least recently used").map((each) => each.items))),
      percent(mean(lost(floor).map((each) => each.items))),
      verdict(mean(items), (missed) => missed <= maxLost),
    ];
  });
  return {
    title: "How much room Lore's order needs",
    head: [
      "room, of the bytes",
      "used later and forgotten, of the items",
      "95 % interval",
      "of the uses",
      "95 % interval",
      "least recently used, items",
      "floor, items",
      `≤ ${percent(maxLost)} of the items`,
    ],
    rows,
  };
}

/** Notes are asked for by the name of their topic alone, so that only their use tells which one is meant. */
function rankWithStrength(): Table {
  const withIt: number[] = [];
  const without: number[] = [];
  let nQuestions = 0;
  for (const seed of seeds) {
    const gains: { with: number; without: number }[] = [];
    const { items, uses } = useTrace(seed, usual);
    const notes = items.map(({ id, topic, createdDay }): StoredNote => ({
      ...{ id, kind: "fact", text: `${letters(topic)} ${letters(1_000 + Number(id))}`, who: "" },
      ...{ createdMs: createdDay * dayMs, evidence: [], tags: [], links: [] },
      ...{ isPinned: false, nUses: 0 },
    }));
    for (const { day, item } of uses) {
      const used = notes[item] as StoredNote;
      if (day > evictionDay && day <= evictionDay + horizonDays) {
        const nowMs = day * dayMs;
        const topic = items[item]?.topic;
        const theirs = notes.filter(
          ({ createdMs }, idx) => items[idx]?.topic === topic && createdMs <= nowMs,
        );
        const gain = (those: readonly StoredNote[]): number => {
          const ranked = rankNotes(those, letters(topic as number), [], nowMs);
          const at = ranked.findIndex(({ note }) => note.id === used.id);
          return at < 0 || at >= 10 ? 0 : 1 / Math.log2(2 + at);
        };
        gains.push({
          with: gain(theirs),
          // What is pinned does not fade: without fading the newest comes first.
          without: gain(theirs.map((note) => ({ ...note, isPinned: true }))),
        });
      }
      notes[item] = { ...used, nUses: used.nUses + 1, lastUsedMs: day * dayMs };
    }
    nQuestions += gains.length;
    withIt.push(mean(gains.map((each) => each.with)));
    without.push(mean(gains.map((each) => each.without)));
  }
  const difference = withIt.map((each, idx) => each - (without[idx] as number));
  const row = (what: string, values: readonly number[]): string[] => {
    const { low, high } = bootstrapInterval(values);
    return [what, mean(values).toFixed(3), `${low.toFixed(3)} – ${high.toFixed(3)}`];
  };
  return {
    title: `Notes that say the same of a question, ranked with and without the curve (nDCG@10, ${count(nQuestions)} questions)`,
    head: ["", "nDCG@10", "95 % interval"],
    rows: [
      row("with the curve", withIt),
      row("without it: the newest first", without),
      row("gain, paired", difference),
    ],
    notes: [
      "The note that was used is the one that is right. On the same traces, with intervals over them, so that it shows what the curve is for, and not how much it helps anybody.",
    ],
  };
}

/** Real notes in a real store that has a tenth of the room they take. */
function keepPinned({ workDir }: BenchSettings): Table {
  const trace = useTrace(1, usual);
  const items = trace.items.slice(0, nStored);
  const lastDay = items.at(-1)?.createdDay ?? 0;
  const uses = trace.uses.filter(({ day }) => day <= lastDay);
  const isPinned = (idx: number): boolean => idx % pinnedEvery === 0;
  const textOf = (idx: number): string =>
    `${letters(idx)} ${"stands with ".repeat(Math.ceil((items[idx]?.bytes ?? 0) / 12))}${letters(5_000 + idx)}`;
  const fill = (dir: string, maxBytes: number): ReturnType<typeof openNotes> => {
    rmSync(dir, { recursive: true, force: true });
    const harness = openNotes(dir, {}, maxBytes);
    const ids = new Map<number, string>();
    let next = 0;
    const writeUntil = (day: number): void => {
      for (; next < items.length && (items[next]?.createdDay ?? 0) <= day; next++) {
        harness.nowMs = Math.round((items[next]?.createdDay ?? 0) * dayMs);
        const { note } = harness.notes.remember({ text: textOf(next), who: "", kind: "fact" });
        ids.set(next, note.id);
        if (isPinned(next)) harness.notes.pin(note.id, true);
      }
    };
    for (const { day, item } of uses) {
      writeUntil(day);
      harness.nowMs = Math.round(day * dayMs);
      const id = ids.get(item) ?? "";
      if (harness.notes.has(id)) harness.notes.use([id]);
    }
    writeUntil(Infinity);
    return harness;
  };
  const dir = path.join(workDir, "forgetting-store");
  const file = path.join(dir, "notes.sqlite");
  fill(dir, Number.MAX_SAFE_INTEGER).notes.close();
  const wholeBytes = statSync(file).size;
  const { notes } = fill(dir, budget * wholeBytes);
  const pinned = items.flatMap((_item, idx) => (isPinned(idx) ? [idx] : []));
  const isFirst = (idx: number): boolean => {
    const wish = { text: textOf(idx), kinds: [], minCoverage: 0.9, limit: 1 };
    const [best] = notes.rank(wish);
    return best !== undefined && notes.use([best.id])[0]?.text === textOf(idx);
  };
  const nFirst = pinned.filter(isFirst).length;
  const nLeft = notes.list({ all: true }).length;
  notes.close();
  const bytes = statSync(file).size;
  rmSync(dir, { recursive: true, force: true });
  const { low, high } = shareOf(nFirst, pinned.length);
  return {
    title: "A real store with a tenth of the room",
    head: ["", "measured", "95 % interval", "target", ""],
    rows: [
      ["notes written, notes left", `${count(items.length)}, ${count(nLeft)}`, "", "", ""],
      [
        "pinned notes recalled first",
        `${nFirst} of ${pinned.length}`,
        `${percent(low)} – ${percent(high)}`,
        "100 %",
        verdict(nFirst / pinned.length, (share) => share === 1),
      ],
      [
        "bytes on the disk",
        `${count(bytes)} bytes`,
        "",
        `≤ ${count(budget * wholeBytes)} bytes`,
        verdict(bytes, (size) => size <= budget * wholeBytes),
      ],
    ],
    notes: [
      "Every note is written, used and forgotten through the notes of a root, each time the store is full.",
    ],
  };
}

function cells(values: readonly number[]): [string, string] {
  const { low, high } = bootstrapInterval(values);
  return [percent(mean(values)), `${percent(low)} – ${percent(high)}`];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
