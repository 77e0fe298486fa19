import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  bytesToFree,
  whatToForget,
  type Forgettable,
} from "../../../server/work/forgettingOrder.ts";
import { strength, type Use } from "../../../server/work/strength.ts";
import { dayMs } from "./noteHarness.ts";

const nowMs = 1_000 * dayMs;
const use = (fields: Partial<Use>): Use => ({
  ...{ createdMs: nowMs - 10 * dayMs, nUses: 0, isPinned: false },
  ...fields,
});
const ago = (days: number): number => nowMs - days * dayMs;

const strengths: readonly (readonly [what: string, use: Use, strength: number])[] = [
  ["never used, e^(-10/5)", use({}), Math.exp(-2)],
  ["used once, five days ago, e^(-5/10)", use({ nUses: 1, lastUsedMs: ago(5) }), Math.exp(-0.5)],
  ["used nine times, e^(-10/50)", use({ nUses: 9 }), Math.exp(-0.2)],
  ["pinned", use({ isPinned: true }), 1],
  ["of tomorrow", use({ createdMs: ago(-1) }), 1],
];
for (const [what, given, expected] of strengths)
  test(`what is left of a memory: ${what}`, () =>
    assert.ok(Math.abs(strength(given, nowMs) - expected) < 1e-12));

test("what is used more often fades later, whatever its age", () => {
  const days = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(days, fc.nat(1_000), (age, nUses) => {
      const createdMs = ago(age);
      const once = strength(use({ createdMs, nUses }), nowMs);
      assert.ok(strength(use({ createdMs, nUses: nUses + 1 }), nowMs) >= once);
    }),
  );
});

const item = (id: string, fields: Partial<Forgettable> = {}): Forgettable => ({
  ...use({ createdMs: ago(20) }),
  ...{ id, bytes: 10 },
  ...fields,
});
const orders: readonly (readonly [
  what: string,
  items: readonly Forgettable[],
  bytes: number,
  ids: readonly string[],
])[] = [
  ["nothing when there is room", [item("a")], 0, []],
  [
    "what was used least first",
    [item("a", { nUses: 3 }), item("b"), item("c", { nUses: 1 })],
    20,
    ["b", "c"],
  ],
  [
    "what was not used for long first",
    [
      item("a"),
      item("b", { createdMs: ago(40) }),
      item("c", { createdMs: ago(90), lastUsedMs: ago(10) }),
    ],
    20,
    ["b", "a"],
  ],
  [
    "one that is large before smaller ones that were not used for longer",
    [item("a", { bytes: 10, createdMs: ago(90) }), item("b", { bytes: 100 }), item("c")],
    50,
    ["b"],
  ],
  [
    "nothing that was used in the last three days before what was not, however large",
    [item("a", { bytes: 100_000, lastUsedMs: ago(2.9) }), item("b", { nUses: 99 }), item("c")],
    30,
    ["c", "b", "a"],
  ],
  ["no more than needed", [item("a"), item("b", { nUses: 1 })], 5, ["a"]],
  [
    "of two alike the older one",
    [item("a", { lastUsedMs: ago(20), createdMs: ago(21) }), item("b")],
    5,
    ["a"],
  ],
  [
    "what was replaced before what is live, however strong",
    [item("a"), item("b", { nUses: 99, supersededBy: "c" }), item("c", { nUses: 99 })],
    20,
    ["b", "a"],
  ],
  ["never what is pinned", [item("a", { isPinned: true }), item("b", { nUses: 99 })], 1_000, ["b"]],
  [
    "never what replaced a pinned one, for it takes that along",
    [
      item("a", { isPinned: true, supersededBy: "b" }),
      item("b", { supersededBy: "c" }),
      item("c"),
      item("d"),
    ],
    1_000,
    ["d"],
  ],
];
for (const [what, items, bytes, ids] of orders)
  test(`forgets ${what}`, () => assert.deepEqual(whatToForget(items, bytes, nowMs), ids));

test("a store that is full makes a tenth of room, and one that is not makes none", () => {
  const items = [{ bytes: 400 }, { bytes: 400 }];
  assert.equal(bytesToFree(items, 1_000, 1_000), 0);
  // A fifth of the file is tables: of the 1,100 bytes above 900 four fifths are the items'.
  assert.equal(bytesToFree(items, 2_000, 1_000), 440);
});
