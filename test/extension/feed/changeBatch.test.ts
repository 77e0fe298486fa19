import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ChangeBatch } from "../../../extension/feed/changeBatch.ts";
import type { FileChange } from "../../../protocol/methods.ts";
import { ManualSchedule } from "../manualSchedule.ts";

function build() {
  const clock = new ManualSchedule();
  const sent: (readonly FileChange[])[] = [];
  return { clock, sent, batch: new ChangeBatch((c) => sent.push(c), clock.schedule, 50) };
}

test("changes are sent together at most 50 ms after the first", () => {
  const { clock, sent, batch } = build();
  batch.add("/a", "created");
  clock.advance(40);
  batch.add("/b", "deleted");
  assert.deepEqual(sent, []);
  clock.advance(10);
  assert.deepEqual(sent, [
    [
      { file: "/a", kind: "created" },
      { file: "/b", kind: "deleted" },
    ],
  ]);
  clock.advance(1_000);
  assert.equal(sent.length, 1);
});

for (const [first, second, sum] of [
  ["created", "changed", "created"],
  ["created", "deleted", "deleted"],
  ["deleted", "created", "changed"],
  ["changed", "deleted", "deleted"],
  ["changed", "changed", "changed"],
] as const) {
  test(`${first} and then ${second} is ${sum}`, () => {
    const { clock, sent, batch } = build();
    batch.add("/a", first);
    batch.add("/a", second);
    clock.advance(50);
    assert.deepEqual(sent, [[{ file: "/a", kind: sum }]]);
  });
}

test("a flood is cut into messages of a thousand, and nothing is lost or sent twice", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 99 }), (n, step) => {
      const { clock, sent, batch } = build();
      for (let i = 0; i < n; i++) {
        batch.add(`/file-${i}`, "changed");
        if (i % 1_000 === step) clock.advance(1);
      }
      clock.advance(1_000);
      assert.ok(sent.every((changes) => changes.length > 0 && changes.length <= 1_000));
      const files = sent.flat().map(({ file }) => file);
      assert.equal(files.length, n);
      assert.equal(new Set(files).size, n);
    }),
    { numRuns: 30 },
  );
});

test("nothing is sent after the end", () => {
  const { clock, sent, batch } = build();
  batch.add("/a", "created");
  batch.dispose();
  clock.advance(1_000);
  assert.deepEqual(sent, []);
});
