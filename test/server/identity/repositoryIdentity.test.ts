import assert from "node:assert/strict";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { repositoryIdentity, workFolderOf } from "../../../server/identity/repositoryIdentity.ts";
import { git, temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";

/** A repository with two commits and a subfolder. */
function makeRepository(folder: string): string {
  writeTree(folder, { "a.c": "int a;\n", "sub/b.c": "int b;\n" });
  git(folder, ["init", "-q", "-b", "main"]);
  git(folder, ["add", "."]);
  git(folder, ["commit", "-q", "-m", "one"]);
  git(folder, ["commit", "-q", "--allow-empty", "-m", "two"]);
  return folder;
}

async function idOf(folder: string): Promise<string> {
  return (await repositoryIdentity(folder)).ids[0];
}

test("a working tree, a clone, a moved and a renamed folder share the identity", async () => {
  using folder = temporaryFolder();
  const main = makeRepository(path.join(folder.path, "main"));
  const { kind, prefix, ids } = await repositoryIdentity(main);
  assert.equal(kind, "repository");
  assert.equal(prefix, "");
  assert.match(ids[0], /^[0-9a-f]{32}$/);
  git(main, ["worktree", "add", "-q", "-b", "other", "../linked"]);
  git(folder.path, ["clone", "-q", main, "clone"]);
  assert.equal(await idOf(path.join(folder.path, "linked")), ids[0]);
  assert.equal(await idOf(path.join(folder.path, "clone")), ids[0]);
  renameSync(path.join(folder.path, "clone"), path.join(folder.path, "renamed"));
  assert.equal(await idOf(path.join(folder.path, "renamed")), ids[0]);
  git(main, ["checkout", "-q", "--detach", "HEAD~1"]);
  assert.equal(await idOf(main), ids[0]);
});

test("a subfolder has an identity of its own that does not depend on where the repository lies", async () => {
  using folder = temporaryFolder();
  const main = makeRepository(path.join(folder.path, "main"));
  git(folder.path, ["clone", "-q", main, "clone"]);
  const sub = await repositoryIdentity(path.join(main, "sub"));
  assert.equal(sub.prefix, "sub/");
  assert.notEqual(sub.ids[0], await idOf(main));
  assert.equal(sub.ids[0], await idOf(path.join(folder.path, "clone", "sub")));
});

test("other roots, stashes and notes leave the memory where it is", async () => {
  using folder = temporaryFolder();
  const main = makeRepository(path.join(folder.path, "main"));
  const before = await repositoryIdentity(main);
  const storeDir = path.join(folder.path, "store");
  mkdirSync(workFolderOf(storeDir, before), { recursive: true });
  git(main, ["notes", "add", "-m", "a note", "HEAD"]);
  assert.deepEqual((await repositoryIdentity(main)).ids, before.ids);
  // Enough of them that one comes before the first root.
  for (let n = 0; n < 12; n++) {
    git(main, ["checkout", "-q", "--orphan", `orphan${n}`]);
    git(main, ["commit", "-q", "--allow-empty", "-m", `root ${n}`]);
  }
  const after = await repositoryIdentity(main);
  assert.ok(after.ids.length > before.ids.length);
  assert.equal(workFolderOf(storeDir, after), workFolderOf(storeDir, before));
});

test("a shallow clone goes by its remote, and stays there when the rest of the history comes", async () => {
  using folder = temporaryFolder();
  const main = makeRepository(path.join(folder.path, "main"));
  for (const name of ["one", "two"])
    git(folder.path, ["clone", "-q", "--depth=1", `file://${main}`, name]);
  const one = path.join(folder.path, "one");
  const two = path.join(folder.path, "two");
  const local = await repositoryIdentity(one);
  assert.equal(local.kind, "shallow");
  // A path of this machine names no place that others know.
  assert.notEqual(local.ids[0], await idOf(two));
  git(one, ["remote", "set-url", "origin", "https://me:secret@Example.invalid/team/thing.git"]);
  git(two, ["remote", "set-url", "origin", "git@example.invalid:team/thing"]);
  const shallow = await repositoryIdentity(one);
  assert.equal(shallow.ids[0], await idOf(two));
  const storeDir = path.join(folder.path, "store");
  mkdirSync(workFolderOf(storeDir, shallow), { recursive: true });
  git(one, ["fetch", "-q", "--unshallow", `file://${main}`]);
  const whole = await repositoryIdentity(one);
  assert.equal(whole.kind, "repository");
  assert.equal(whole.ids[0], await idOf(main));
  assert.equal(workFolderOf(storeDir, whole), workFolderOf(storeDir, shallow));
});

test("without a commit that git can see, the folder's path is the identity", async () => {
  using folder = temporaryFolder();
  const plain = path.join(folder.path, "plain");
  writeTree(plain, { "a.c": "" });
  const before = await repositoryIdentity(plain);
  assert.deepEqual([before.kind, before.prefix, before.ids.length], ["folder", "", 1]);
  git(plain, ["init", "-q", "-b", "main"]);
  assert.deepEqual(await repositoryIdentity(plain), before);
  const storeDir = path.join(folder.path, "store");
  mkdirSync(workFolderOf(storeDir, before), { recursive: true });
  git(plain, ["commit", "-q", "--allow-empty", "-m", "first"]);
  const after = await repositoryIdentity(plain);
  assert.equal(after.kind, "repository");
  assert.equal(workFolderOf(storeDir, after), workFolderOf(storeDir, before));
});

test("a bare repository, a broken one and a folder that is gone are told apart by their paths", async () => {
  using folder = temporaryFolder();
  const main = makeRepository(path.join(folder.path, "main"));
  git(folder.path, ["clone", "-q", "--bare", main, "bare"]);
  const broken = path.join(folder.path, "broken");
  writeTree(broken, { ".git/HEAD": "ref: refs/heads/main\n", ".git/config": "[core\n" });
  const names = await Promise.all(
    ["bare", "broken", "gone"].map((name) => repositoryIdentity(path.join(folder.path, name))),
  );
  for (const { kind } of names) assert.equal(kind, "folder");
  assert.equal(new Set(names.map(({ ids }) => ids[0])).size, 3);
});

test("nothing that a repository configures is run to find its identity", async () => {
  using folder = temporaryFolder();
  const main = makeRepository(path.join(folder.path, "main"));
  const before = await repositoryIdentity(main);
  const mark = path.join(folder.path, "ran");
  for (const name of [
    "core.fsmonitor",
    "core.pager",
    "core.sshCommand",
    "core.alternateRefsCommand",
  ])
    git(main, ["config", name, `touch ${mark}`]);
  git(main, ["config", "alias.rev-list", `!touch ${mark}`]);
  assert.deepEqual(await repositoryIdentity(main), before);
  assert.equal(existsSync(mark), false);
});

test("cancelling rejects with the signal's reason", async () => {
  using folder = temporaryFolder();
  const main = makeRepository(path.join(folder.path, "main"));
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  await assert.rejects(repositoryIdentity(main, controller.signal), /enough/);
});
