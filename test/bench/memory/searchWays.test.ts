import assert from "node:assert/strict";
import { test } from "node:test";
import { mixed, rankOfRight } from "../../../bench/memory/searchWays.ts";
import type { EvalQuestion, ResultSpan } from "../../../bench/recall/metric.ts";

const place = (path: string, startLine = 1): ResultSpan => ({
  path,
  startLine,
  endLine: startLine + 9,
});

test("what both rankings find comes before what one finds, and the weight decides between them", () => {
  const first = [place("a"), place("b")];
  const second = [place("c"), place("b")];
  const order = (weight: number): string[] => mixed(first, second, weight).map(({ path }) => path);
  assert.deepEqual(order(0.5), ["b", "a", "c"]);
  assert.deepEqual(order(2), ["b", "c", "a"]);
  assert.deepEqual(order(0), ["a", "b", "c"]);
});

test("places of one file stay apart", () => {
  assert.equal(mixed([place("a", 1)], [place("a", 40)], 1).length, 2);
});

test("the right place is the first that overlaps the function", () => {
  const question: EvalQuestion = {
    ...{ id: "q", kind: "doc", query: "?" },
    relevant: [{ path: "a", startLine: 41, endLine: 48 }],
  };
  assert.equal(rankOfRight(question, [place("b", 41), place("a", 1), place("a", 40)]), 3);
  assert.equal(rankOfRight(question, [place("a", 1)]), Infinity);
});
