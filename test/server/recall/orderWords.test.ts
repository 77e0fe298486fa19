import assert from "node:assert/strict";
import { test } from "node:test";
import { orderQuestion, type OrderQuestion } from "../../../server/recall/orderWords.ts";

const first = (a: string, b: string): OrderQuestion => ({ kind: "first", a, b });
const doing = (when: string): OrderQuestion => ({ kind: "doing", when });

const docs = [{ path: "docs/", isSure: true }];

const cases: readonly (readonly [question: string, asked: OrderQuestion | undefined])[] = [
  ["which came first, `load` or `save`?", first("load", "save")],
  [
    "what happened first: the rename of pool or the switch to sqlite",
    first("the rename of pool", "the switch to sqlite"),
  ],
  ["did loadPool come before savePool?", first("loadPool", "savePool")],
  ["was `a` added before `b`?", first("a", "b")],
  ["is src/a.ts older than src/b.ts?", first("src/a.ts", "src/b.ts")],
  ["which was added first, src/a.ts or src/b.ts", first("src/a.ts", "src/b.ts")],
  ["what was I doing before lunch?", doing("before lunch")],
  ["what was I doing yesterday", doing("yesterday")],
  ["what did I do on Monday?", doing("on Monday")],
  ["what did I change today", doing("today")],
  ["where did I leave off?", doing("")],
  ["what did I do today in @docs/?", { ...doing("today"), mentions: docs }],
  ["@docs/ what was I doing yesterday?", { ...doing("yesterday"), mentions: docs }],
  ["@docs/ which came first, load or save?", { ...first("load", "save"), mentions: docs }],
  ["which came first, @docs/ or load?", first("@docs/", "load")],
  ["what did I do on 8/1?", doing("on 8/1")],
  ["is open called before close?", undefined],
  ["what runs first, the parser or the lexer?", undefined],
  ["was it slow before the change?", undefined],
  ["which comes first in the list", undefined],
  [`which came first, a or ${"b".repeat(2_000)}`, undefined],
];

test("questions about the order of things are told from questions about code", () => {
  for (const [question, asked] of cases) assert.deepEqual(orderQuestion(question), asked, question);
});
