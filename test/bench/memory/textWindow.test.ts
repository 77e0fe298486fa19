import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BlockSearch, windowWithTexts } from "../../../bench/memory/textWindow.ts";

const of = (...tokens: number[]): Uint16Array => Uint16Array.from(tokens);

describe("text in the window", () => {
  it("stands between header and question, the best nearest to the question", () => {
    const window = windowWithTexts(of(1), [of(10, 11), of(20)], of(2, 3), 100);
    assert.deepEqual([...window], [1, 20, 10, 11, 2, 3]);
  });

  it("loses the end of what does not fit, and what comes after it", () => {
    const window = windowWithTexts(of(1), [of(10, 11), of(20, 21), of(30)], of(2, 3), 6);
    assert.deepEqual([...window], [1, 20, 10, 11, 2, 3]);
  });

  it("leaves the end of a question that alone is too long", () => {
    assert.deepEqual([...windowWithTexts(of(1), [of(10)], of(2, 3, 4, 5), 3)], [1, 4, 5]);
  });
});

describe("the search in blocks", () => {
  const search = new BlockSearch([
    { fileId: "a", text: "openLedger reads a ledger" },
    { fileId: "b", text: "the weather is fine" },
    { fileId: "c", text: "a ledger" },
  ]);

  it("finds the block with the rarest words first, and nothing without common words", () => {
    assert.deepEqual(
      search.find("openLedger", 5).map(({ fileId }) => fileId),
      ["a", "c"],
    );
    assert.deepEqual(search.find("nothing", 5), []);
  });

  it("leaves a file out, and stops at the limit", () => {
    assert.deepEqual(
      search.find("openLedger", 5, "a").map(({ fileId }) => fileId),
      ["c"],
    );
    assert.equal(search.find("openLedger", 1).length, 1);
  });
});
