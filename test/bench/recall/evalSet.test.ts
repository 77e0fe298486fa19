import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import {
  readEvalSet,
  readGivenScores,
  type EvalRepository,
} from "../../../bench/recall/evalSet.ts";
import { keptRuns } from "../../../bench/recall/runCache.ts";
import { parseRun, runText } from "../../../bench/recall/runFile.ts";

const root = mkdtempSync(path.join(tmpdir(), "lore-eval-set-"));
const evalDir = path.join(root, "eval");
const treesDir = path.join(root, "trees");
const question = { id: "q", kind: "commit", query: "why", relevant: [{ path: "a.ts" }] };

beforeEach(() => {
  rmSync(root, { recursive: true });
  mkdirSync(evalDir, { recursive: true });
  mkdirSync(path.join(treesDir, "tiny.tree"), { recursive: true });
  writeFileSync(path.join(evalDir, "tiny.jsonl"), `${JSON.stringify(question)}\n`);
  writeFileSync(path.join(evalDir, "tiny.manifest.json"), JSON.stringify({ files: ["a.ts"] }));
  writeFileSync(path.join(treesDir, "tiny.tree", "a.ts"), "text");
});
after(() => rmSync(root, { recursive: true }));

function onlyRepository(): EvalRepository {
  const [repository] = readEvalSet(evalDir, treesDir);
  assert.ok(repository !== undefined);
  return repository;
}

describe("an evaluation set", () => {
  it("is read with its questions and files", () => {
    const { name, questions, knownFiles } = onlyRepository();
    assert.deepEqual([name, questions, [...knownFiles]], ["tiny", [question], ["a.ts"]]);
    assert.equal(readGivenScores(evalDir), undefined);
  });

  it("without questions or without a tree is refused in a sentence", () => {
    assert.throws(() => readEvalSet(treesDir, treesDir), /holds no questions/);
    assert.throws(() => readEvalSet(evalDir, root), /tiny\.tree is missing/);
  });
});

describe("a run as a file", () => {
  it("comes back as it was", () => {
    const run = new Map([
      ["q", [{ path: "a.ts", startLine: 1, endLine: 2 }, { path: "b.ts" }]],
      ["r", []],
    ]);
    assert.deepEqual(parseRun(runText(run)), run);
  });
});

describe("runs of baselines", () => {
  const kept = path.join(root, "kept");
  const run = new Map([["q", [{ path: "a.ts" }]]]);
  let nSearches = 0;
  const system = keptRuns(
    {
      name: "s",
      search: () => {
        nSearches++;
        return run;
      },
    },
    kept,
  );
  beforeEach(() => (nSearches = 0));

  it("are kept while the set stays the same", async () => {
    assert.deepEqual(await system.search(onlyRepository()), run);
    assert.deepEqual(await system.search(onlyRepository()), run);
    assert.equal(nSearches, 1);
  });

  it("are made again when a file has changed", async () => {
    await system.search(onlyRepository());
    writeFileSync(path.join(treesDir, "tiny.tree", "a.ts"), "other");
    await system.search(onlyRepository());
    assert.equal(nSearches, 2);
  });

  it("leave nothing behind when there was none", async () => {
    const absent = keptRuns({ name: "s", search: () => ({ notRun: "no model" }) }, kept);
    assert.deepEqual(await absent.search(onlyRepository()), { notRun: "no model" });
    assert.deepEqual(readdirSync(root).toSorted(), ["eval", "trees"]);
  });
});
