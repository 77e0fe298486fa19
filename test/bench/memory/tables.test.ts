import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { evenShares } from "../../../bench/memory/evenShares.ts";
import { readMemorySettings } from "../../../bench/memory/memorySettings.ts";
import { differenceOverGroups, meanOverGroups, percent } from "../../../bench/memory/numbers.ts";
import { perplexityTable } from "../../../bench/memory/perplexity.ts";

describe("means over repositories", () => {
  it("weigh each repository the same, and leave out those without places", () => {
    assert.match(meanOverGroups([[1, 1, 1, 1], [0], []]), /^50\.0 % \[/);
    assert.equal(meanOverGroups([[], []]), "–");
    assert.equal(percent(NaN), "–");
  });

  it("are compared in pairs", () => {
    const better = [
      [1, 0],
      [1, 1],
    ];
    const worse = [
      [0, 0],
      [1, 0],
    ];
    assert.equal(differenceOverGroups(better, worse), "+50.0 [+50.0, +50.0] ✓");
    assert.equal(differenceOverGroups(worse, better), "−50.0 [−50.0, −50.0] ✗");
    assert.equal(differenceOverGroups(worse, worse), "+0.0 [+0.0, +0.0] ·");
    assert.equal(differenceOverGroups([[]], [[]]), "–");
  });
});

describe("even shares", () => {
  it("take what is missing from those that have more", () => {
    assert.deepEqual(evenShares([1, 10, 10], 12), [1, 6, 5]);
    assert.deepEqual(evenShares([2, 3], 100), [2, 3]);
    assert.deepEqual(evenShares([5, 0], 0), [0, 0]);
    assert.deepEqual(evenShares([], 3), []);
  });
});

describe("the perplexity's file", () => {
  const figure = { nll: 2, perplexity: 7.389, difference: -0.5, low: -0.6, high: -0.4 };
  const none = { nll: 2.5, perplexity: 12.18, difference: 0, low: 0, high: 0 };
  const group = { tokens: 1_234, repositories: 3, conditions: { none, retrieved: figure } };

  function tableOf(content: unknown): ReturnType<typeof perplexityTable> {
    const folder = mkdtempSync(path.join(tmpdir(), "perplexity-"));
    const file = path.join(folder, "e1.json");
    writeFileSync(file, JSON.stringify(content));
    try {
      return perplexityTable(file);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("becomes rows, with how much the loss changes", () => {
    assert.deepEqual(tableOf({ summary: { "defined 2-5": group } }).rows, [
      ["identifiers defined in another file 2-5", "1,234", "none", "2.500", "12.18", "", ""],
      [
        ...[
          "identifiers defined in another file 2-5",
          "1,234",
          "recalled, by keys and names",
          "2.000",
          "7.39",
        ],
        ...["−0.500 [−0.600, −0.400]", "−20.0 %"],
      ],
    ]);
  });

  for (const wrong of [
    null,
    [],
    {},
    { summary: { all: {} } },
    { summary: { all: { ...group, conditions: { none: 1 } } } },
  ])
    it(`is refused when it is ${JSON.stringify(wrong).slice(0, 40)}`, () => {
      assert.throws(() => tableOf(wrong), /is not what evaluate_bank\.py writes/);
    });
});

describe("the sizes", () => {
  it("are whole numbers above 0", () => {
    assert.equal(readMemorySettings({ tokens: "16384" }, []).tokens, 16_384);
    for (const tokens of ["0", "-1", "1.5", "many"])
      assert.throws(() => readMemorySettings({ tokens }, []), /--tokens takes a whole number/);
  });
});
