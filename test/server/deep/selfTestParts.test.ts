import assert from "node:assert/strict";
import { test } from "node:test";
import { plantedFacts } from "../../../server/deep/plantedFacts.ts";
import { shareOf } from "../../../server/deep/wilson.ts";

test("facts have names of their own, and the same seed gives the same ones", () => {
  const facts = plantedFacts(500, 3);
  assert.equal(new Set(facts.map(({ name }) => name)).size, 500);
  for (const { name, value, told, asked } of facts) {
    assert.match(value, /^[1-9]\d{3}$/);
    assert.ok(told.includes(name) && told.includes(value));
    assert.ok(asked.includes(name) && !asked.includes(value));
  }
  assert.deepEqual(plantedFacts(500, 3), facts);
  assert.notDeepEqual(plantedFacts(500, 4), facts);
});

test("intervals are Wilson's", () => {
  // Newcombe 1998, table I: 81 of 263 and 0 of 20.
  const some = shareOf(81, 263);
  assert.ok(Math.abs(some.low - 0.2553) < 1e-4 && Math.abs(some.high - 0.3662) < 1e-4);
  const none = shareOf(0, 20);
  assert.ok(none.low === 0 && Math.abs(none.high - 0.1611) < 1e-4);
  assert.deepEqual(shareOf(0, 0), { accuracy: 0, low: 0, high: 1, nAsked: 0 });
});
