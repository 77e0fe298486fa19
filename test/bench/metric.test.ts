import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bootstrapInterval, MersenneTwister } from "../../bench/bootstrap.ts";
import { mean, score, type EvalQuestion, type ResultSpan } from "../../bench/recall/metric.ts";
import { percentile, toMarkdown, verdict } from "../../bench/table.ts";

const commit: EvalQuestion = {
  id: "c",
  kind: "commit",
  query: "q",
  relevant: [{ path: "a" }, { path: "b" }],
};
const doc: EvalQuestion = {
  id: "d",
  kind: "doc",
  query: "q",
  relevant: [{ path: "a", startLine: 101, endLine: 110 }],
};
const known = new Set(["a", "b", "c", "d"]);
const at = (path: string, startLine?: number, endLine?: number): ResultSpan => ({
  path,
  ...(startLine === undefined ? {} : { startLine }),
  ...(endLine === undefined ? {} : { endLine }),
});

describe("the metric", () => {
  it("counts files once, and only those that the set knows", () => {
    const scores = score(commit, [at("x"), at("c", 1, 2), at("c", 5, 9), at("b"), at("a")], known);
    assert.equal(scores["recall@1"], 0);
    assert.equal(scores["recall@5"], 1);
    assert.equal(scores["mrr@10"], 1 / 2);
    const gained = 1 / Math.log2(3) + 1 / Math.log2(4);
    assert.equal(scores["ndcg@10"], gained / (1 + 1 / Math.log2(3)));
    assert.equal(scores["span@10"], undefined);
  });

  it("gives nothing for no results and for a file behind the tenth", () => {
    const many = Array.from({ length: 12 }, (_, idx) => `f${idx}`);
    const files = new Set([...many, "a"]);
    const late = score(doc, [...many.map((file) => at(file)), at("a", 101, 110)], files);
    for (const scores of [late, score(doc, [], known)]) {
      for (const value of Object.values(scores)) assert.equal(value, 0);
    }
  });

  for (const [name, span, expected] of [
    ["the function itself", at("a", 101, 110), 1],
    ["half of it", at("a", 106, 200), 1],
    ["less than half of it", at("a", 107, 200), 0],
    ["a few lines inside", at("a", 103, 104), 1],
    ["half of a short span", at("a", 99, 102), 1],
    ["lines beside it", at("a", 90, 100), 0],
    ["the same lines of another file", at("b", 101, 110), 0],
    ["400 lines around it", at("a", 100, 499), 1],
    ["more than that", at("a", 100, 500), 0],
    ["a whole file without lines", at("a"), 0],
  ] as const) {
    it(`for the right function: ${name}`, () => {
      assert.equal(score(doc, [span], known)["span@10"], expected);
    });
  }

  it("looks for the right function among the first ten places, not files", () => {
    const others = Array.from({ length: 10 }, (_, idx) => at("b", idx * 10 + 1, idx * 10 + 9));
    const scores = score(doc, [...others, at("a", 101, 110)], known);
    assert.equal(scores["span@10"], 0);
    assert.equal(scores["recall@5"], 1);
  });
});

describe("the interval", () => {
  it("draws the same random numbers as Python", () => {
    const random = new MersenneTwister(1);
    assert.equal(random.next(), 0.13436424411240122);
    assert.equal(random.next(), 0.8474337369372327);
    for (let idx = 0; idx < 1_000; idx++) random.next();
    assert.equal(random.next(), 0.19531058823852132);
  });

  it("is the one that the set's script gives", () => {
    assert.deepEqual(bootstrapInterval([0, 1, 0.5, 0.25, 0, 1, 1, 0.1]), {
      low: 0.19375000000000003,
      high: 0.78125,
    });
  });
});

describe("numbers in tables", () => {
  it("percentiles are values that were measured", () => {
    assert.equal(percentile([3, 1, 2], 0.5), 2);
    assert.equal(percentile([1, 2, 3, 4], 0.95), 4);
    assert.ok(Number.isNaN(percentile([], 0.5)));
    assert.equal(mean([1, 2]), 1.5);
  });

  it("a target that was not measured is neither met nor missed", () => {
    assert.equal(
      verdict(NaN, () => true),
      "not measured",
    );
    assert.equal(
      verdict(2, (value) => value < 1),
      "✗",
    );
  });

  it("tables keep their columns whatever a cell holds", () => {
    const table = toMarkdown({ title: "t", head: ["a", "b"], rows: [["x|y", "1"]] });
    assert.equal(table, "## t\n\n| a | b |\n|---|--:|\n| x\\|y | 1 |\n");
  });
});
