import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RestartBudget } from "../../../extension/memory/restartBudget.ts";

const windowMs = 180_000;

test("four restarts are allowed within three minutes and a fifth after the first is old", () => {
  let nowMs = 1_000;
  const budget = new RestartBudget(() => nowMs);
  for (let i = 0; i < 4; i++) assert.equal(budget.take(), true);
  assert.equal(budget.take(), false);
  nowMs += windowMs - 1;
  assert.equal(budget.take(), false);
  nowMs += 1;
  assert.equal(budget.take(), true);
});

test("a refused restart takes nothing and a reset gives all back", () => {
  const budget = new RestartBudget(() => 0);
  for (let i = 0; i < 10; i++) budget.take();
  assert.equal(budget.nTaken, 4);
  budget.reset();
  assert.equal(budget.take(), true);
  assert.equal(budget.nTaken, 1);
});

test("no window of three minutes ever holds more than four restarts", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 60 }), (gapsMs) => {
      let nowMs = 0;
      const budget = new RestartBudget(() => nowMs);
      const takenMs: number[] = [];
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        if (budget.take()) takenMs.push(nowMs);
        else assert.equal(takenMs.filter((ms) => nowMs - ms < windowMs).length, 4);
      }
      for (const endMs of takenMs) {
        const inWindow = takenMs.filter((ms) => ms <= endMs && endMs - ms < windowMs);
        assert.ok(inWindow.length <= 4);
      }
    }),
  );
});
