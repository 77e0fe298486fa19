/** The learned ranking's trees: read whole or not at all, and summed as their trainer sums them. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { modelFolder } from "../../../server/model/modelFolder.ts";
import type { ModelFault } from "../../../server/model/modelFault.ts";
import { loadRankerModel, type RankerModel } from "../../../server/model/rankerModel.ts";
import type { ModelFiles } from "../../../server/model/checkedFile.ts";
import { treeParts, treeSum } from "../../../server/model/treeEnsemble.ts";
import { rankFeatureNames } from "../../../server/recall/rankFeatures.ts";
import { modelFolderUrl } from "../../../server/threads.ts";
import { rankerFiles, smallTrees, treeBytes, type NodeOf } from "./rankerFiles.ts";

function ready(files: ModelFiles, features: readonly string[] = ["a", "b"]): RankerModel {
  const outcome = loadRankerModel(files, features);
  assert.ok(outcome.kind === "ready", JSON.stringify(outcome));
  return outcome.model;
}

function faultOf(files: ModelFiles): ModelFault["kind"] {
  const outcome = loadRankerModel(files, ["a", "b"]);
  assert.ok(outcome.kind === "unavailable");
  return outcome.fault.kind;
}

function changed(idx: number, node: Partial<NodeOf>): Uint8Array {
  return treeBytes(smallTrees.map((each, i) => (i === idx ? { ...each, ...node } : each)));
}

describe("trees", () => {
  const { trees } = ready(rankerFiles(treeBytes(smallTrees)));
  test("add up to the leaves that a vector falls into; the threshold itself goes left", () => {
    assert.equal(treeSum(trees, Float64Array.of(0.5, 0)), -1.1);
    assert.equal(treeSum(trees, Float64Array.of(0.6, 2)), 0.9);
    assert.equal(treeSum(trees, Float64Array.of(0.6, 2.1)), 1.9);
    assert.equal(treeSum(trees, Float64Array.of(0, -1)), -0.7);
  });
  test("say what each feature adds, and it adds up", () => {
    for (const x of [Float64Array.of(0.5, 0), Float64Array.of(3, 9), Float64Array.of(3, -4)]) {
      const { base, parts } = treeParts(trees, x);
      const sum = parts.reduce((total, part) => total + part, base);
      assert.ok(Math.abs(sum - treeSum(trees, x)) < 1e-12);
    }
    const { parts } = treeParts(trees, Float64Array.of(0.6, 2.1));
    assert.equal(parts[0], 1.25);
  });
});

describe("a ranker's files", () => {
  const whole = treeBytes(smallTrees);
  test("give the calibration, and an id that the trees decide", () => {
    const model = ready(rankerFiles(whole));
    assert.deepEqual(model.calibration, { slope: 2, offset: -1 });
    assert.notEqual(model.id, ready(rankerFiles(changed(1, { value: -2 }))).id);
  });
  const spoiled: readonly (readonly [string, ModelFiles, ModelFault["kind"]])[] = [
    ["no manifest", { read: () => undefined, sha256: () => "" }, "missing"],
    [
      "no trees",
      rankerFiles(whole, { trees: { file: "none.bin", sha256: "0".repeat(64) } }),
      "missing",
    ],
    ["cut trees", rankerFiles(whole.slice(0, -1)), "truncated"],
    ["an empty file", rankerFiles(new Uint8Array()), "truncated"],
    ["trees of another version", rankerFiles(treeBytes(smallTrees, 2)), "otherFormat"],
    ["something else", rankerFiles(new Uint8Array(64).fill(7)), "damaged"],
    [
      "another file than was named",
      rankerFiles(whole, { trees: { file: "trees.bin", sha256: "0".repeat(64) } }),
      "damaged",
    ],
    ["a feature that is not there", rankerFiles(changed(0, { feature: 2 })), "damaged"],
    ["a node that is its own child", rankerFiles(changed(2, { left: 2 })), "damaged"],
    ["a child behind the end", rankerFiles(changed(2, { right: 8 })), "damaged"],
    ["a leaf that is no number", rankerFiles(changed(1, { value: NaN })), "damaged"],
    ["a threshold that is no number", rankerFiles(changed(0, { threshold: NaN })), "damaged"],
    ["no tree at all", rankerFiles(treeBytes([])), "damaged"],
    ["other features", rankerFiles(whole, { features: ["b", "a"] }), "otherFormat"],
    ["another kind of model", rankerFiles(whole, { kind: "static" }), "manifestInvalid"],
    [
      "a calibration upside down",
      rankerFiles(whole, { calibration: { slope: -1, offset: 0 } }),
      "manifestInvalid",
    ],
    [
      "a calibration without numbers",
      rankerFiles(whole, { calibration: { slope: "2", offset: 0 } }),
      "manifestInvalid",
    ],
  ];
  for (const [what, files, kind] of spoiled)
    test(`${what}: ${kind}`, () => {
      assert.equal(faultOf(files), kind);
    });
});

describe("the shipped ranker", () => {
  const folder = fileURLToPath(modelFolderUrl("ranker"));
  test("is there, and adds up what its trainer wrote down", () => {
    assert.ok(existsSync(folder));
    const { trees } = ready(modelFolder(folder), rankFeatureNames);
    const { vectors } = JSON.parse(readFileSync(path.join(folder, "golden.json"), "utf8")) as {
      readonly vectors: readonly { readonly vector: readonly number[]; readonly sum: number }[];
    };
    assert.ok(vectors.length >= 50);
    for (const { vector, sum } of vectors)
      assert.ok(Math.abs(treeSum(trees, Float64Array.from(vector)) - sum) < 1e-9, String(sum));
  });
});
