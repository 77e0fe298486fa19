import assert from "node:assert/strict";
import { chmodSync, existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { recentlyChanged } from "../../../server/ingest/gitPriority.ts";
import { git, temporaryFolder, writeTree } from "./treesOnDisk.ts";

function commitAll(folder: string, message: string): void {
  git(folder, ["add", "-A"]);
  git(folder, ["commit", "-q", "-m", message]);
}

test("changed files come first, then those of the newest commits", async () => {
  using folder = temporaryFolder();
  git(folder.path, ["init", "-q"]);
  writeTree(folder.path, { "old.c": "1", "gone.c": "1", "sub/space name.c": "1" });
  commitAll(folder.path, "one");
  writeTree(folder.path, { "größe.c": "1" });
  rmSync(join(folder.path, "gone.c"));
  commitAll(folder.path, "two");
  writeTree(folder.path, { "sub/space name.c": "2", "new.c": "1", "newFolder/x.c": "1" });
  const recent = await recentlyChanged(folder.path, 10);
  assert.deepEqual(recent, {
    paths: ["sub/space name.c", "new.c", "größe.c", "gone.c", "old.c"],
    problem: undefined,
  });
  assert.deepEqual((await recentlyChanged(folder.path, 2)).paths, ["sub/space name.c", "new.c"]);
});

test("below the repository's top, paths are relative to the folder", async () => {
  using folder = temporaryFolder();
  git(folder.path, ["init", "-q"]);
  writeTree(folder.path, { "top.c": "1", "a/b/one.c": "1", "a/b/two.c": "1" });
  commitAll(folder.path, "one");
  writeTree(folder.path, { "a/b/two.c": "2", "top.c": "2" });
  const recent = await recentlyChanged(join(folder.path, "a/b"), 10);
  assert.deepEqual(recent.paths, ["two.c", "one.c"]);
});

test("without a repository, a commit or a folder there is nothing, and why", async () => {
  using folder = temporaryFolder();
  assert.deepEqual(await recentlyChanged(folder.path, 10), { paths: [], problem: "noRepository" });
  assert.deepEqual(await recentlyChanged(join(folder.path, "nothing"), 10), {
    paths: [],
    problem: "noRepository",
  });
  git(folder.path, ["init", "-q"]);
  writeTree(folder.path, { "a.c": "1" });
  const young = await recentlyChanged(folder.path, 10);
  assert.deepEqual(young.paths, ["a.c"]);
  assert.notEqual(young.problem, undefined);
});

test("without git there is nothing", async () => {
  using folder = temporaryFolder();
  const path = process.env["PATH"];
  process.env["PATH"] = folder.path;
  try {
    assert.deepEqual(await recentlyChanged(folder.path, 10), { paths: [], problem: "gitMissing" });
  } finally {
    process.env["PATH"] = path;
  }
});

test("nothing that a hostile repository configures is run, and nothing is written to it", async () => {
  using folder = temporaryFolder();
  const root = join(folder.path, "root");
  const trap = join(folder.path, "trap.sh");
  const sprung = join(folder.path, "sprung");
  writeFileSync(trap, `#!/bin/sh\necho "$0" >> "${sprung}"\ncat\n`);
  chmodSync(trap, 0o755);
  writeTree(root, { "a.c": "1", ".gitattributes": "*.c filter=bad diff=bad\n" });
  git(root, ["init", "-q"]);
  commitAll(root, "one");
  for (const [name, value] of [
    ["core.fsmonitor", trap],
    ["filter.bad.clean", trap],
    ["filter.bad.smudge", trap],
    ["filter.bad.required", "true"],
    ["diff.bad.textconv", trap],
    ["diff.bad.command", trap],
    ["diff.external", trap],
    ["core.pager", trap],
    ["core.sshCommand", trap],
    ["log.showSignature", "true"],
    ["gpg.program", trap],
    ["core.hooksPath", folder.path],
  ] as const)
    git(root, ["config", name, value]);
  writeFileSync(join(folder.path, "post-index-change"), `#!/bin/sh\n${trap} < /dev/null\n`);
  chmodSync(join(folder.path, "post-index-change"), 0o755);
  writeTree(root, { "a.c": "2" });
  const index = join(root, ".git/index");
  const before = statSync(index, { bigint: true });
  assert.deepEqual(await recentlyChanged(root, 10), {
    paths: ["a.c", ".gitattributes"],
    problem: undefined,
  });
  assert.equal(existsSync(sprung), false);
  assert.equal(statSync(index, { bigint: true }).mtimeNs, before.mtimeNs);
  // The trap works: git as everybody calls it falls into it.
  git(root, ["status", "--porcelain"]);
  assert.equal(existsSync(sprung), true);
});

test("a filter that cannot be switched off keeps the working tree unasked", async () => {
  using folder = temporaryFolder();
  git(folder.path, ["init", "-q"]);
  writeTree(folder.path, { "a.c": "1" });
  commitAll(folder.path, "one");
  git(folder.path, ["config", "filter.a=b.clean", "false"]);
  writeTree(folder.path, { "b.c": "1" });
  assert.deepEqual(await recentlyChanged(folder.path, 10), {
    paths: ["a.c"],
    problem: "unsafeSettings",
  });
});
