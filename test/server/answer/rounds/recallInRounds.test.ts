import assert from "node:assert/strict";
import { test } from "node:test";
import { parseQuestion } from "../../../../server/recall/question.ts";
import { createHashText } from "../../../../server/recall/citation.ts";
import { questionParts } from "../../../../server/answer/rounds/questionParts.ts";
import {
  maxRounds,
  recallInRounds,
  type RoundsEnd,
  type RoundsPlan,
} from "../../../../server/answer/rounds/recallInRounds.ts";
import { filesOf, MemorySource } from "../memorySource.ts";

const hashText = await createHashText();
const nFurther = 10;

/** So many places say more of a delivery that is planned than the one that plans it. */
const decoys = Array.from(
  { length: 30 },
  (_, i) => `//- /docs/delivery${i}.ts
/** When the delivery is planned, its planned route is planned again. */
export function routeOf${i}(delivery) { return delivery.planned; }
`,
).join("");
const shop = `//- /src/submit.ts
/** Submits an order once its basket is paid. */
export function submitOrder(order, basket) {
  basket.paid = true;
  return scheduleDelivery(order);
}
//- /src/warehouse.ts
export function scheduleDelivery(parcel) {
  return slots.find((slot) => slot.isFree).take(parcel);
}
${decoys}`;

interface Asked {
  readonly question: string;
  readonly plan?: Partial<RoundsPlan>;
  /** Milliseconds that each search takes. */
  readonly searchMs?: number;
}

interface Told {
  readonly places: readonly string[];
  /** By part, what names led to and what answers it. */
  readonly covering: readonly (readonly string[])[];
  readonly lacking: readonly string[];
  readonly through: readonly string[];
  readonly nRounds: number;
  readonly end: RoundsEnd;
  /** What was searched for, by round. */
  readonly searched: readonly (readonly string[])[];
}

async function inRounds({ question, plan = {}, searchMs = 1 }: Asked): Promise<Told> {
  const source = new MemorySource(filesOf(shop), hashText);
  const parsed = parseQuestion(question);
  const first = await source.search({ query: question, limit: nFurther });
  const parts = questionParts(parsed, first.trace);
  let nowMs = 0;
  const searched: string[][] = [];
  const defaults = { parts, first, names: [], maxRounds, budgetMs: 1_000 };
  const { note, nRounds, end } = await recallInRounds(
    { ...defaults, ...plan },
    {
      search: ({ text }) => {
        nowMs += searchMs;
        searched.at(-1)?.push(text);
        return source.search({ query: text, limit: nFurther });
      },
      elapsedMs: () => nowMs,
      onRound: () => searched.push([]),
    },
  );
  const handed = note.handOut(nFurther);
  return {
    places: handed.map(({ recall }) => recall.citation.path),
    covering: parts.map((_part, i) =>
      note
        .placesOf(i)
        .flatMap(({ recall, through }) => (through === undefined ? [] : [recall.citation.path])),
    ),
    lacking: parts.flatMap((_part, i) => note.lacking(i).map(({ text }) => text)),
    through: handed.flatMap(({ through }) => through ?? []),
    nRounds,
    end,
    searched,
  };
}

const twoThings = "how does the basket submit an order, and when is the delivery planned";

test("a place that only a name in another place leads to is found, and how it was found is known", async () => {
  const one = await inRounds({ question: twoThings, plan: { maxRounds: 1 } });
  assert.ok(one.places.includes("src/submit.ts"));
  assert.ok(!one.places.includes("src/warehouse.ts"));
  const all = await inRounds({ question: twoThings });
  assert.ok(all.places.includes("src/submit.ts"));
  assert.ok(all.places.includes("src/warehouse.ts"));
  assert.deepEqual(all.through, ["scheduleDelivery"]);
  assert.deepEqual(all.covering, [[], ["src/warehouse.ts"]]);
  assert.deepEqual(all.searched[0]?.slice(0, 2), [
    "how does the basket submit an order",
    "when is the delivery planned",
  ]);
});

test("a name that a note cites is followed before the names in places", async () => {
  const names = [{ name: "scheduleDelivery", part: 0 }];
  const question = "what becomes of a paid zeppelin";
  const { searched, places } = await inRounds({ question, plan: { names } });
  assert.equal(searched[0]?.[0], "what becomes of a paid zeppelin `scheduleDelivery`");
  assert.ok(places.includes("src/warehouse.ts"));
});

test("a name that shares one word of many with a part does not answer it", async () => {
  const question =
    "how does the basket submit an order, and where do zeppelin pilots moor airships before a planned delivery route of helium";
  const { searched, covering } = await inRounds({ question });
  assert.ok(searched.flat().some((text) => text.endsWith("`scheduleDelivery`")));
  assert.deepEqual(covering, [[], []]);
});

const ends: readonly (readonly [string, Asked, RoundsEnd, number])[] = [
  ["one place says all", { question: "submit an order of a paid basket" }, "covered", 1],
  ["nothing holds any word", { question: "zeppelin moorings" }, "nothingLeft", 1],
  [
    "the parts find what was found",
    { question: "zeppelin moorings, and then airship hangars" },
    "nothingNew",
    2,
  ],
  ["as many rounds as allowed", { question: twoThings, plan: { maxRounds: 2 } }, "maxRounds", 2],
  ["no time at all", { question: twoThings, plan: { budgetMs: 0 } }, "outOfTime", 1],
  ["no time in a round", { question: twoThings, searchMs: 600 }, "outOfTime", 2],
];
for (const [name, asked, end, nRounds] of ends) {
  test(`the rounds end: ${name}`, async () => {
    const told = await inRounds(asked);
    assert.deepEqual([told.end, told.nRounds], [end, nRounds]);
  });
}

test("what no place holds is told as lacking", async () => {
  const { lacking } = await inRounds({ question: "submit the paid basket order to a zeppelin" });
  assert.deepEqual(lacking, ["zeppelin"]);
});

test("a cancelled search ends the rounds with its reason", async () => {
  const question = parseQuestion(twoThings);
  const parts = questionParts(question, {
    terms: [],
    identifiers: [],
    paths: [],
    literals: [],
    stages: [],
  });
  const reason = new Error("cancelled");
  const plan = { parts, first: { recalls: [] }, names: [], maxRounds, budgetMs: 1_000 };
  const ports = {
    search: () => Promise.reject(reason),
    elapsedMs: () => 0,
    onRound: () => undefined,
  };
  await assert.rejects(recallInRounds(plan, ports), reason);
});
