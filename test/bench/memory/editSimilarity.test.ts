import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { editSimilarity } from "../../../bench/memory/editSimilarity.ts";

describe("the edit similarity", () => {
  for (const [a, b, expected] of [
    ["", "", 1],
    ["foo", "foo", 1],
    ["", "abcd", 0],
    ["abcd", "", 0],
    ["abc", "xyz", 0],
    ["kitten", "sitting", 1 - 3 / 7],
    ["foo(bar)", "foo(baz)", 7 / 8],
    ["foo", "foobar", 1 / 2],
  ] as const) {
    it(`of “${a}” and “${b}” is ${expected.toFixed(3)}`, () => {
      assert.equal(editSimilarity(a, b), expected);
      assert.equal(editSimilarity(b, a), expected);
    });
  }
});
