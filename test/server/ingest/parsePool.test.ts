import assert from "node:assert/strict";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test } from "node:test";
import { ParsePool, type ThreadTask } from "../../../server/ingest/parsePool.ts";
import type { ParseResult } from "../../../server/ingest/parseTask.ts";
import type { Logger } from "../../../server/ports.ts";
import { grammarFolderUrl, threadEntry } from "../../../server/threads.ts";
import { functionText, quietLog, workspace } from "../workspaceMemoryHarness.ts";

const failing = new URL("../../fixtures/failingParseThread.ts", import.meta.url);

function poolOf(entry: URL, nThreads = 1, watchdogMs = 2_000, log: Logger = quietLog): ParsePool {
  const grammarFolder = fileURLToPath(grammarFolderUrl());
  return new ParsePool({ nThreads, entry, grammarFolder, watchdogMs, encoder: undefined, log });
}

function tasksOf(rootFolder: string, files: readonly string[]): ThreadTask[] {
  return files.map((file) => ({
    rootFolder,
    path: file,
    bySyntax: true,
    maxFileBytes: 1_000_000,
    included: false,
  }));
}

function outcomes(results: readonly ParseResult[]): string[] {
  return results.map((result) =>
    result.kind === "failed" ? `${result.path} ${result.reason}` : `${result.path} ${result.kind}`,
  );
}

function treeOf(files: readonly string[]): ReturnType<typeof workspace> {
  return workspace(
    Object.fromEntries(files.map((file) => [file, functionText(path.parse(file).name)])),
  );
}

describe("a parse thread that", () => {
  for (const [does, reason] of [
    ["spins", "timeout"],
    ["waits", "timeout"],
    ["exits", "crashed"],
    ["throws", "crashed"],
  ] as const) {
    test(`${does} costs that file only`, async (t) => {
      const files = ["a.ts", "b.ts", `${does}.ts`, "c.ts", "d.ts"];
      using tree = treeOf(files);
      const pool = poolOf(failing);
      t.after(() => pool.close());
      const [first, second] = await Promise.all([
        pool.run(tasksOf(tree.folder, files), undefined),
        pool.run(tasksOf(tree.folder, ["d.ts", "a.ts"]), undefined),
      ]);
      assert.deepEqual(outcomes(first), [
        "a.ts parsed",
        "b.ts parsed",
        `${does}.ts ${reason}`,
        "c.ts parsed",
        "d.ts parsed",
      ]);
      assert.deepEqual(outcomes(second), ["d.ts parsed", "a.ts parsed"]);
    });
  }

  test("fails at several files of a batch costs those, in their places", async (t) => {
    const files = ["spins1.ts", "a.ts", "throws.ts", "exits.ts", "b.ts", "waits.ts"];
    using tree = treeOf(files);
    const pool = poolOf(failing, 2);
    t.after(() => pool.close());
    assert.deepEqual(outcomes(await pool.run(tasksOf(tree.folder, files), undefined)), [
      "spins1.ts timeout",
      "a.ts parsed",
      "throws.ts crashed",
      "exits.ts crashed",
      "b.ts parsed",
      "waits.ts timeout",
    ]);
  });

  test("is given up is told with its cause, and the log names no file", async (t) => {
    const files = ["secretLooping/looping.py", "secretExits/exits.ts"];
    using tree = treeOf(files);
    const logged: object[] = [];
    const pool = poolOf(failing, 1, 2_000, {
      log: (level, _tag, message, facts) => {
        if (message === "giving up on a file") logged.push({ level, ...facts });
      },
    });
    t.after(() => pool.close());
    const results = await pool.run(tasksOf(tree.folder, files), undefined);
    assert.deepEqual(
      results.map((result) => result.kind === "failed" && result.detail),
      ["no progress for 2 s while it was chunked", "it ended a worker thread while it was read"],
    );
    const ids = logged.map((facts) => (facts as { fileId: string }).fileId);
    for (const id of ids) assert.match(id, /^[0-9a-f]{12}$/);
    assert.notEqual(ids[0], ids[1]);
    const bytes = functionText("looping").length;
    assert.deepEqual(
      logged.map((facts) => ({ ...facts, fileId: "" })),
      [
        { level: "warn", reason: "timeout", stage: "chunk", language: "python", bytes, fileId: "" },
        {
          level: "warn",
          reason: "crashed",
          stage: "read",
          language: "typescript",
          bytes: 0,
          fileId: "",
        },
      ],
    );
    assert.ok(!JSON.stringify(logged).includes("secret"));
  });

  test("never starts fails its files after a few attempts, and blames none of them", async (t) => {
    using tree = treeOf(["a.ts", "b.ts"]);
    const pool = poolOf(new URL("../../fixtures/deadParseThread.ts", import.meta.url));
    t.after(() => pool.close());
    const results = await pool.run(tasksOf(tree.folder, ["a.ts", "b.ts"]), undefined);
    assert.deepEqual(
      results.map((result) => result.kind === "failed" && result.detail),
      ["no worker thread starts", "no worker thread starts"],
    );
  });
});

test("a slow start is not held against a file", async (t) => {
  using tree = treeOf(["a.ts"]);
  const slow = new URL("../../fixtures/slowParseThread.ts", import.meta.url);
  const pool = poolOf(slow, 1, 2_000);
  t.after(() => pool.close());
  const results = await pool.run(tasksOf(tree.folder, ["a.ts"]), undefined);
  assert.deepEqual(outcomes(results), ["a.ts parsed"]);
});

test("room follows the number of threads", async (t) => {
  using tree = treeOf(["a.ts"]);
  const pool = poolOf(threadEntry("parseThread"), 1, 10_000);
  t.after(() => pool.close());
  const batch = (): Promise<readonly ParseResult[]> =>
    pool.run(tasksOf(tree.folder, ["a.ts"]), undefined);
  const work = [batch(), batch()];
  assert.equal(pool.hasRoom, false);
  pool.resize(2);
  assert.equal(pool.hasRoom, true);
  work.push(batch(), batch());
  assert.equal(pool.hasRoom, false);
  pool.resize(1);
  await Promise.all(work);
  assert.equal(pool.hasRoom, true);
  await pool.close();
  await assert.rejects(batch(), /closed/);
});
