/**
 * The quality gate: what the shipped models find on this project's own source. The floors are some five points below
 * what was measured, for the source changes; models that know nothing stay far below them.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { modelFolderUrl } from "../../../server/threads.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import { negateTrees, shuffleTable } from "./damagedModels.ts";
import { readOwnSource } from "./ownQuestions.ts";
import { measure, missesOf, type Measured } from "./qualityGate.ts";

const shipped = {
  modelFolder: fileURLToPath(modelFolderUrl("static")),
  rankerFolder: fileURLToPath(modelFolderUrl("ranker")),
};

/** Single questions change sides with every change of the source. */
const slack = 0.02;

describe("what the shipped models find", () => {
  let found: Measured;
  before(async () => {
    found = await measure(shipped, ["words", "meaning", "learned"]);
  });
  test("is asked for with enough questions", () => {
    assert.ok(readOwnSource().questions.length >= 150);
  });
  test("reaches every floor", () => {
    assert.deepEqual(missesOf(found), [], JSON.stringify(found));
  });
  test("is not worse than what words alone find", () => {
    const { learned, words } = found;
    for (const key of ["recall", "reciprocalRank"] as const)
      assert.ok((learned?.[key] ?? 0) >= (words?.[key] ?? 1) - slack, JSON.stringify(found));
  });
});

describe("a model that is damaged, with checksums that fit,", () => {
  test("misses the floor of the search by meaning when its rows are shuffled", async () => {
    using folder = temporaryFolder();
    const modelFolder = path.join(folder.path, "static");
    shuffleTable(shipped.modelFolder, modelFolder);
    const found = await measure({ ...shipped, modelFolder }, ["meaning"]);
    assert.notDeepEqual(missesOf(found), [], JSON.stringify(found));
  });
  test("misses the floor of the learned ranking when its trees are negated", async () => {
    using folder = temporaryFolder();
    const rankerFolder = path.join(folder.path, "ranker");
    negateTrees(shipped.rankerFolder, rankerFolder);
    const found = await measure({ ...shipped, rankerFolder }, ["learned"]);
    assert.notDeepEqual(missesOf(found), [], JSON.stringify(found));
  });
});
