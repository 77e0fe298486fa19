import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import type { WhoWroteResult } from "../../../protocol/whoWrote.ts";
import { VersionCache } from "../../../server/history/definitionVersions.ts";
import { whoWrote } from "../../../server/history/whoWrote.ts";
import { createNodeFileSystem } from "../../../server/nodePorts.ts";
import { git, temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import { begin, commit } from "./repositories.ts";

const rules = {
  ...{ files: createNodeFileSystem(), exclude: [], include: [], maxFileBytes: 1_000_000 },
};

function ask(
  folder: string,
  file: string,
  [startLine, endLine]: readonly [number, number],
  at?: string,
  signal = new AbortController().signal,
): Promise<WhoWroteResult> {
  const context = {
    ...{ folder, rules, syntax: undefined, versions: new VersionCache(), signal },
    ...{ hashText: (text: string) => text, nowMs: () => Date.now() },
  };
  const lines = { path: file, startLine, endLine };
  return whoWrote(context, at === undefined ? lines : { ...lines, commit: at });
}

/** Author, subject and number of lines of each commit, and the lines that are not committed. */
function told(result: WhoWroteResult): unknown {
  if (result.kind !== "written") return result.kind;
  return [
    ...result.commits.map(({ commit: { author, subject }, nLines }) => [author, subject, nLines]),
    result.nNotCommitted,
  ];
}

const text = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;

test("the lines on the disk are those of the commits that wrote them, wherever they stand now", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const first = commit(root, "One\n\nBecause.", { "a.ts": text("one", "two", "three") }, "Ann");
  commit(root, "Two", { "a.ts": text("one", "2", "three") }, "Ben");
  assert.deepEqual(told(await ask(root, "a.ts", [0, 1])), [["Ann", "One", 1], 0]);
  assert.deepEqual(told(await ask(root, "a.ts", [1, 2])), [["Ben", "Two", 1], 0]);
  assert.deepEqual(told(await ask(root, "a.ts", [1, 2], first)), [["Ann", "One", 1], 0]);
  writeTree(root, { "a.ts": text("new", "new two", "one", "2", "three") });
  const moved = await ask(root, "a.ts", [2, 4]);
  assert.deepEqual(
    new Set(told(moved) as unknown[]),
    new Set([["Ben", "Two", 1], ["Ann", "One", 1], 0]),
  );
  const commits = moved.kind === "written" ? moved.commits : [];
  const ann = commits.find((each) => each.commit.author === "Ann");
  assert.equal(ann?.commit.body, "Because.");
  assert.deepEqual(told(await ask(root, "a.ts", [1, 3])), [["Ann", "One", 1], 1]);
  assert.equal(told(await ask(root, "a.ts", [0, 2])), "notCommitted");
  writeTree(root, { "b.ts": text("one") });
  assert.equal(told(await ask(root, "b.ts", [0, 1])), "notCommitted");
});

test("what is hidden, leads out, is not there or past its end is not told, and nothing configured is run", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  commit(root, "One", {
    "a.ts": text("one"),
    ".env": "KEY=1\n",
    ".gitattributes": "* filter=evil\n",
  });
  writeTree(folder.path, { "outside.ts": "x\n" });
  const ran = path.join(folder.path, "ran");
  git(root, ["config", "filter.evil.clean", `touch ${ran}; cat`]);
  git(root, ["config", "diff.evil.textconv", `touch ${ran}`]);
  git(root, ["config", "blame.ignoreRevsFile", path.join(folder.path, "none")]);
  writeTree(root, { "a.ts": text("one", "two") });
  for (const [file, lines] of [
    [".env", [0, 1]],
    ["../outside.ts", [0, 1]],
    ["none.ts", [0, 1]],
    ["a.ts", [9, 12]],
  ] as const)
    assert.equal(told(await ask(root, file, lines)), "failed", file);
  assert.deepEqual(told(await ask(root, "a.ts", [0, 2])), [["A", "One", 1], 1]);
  assert.equal(rules.files.stat(ran, false), undefined);
});

test("a cancelled question rejects", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  commit(root, "One", { "a.ts": text("one") });
  const controller = new AbortController();
  const asked = ask(root, "a.ts", [0, 1], undefined, controller.signal);
  controller.abort();
  await assert.rejects(asked, { name: "AbortError" });
});
