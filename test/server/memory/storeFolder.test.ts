import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { isStoreFolder, makeFolder } from "../../../server/memory/storeFolder.ts";

test("folders are made with those above them, and made already is fine", (t) => {
  const base = mkdtempSync(path.join(os.tmpdir(), "lore-folder-"));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const folder = path.join(base, "a", "b", "c");
  makeFolder(folder);
  makeFolder(folder);
  assert.ok(existsSync(folder));
});

test(
  "nobody else on the machine may look into them",
  { skip: process.platform === "win32" },
  (t) => {
    const base = mkdtempSync(path.join(os.tmpdir(), "lore-folder-"));
    t.after(() => rmSync(base, { recursive: true, force: true }));
    makeFolder(path.join(base, "a", "b"));
    for (const folder of ["a", "a/b"]) {
      assert.equal(statSync(path.join(base, folder)).mode & 0o777, 0o700);
    }
  },
);

test("a file in the way is an error", (t) => {
  const base = mkdtempSync(path.join(os.tmpdir(), "lore-folder-"));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  writeFileSync(path.join(base, "file"), "");
  assert.throws(() => makeFolder(path.join(base, "file", "below")));
  assert.throws(() => makeFolder(path.join(base, "file")));
});

const isLinux = process.platform === "linux";
test(
  "a place where no folder can be made is an error and not an endless wait",
  { skip: !isLinux },
  () => {
    assert.throws(() => makeFolder("/proc/lore/memory"));
  },
);

test("a folder of a store is known by its name and what is in it", () => {
  const root = "0123456789abcdef";
  const repository = `${root}${root}`;
  for (const [name, names, isStore] of [
    [root, ["owner.lock"], true],
    [root, ["memory.sqlite-wal", "x"], true],
    [root, ["lock", "catalogue.sqlite"], true],
    [root, ["folder.txt", root], true],
    [repository, ["notes.sqlite"], true],
    [repository, [`history-${root}.sqlite.attributes`], true],
    [repository, ["conversations.sqlite"], true],
    ["none", ["conversations.sqlite"], true],
    [repository, ["notes.sqlite.damaged-2-wal"], true],
    [root, ["agents.jsonl.old"], true],
    [root, ["agents.jsonl.ts"], false],
    ["none", ["notes.sqlite.md", "owner.lock.ts"], false],
    [root, ["folder.txt"], false],
    [root, ["page.ts"], false],
    ["src", ["owner.lock", "memory.sqlite"], false],
    ["0123456789ABCDEF", ["owner.lock"], false],
    [repository, ["history-of-us.sqlite"], false],
  ] as const) {
    assert.equal(isStoreFolder(name, names), isStore, `${name} with ${names.join()}`);
  }
});
