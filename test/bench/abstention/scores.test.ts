import assert from "node:assert/strict";
import { test } from "node:test";
import { fitLogistic, logLoss } from "../../../bench/abstention/logistic.ts";
import {
  auroc,
  calibrationError,
  reliability,
  repositoryInterval,
} from "../../../bench/abstention/scores.ts";
import { randomNumbers } from "../../server/workspaceMemoryHarness.ts";

test("AUROC is how often what is so has the higher score, ties counted half", () => {
  const cases: readonly (readonly [readonly number[], readonly boolean[], number])[] = [
    [[1, 2, 3, 4], [false, false, true, true], 1],
    [[1, 2, 3, 4], [true, true, false, false], 0],
    [[1, 3, 2, 4], [false, false, true, true], 0.75],
    [[5, 5, 5, 5], [false, true, false, true], 0.5],
    [[1, 2, 2], [false, false, true], 0.75],
  ];
  for (const [scores, isTrue, expected] of cases) assert.equal(auroc(scores, isTrue), expected);
  assert.ok(Number.isNaN(auroc([1, 2], [true, true])));
});

test("the calibration error is the mean gap between what is said and what is so", () => {
  assert.equal(calibrationError([1, 1, 0, 0], [true, true, false, false]), 0);
  assert.equal(calibrationError([1, 1, 1, 1], [true, true, false, false]), 0.5);
  // Two questions are 0.25 off, two are right.
  assert.equal(calibrationError([0.75, 0.75, 0, 0], [true, true, false, false]), 0.125);
  const bins = reliability([0, 0.05, 1], [true, false, true]);
  assert.deepEqual(bins[0], { n: 2, nTrue: 1, mean: 0.025 });
  assert.deepEqual(bins[9], { n: 1, nTrue: 1, mean: 1 });
});

test("an interval draws whole repositories", () => {
  const rows = ["a", "b"].flatMap((repository) =>
    [1, 2, 3].map(() => ({ repository, value: repository === "a" ? 0 : 1 })),
  );
  const mean = (drawn: readonly { readonly value: number }[]): number =>
    drawn.reduce((sum, { value }) => sum + value, 0) / drawn.length;
  assert.deepEqual(repositoryInterval(rows, mean), { low: 0, high: 1 });
});

test("logistic regression finds the weights that rows were drawn with, and leaves out what says nothing", () => {
  const random = randomNumbers(3);
  const rows = Array.from({ length: 20_000 }, () => [4 * random() - 2, 4 * random() - 2]);
  const isTrue = rows.map(([x = 0]) => random() < 1 / (1 + Math.exp(-(0.5 + 1.5 * x))));
  const [offset = 0, first = 0, second = 0] = fitLogistic(rows, isTrue, 1e-3);
  assert.ok(Math.abs(offset - 0.5) < 0.08, `offset ${offset}`);
  assert.ok(Math.abs(first - 1.5) < 0.08, `first ${first}`);
  assert.ok(Math.abs(second) < 0.05, `second ${second}`);
  const held = fitLogistic(rows, isTrue, 1e6);
  assert.ok(Math.abs(held[1] ?? 1) < 0.05, "a ridge pulls weights to 0");
});

test("the log loss of a coin is one bit", () => {
  assert.ok(Math.abs(logLoss([0, 0], [true, false]) - Math.LN2) < 1e-12);
  assert.ok(logLoss([5, -5], [true, false]) < 0.01);
});
