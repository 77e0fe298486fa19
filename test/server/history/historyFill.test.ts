import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { git, temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";
import { plantSecrets } from "../secrets/plantedSecrets.ts";
import { begin, commit, filled } from "./repositories.ts";

test("commits are remembered newest first with files, renames and touched definitions", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const first = commit(root, "Begin\n\nBecause we must.\nReally.\n", {
    "a.ts": "export function load(n: number) {\n  return n;\n}\n",
  });
  const second = commit(
    root,
    "Load twice",
    { "a.ts": "export function load(n: number) {\n  return n * 2;\n}\n\nfunction save() {}\n" },
    "Béa",
  );
  git(root, ["mv", "a.ts", "b.ts"]);
  const third = commit(root, "Rename", {});
  using history = await filled(root, path.join(folder.path, "store"));
  assert.deepEqual(history.outcome, { kind: "current" });
  const { reader } = history;
  assert.deepEqual(
    reader
      .changesOfPath("b.ts", 10)
      .map(({ commit: { hash, author }, status, path: at }) => [hash, author, status, at]),
    [
      [third, "A", "R", "b.ts"],
      [second, "Béa", "M", "a.ts"],
      [first, "A", "A", "a.ts"],
    ],
  );
  assert.equal(reader.commit(first.slice(0, 10))?.body, "Because we must.\nReally.");
  assert.deepEqual(
    reader.touchesOf("load", 10).map(({ hash, kind }) => [hash, kind]),
    [
      [second, "changed"],
      [first, "added"],
    ],
  );
  assert.deepEqual(
    reader.search("twice", 5).map(({ hash }) => hash),
    [second],
  );
  assert.deepEqual(
    reader.search("save", 5).map(({ hash }) => hash),
    [second],
  );
  const { oldestSeconds: _oldest, ...extent } = reader.extent();
  assert.deepEqual(extent, {
    ...{ head: third, nCommits: 3, nWithoutSymbols: 0, isWhole: true },
    ...{ nInRepository: 3, isShallow: false },
  });
});

test("keys and tokens in messages are masked before they are kept", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  const store = path.join(folder.path, "store");
  begin(root);
  const planted = plantSecrets(50, randomNumbers(7));
  const body = planted.map(({ text }) => text).join("\n");
  const hash = commit(root, `Take the key away\n\n${body}\n`, { "a.c": "int a;\n" });
  using history = await filled(root, store);
  const kept = history.reader.commit(hash)?.body ?? "";
  assert.match(kept, /\[secret: /);
  const bytes = readdirSync(store)
    .map((name) => readFileSync(path.join(store, name), "latin1"))
    .join("");
  for (const { kind, secret } of planted) assert.ok(!bytes.includes(secret), kind);
});

test("what is no longer reachable is forgotten, what is new is added, and only so many are kept", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  const store = path.join(folder.path, "store");
  begin(root);
  const one = commit(root, "one", { "a.c": "int one(void) {\n  return 1;\n}\n" });
  const two = commit(root, "two", { "b.c": "int two(void) {\n  return 2;\n}\n" });
  (await filled(root, store))[Symbol.dispose]();
  git(root, ["commit", "-q", "--amend", "-m", "another two"]);
  const amended = git(root, ["rev-parse", "HEAD"]).trim();
  const three = commit(root, "three", { "a.c": undefined });
  using history = await filled(root, store);
  assert.equal(history.reader.commit(two), undefined);
  assert.deepEqual(
    history.reader.touchesOf("two", 9).map(({ hash }) => hash),
    [amended],
  );
  assert.deepEqual(
    history.reader.search("two", 9).map(({ hash }) => hash),
    [amended],
  );
  assert.deepEqual(
    [three, amended, one].map((hash) => history.reader.commit(hash)?.position),
    [0, 1, 2],
  );
  using less = await filled(root, store, { maxCommits: 2 });
  assert.equal(less.reader.commit(one), undefined);
  assert.deepEqual([less.reader.extent().nCommits, less.reader.extent().isWhole], [2, false]);
});

test("a reading that was interrupted goes on where it was", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  const store = path.join(folder.path, "store");
  begin(root);
  for (let n = 0; n < 3; n++) commit(root, `step ${n}`, { "a.py": `def f():\n    return ${n}\n` });
  const controller = new AbortController();
  const stop = filled(root, store, {
    signal: controller.signal,
    progress: () => controller.abort(new Error("stopped")),
  });
  await assert.rejects(stop, /stopped/);
  const steps: string[] = [];
  using history = await filled(root, store, { progress: (of) => steps.push(of) });
  assert.deepEqual(steps, ["symbols"]);
  assert.equal(history.reader.touchesOf("f", 9).length, 3);
});

test("of a subfolder only its own files and commits are remembered", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const inside = commit(root, "inside", { "sub/a.rs": "fn a() {}\n", "top.rs": "fn top() {}\n" });
  commit(root, "outside", { "top.rs": "fn top() { }\n" });
  using history = await filled(path.join(root, "sub"), path.join(folder.path, "store"), {
    prefix: "sub/",
  });
  assert.deepEqual(
    history.reader.changesBelow("", 0, 9).map(({ commit: { hash }, path: at }) => [hash, at]),
    [[inside, "a.rs"]],
  );
  assert.equal(history.reader.touchesOf("top", 9).length, 0);
  assert.equal(history.reader.touchesOf("a", 9).length, 1);
});

test("messages, names and paths that try to be something else stay what they are", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const hash = commit(
    root,
    `\x01${"a".repeat(40)} \x1b[31m:100644 100644 ${"b".repeat(40)} ${"b".repeat(40)} M\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n+function evil() {}\n`,
    { 'od"d\n\tname.js': "function odd() {}\n-- a/b\n++ b/b\n@@ -1 +1 @@\n" },
    "Ma\u202Elory",
  );
  using history = await filled(root, path.join(folder.path, "store"));
  const [change] = history.reader.changesOf(hash);
  assert.equal(change?.path, 'od"d\n\tname.js');
  assert.equal(change.commit.author, "Malory");
  assert.ok(!/[\x00-\x09\x0b-\x1f]/.test(change.commit.subject + change.commit.body));
  assert.equal(history.reader.touchesOf("evil", 9).length, 0);
  assert.deepEqual(
    history.reader.touchesOf("odd", 9).map((touch) => touch.path),
    [change.path],
  );
});

test("nothing that a hostile repository configures is run", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  const trap = path.join(folder.path, "trap.sh");
  const sprung = path.join(folder.path, "sprung");
  begin(root);
  commit(root, "one", {
    "a.c": "int a(void) {\n  return 1;\n}\n",
    ".gitattributes": "*.c diff=bad filter=bad\n",
  });
  commit(root, "two", { "a.c": "int a(void) {\n  return 2;\n}\n" });
  writeFileSync(trap, `#!/bin/sh\necho "$0" >> "${sprung}"\ncat\n`);
  chmodSync(trap, 0o755);
  for (const [name, value] of [
    ["core.fsmonitor", trap],
    ["core.pager", trap],
    ["core.sshCommand", trap],
    ["core.hooksPath", folder.path],
    ["diff.external", trap],
    ["diff.bad.command", trap],
    ["diff.bad.textconv", trap],
    ["filter.bad.smudge", trap],
    ["gpg.program", trap],
    ["log.showSignature", "true"],
    ["log.follow", "true"],
    ["alias.log", `!${trap}`],
    ["color.ui", "always"],
    ["diff.noprefix", "true"],
    ["format.pretty", "oneline"],
    ["remote.origin.url", `ext::${trap}`],
    ["remote.origin.promisor", "true"],
    ["extensions.partialClone", "origin"],
  ] as const)
    git(root, ["config", name, value]);
  using history = await filled(root, path.join(folder.path, "store"));
  assert.deepEqual(history.outcome, { kind: "current" });
  assert.equal(history.reader.touchesOf("a", 9).length, 2);
  assert.equal(existsSync(sprung), false);
});

test("where contents are missing, commits and files are remembered all the same", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const one = commit(root, "one", { "a.ts": "export function a() {\n  return 1;\n}\n" });
  git(root, ["mv", "a.ts", "b.ts"]);
  const two = commit(root, "two", { "b.ts": "export function a() {\n  return 2;\n}\n" });
  const three = commit(root, "three", { "c.ts": "export function c() {}\n" });
  const blob = git(root, ["rev-parse", `${one}:a.ts`]).trim();
  rmSync(path.join(root, ".git/objects", blob.slice(0, 2), blob.slice(2)));
  using history = await filled(root, path.join(folder.path, "store"));
  assert.deepEqual(history.outcome, { kind: "current" });
  assert.deepEqual(
    history.reader
      .changesBelow("", 0, 9)
      .map(({ commit: { hash }, status, path: at }) => [hash, status, at]),
    [
      [three, "A", "c.ts"],
      [two, "D", "a.ts"],
      [two, "A", "b.ts"],
      [one, "A", "a.ts"],
    ],
  );
});

test("without git, a repository or a commit the outcome says so", async () => {
  using folder = temporaryFolder();
  const store = path.join(folder.path, "store");
  const root = path.join(folder.path, "root");
  writeTree(root, { "a.c": "" });
  using none = await filled(root, store);
  assert.deepEqual(none.outcome, { kind: "noRepository" });
  begin(root);
  using unborn = await filled(root, store);
  assert.deepEqual(unborn.outcome, { kind: "noCommits" });
  const before = process.env["PATH"];
  process.env["PATH"] = folder.path;
  try {
    using missing = await filled(root, store);
    assert.deepEqual(missing.outcome, { kind: "gitMissing" });
  } finally {
    process.env["PATH"] = before;
  }
});

test("how many commits there are is known when only some are kept, and when the clone itself holds only some", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  for (const n of [1, 2, 3]) commit(root, `commit ${n}`, { "a.c": `int a${n};\n` });
  using some = await filled(root, path.join(folder.path, "some"), { maxCommits: 2 });
  const { nCommits, nInRepository, isWhole } = some.reader.extent();
  assert.deepEqual([nCommits, nInRepository, isWhole], [2, 3, false]);
  const shallow = path.join(folder.path, "shallow");
  git(folder.path, ["clone", "-q", "--depth=1", `file://${root}`, shallow]);
  using cloned = await filled(shallow, path.join(folder.path, "store"));
  const extent = cloned.reader.extent();
  assert.deepEqual([extent.nCommits, extent.nInRepository, extent.isShallow], [1, 1, true]);
});
