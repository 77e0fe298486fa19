import assert from "node:assert/strict";
import { test } from "node:test";
import { reordered, type Candidate } from "../../../bench/memory/rerank.ts";

const candidate = (path: string, gain: number): Candidate => ({
  place: { path },
  gain,
  foreignGain: 0,
});

test("a gain moves a place up by as much as it is worth, and what is no candidate stays last", () => {
  const reranked = {
    candidates: [candidate("a", 0), candidate("b", 1), candidate("c", 9)],
    rest: [{ path: "d" }],
    tookMs: 1,
  };
  const order = (worth: number): string =>
    reordered(reranked, ({ gain }) => worth * gain)
      .map(({ path }) => path)
      .join("");
  assert.equal(order(0), "abcd");
  assert.equal(order(0.5), "cabd");
  assert.equal(order(1_000), "cbad");
});
