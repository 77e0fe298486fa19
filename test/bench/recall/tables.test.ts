import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { differenceCell, differencesOf } from "../../../bench/recall/differences.ts";
import type { EvalRepository } from "../../../bench/recall/evalSet.ts";
import type { EvalQuestion, Scores } from "../../../bench/recall/metric.ts";
import { levelTable, reproductionTable } from "../../../bench/recall/recallTables.ts";
import { kindSlices, languageSlices, repositorySlices } from "../../../bench/recall/slices.ts";
import { scoresOf, type SystemScores } from "../../../bench/recall/systemScores.ts";
import { targetTable } from "../../../bench/recall/targetTable.ts";

const questions: EvalQuestion[] = [
  { id: "d", kind: "doc", query: "q", relevant: [{ path: "a.rs", startLine: 1, endLine: 9 }] },
  { id: "c", kind: "commit", query: "q", relevant: [{ path: "b.py" }, { path: "a.rs" }] },
];
const repository: EvalRepository = {
  name: "tiny",
  treeDir: "nowhere",
  questionsFile: "nowhere",
  questions,
  knownFiles: new Set(["a.rs", "b.py"]),
};

function systemOf(name: string, scores: Record<string, Scores>): SystemScores {
  return { name, scores: new Map(Object.entries(scores)), places: new Map(), notes: [] };
}

describe("slices", () => {
  it("are all questions and each kind, and the language of the first right file", () => {
    const namesOf = (slices: readonly { name: string; ids: ReadonlySet<string> }[]): unknown =>
      slices.map(({ name, ids }) => [name, [...ids]]);
    assert.deepEqual(namesOf(kindSlices([repository])), [
      ["all", ["d", "c"]],
      ["doc", ["d"]],
      ["commit", ["c"]],
    ]);
    assert.deepEqual(namesOf(languageSlices([repository])), [
      ["rust", ["d"]],
      ["python", ["c"]],
    ]);
    assert.deepEqual(namesOf(repositorySlices([repository])), [["tiny", ["d", "c"]]]);
  });
});

describe("paired differences", () => {
  it("only count questions that both answered", () => {
    const ours = new Map<string, Scores>([
      ["x", { "mrr@10": 1 }],
      ["y", { "mrr@10": 0.5 }],
    ]);
    const theirs = new Map<string, Scores>([["x", { "mrr@10": 0.25 }]]);
    assert.deepEqual(differencesOf(["x", "y", "z"], "mrr@10", ours, theirs), [0.75]);
    assert.deepEqual(differencesOf(["x"], "span@10", ours, theirs), []);
  });

  it("say on which side of zero their interval lies", () => {
    assert.equal(differenceCell([0.5, 0.5]), "+0.500 [+0.500, +0.500] ✓");
    assert.equal(differenceCell([-0.5, -0.5]), "−0.500 [−0.500, −0.500] ✗");
    assert.equal(differenceCell([0.5, -0.5]), "+0.000 [−0.500, +0.500] ·");
    assert.equal(differenceCell([]), "–");
  });
});

describe("a system's scores", () => {
  it("say nothing of functions when it names files alone", async () => {
    const run = new Map([["d", [{ path: "a.rs", startLine: 2, endLine: 3 }]]]);
    const system = { name: "s", search: () => run };
    const whole = await scoresOf(system, [repository]);
    assert.equal(whole.scores.get("d")?.["span@10"], 1);
    assert.equal(whole.scores.get("c")?.["recall@10"], 0);
    const filesOnly = await scoresOf({ ...system, namesFilesOnly: true }, [repository]);
    assert.equal(filesOnly.scores.get("d")?.["recall@10"], 1);
    assert.equal(filesOnly.scores.get("d")?.["span@10"], undefined);
  });

  it("are none where it did not run, with the reason", async () => {
    const scored = await scoresOf({ name: "s", search: () => ({ notRun: "no model" }) }, [
      repository,
    ]);
    assert.equal(scored.scores.size, 0);
    assert.deepEqual(scored.notes, ["s was not run on tiny: no model."]);
  });
});

describe("tables", () => {
  const ours = systemOf("ours", {
    d: { "recall@10": 1, "mrr@10": 0.5, "span@10": 0.5 },
    c: { "recall@10": 0.5, "mrr@10": 1 },
  });
  const lexical = systemOf("words", {
    d: { "recall@10": 0.5, "mrr@10": 0.5, "span@10": 1 },
    c: { "recall@10": 0.5, "mrr@10": 0.5 },
  });
  const slices = kindSlices([repository]);

  it("hold targets beside levels and differences", () => {
    assert.deepEqual(targetTable(ours, lexical, slices).rows, [
      ["all, recall@10", "≥ 0.82", "0.750", "✗", "+0.250 [+0.000, +0.500] ·"],
      ["all, mrr@10", "≥ 0.62", "0.750", "✓", "+0.250 [+0.000, +0.500] ·"],
      ["doc, right function@10", "≥ 0.82", "0.500", "✗", "−0.500 [−0.500, −0.500] ✗"],
      ["commit, recall@10", "≥ 0.72", "0.500", "✗", "+0.000 [+0.000, +0.000] ·"],
    ]);
  });

  it("leave a cell open where nothing was measured", () => {
    const table = levelTable([systemOf("s", { c: { "recall@10": 0.5 } })], slices);
    assert.deepEqual(table.rows[1], ["s, doc", "0", "–", "–", "–", "–", "–", "–"]);
    assert.deepEqual(table.rows[2], ["s, commit", "1", "–", "–", "0.500", "–", "–", "–"]);
  });

  it("hold our baselines beside given scores", () => {
    const table = reproductionTable([{ own: ours, given: lexical }], slices[0]);
    assert.deepEqual(table.rows, [
      [
        "ours",
        ...[
          "0.750",
          "0.500",
          "+0.250 [+0.000, +0.500] ·",
          "0.750",
          "0.500",
          "+0.250 [+0.000, +0.500] ·",
          "0.500",
          "1.000",
          "−0.500 [−0.500, −0.500] ✗",
        ],
      ],
    ]);
  });
});
