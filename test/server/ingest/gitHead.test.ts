import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { headFiles, repositoryAround, repositoryAt } from "../../../server/ingest/gitHead.ts";
import { createNodeFileSystem } from "../../../server/nodePorts.ts";
import { git, temporaryFolder, writeTree } from "./treesOnDisk.ts";

const files = createNodeFileSystem();

test("the files of an ordinary repository are found from any folder in it", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { "src/deep/a.c": "" });
  git(folder.path, ["init", "-q", "-b", "topic/one"]);
  const gitFolder = join(folder.path, ".git");
  const repository = repositoryAround(files, join(folder.path, "src/deep"));
  assert.deepEqual(repository, {
    workTree: folder.path,
    gitFolder,
    commonFolder: gitFolder,
  });
  if (repository === undefined) return;
  assert.deepEqual(headFiles(files, repository), {
    head: join(gitFolder, "HEAD"),
    index: join(gitFolder, "index"),
    packedRefs: join(gitFolder, "packed-refs"),
    branch: join(gitFolder, "refs/heads/topic/one"),
    headLog: join(gitFolder, "logs/HEAD"),
  });
  assert.equal(repositoryAt(files, join(folder.path, "src")), undefined);
});

test("a linked working tree has a HEAD of its own and shares the rest", () => {
  using folder = temporaryFolder();
  const main = join(folder.path, "main");
  writeTree(main, { "a.c": "" });
  git(main, ["init", "-q", "-b", "main"]);
  git(main, ["add", "."]);
  git(main, ["commit", "-q", "-m", "one"]);
  git(main, ["worktree", "add", "-q", "-b", "other", "../linked"]);
  const repository = repositoryAround(files, join(folder.path, "linked"));
  assert.deepEqual(repository, {
    workTree: join(folder.path, "linked"),
    gitFolder: join(main, ".git/worktrees/linked"),
    commonFolder: join(main, ".git"),
  });
  if (repository === undefined) return;
  const { branch, head, packedRefs } = headFiles(files, repository);
  assert.equal(branch, join(main, ".git/refs/heads/other"));
  assert.equal(head, join(main, ".git/worktrees/linked/HEAD"));
  assert.equal(packedRefs, join(main, ".git/packed-refs"));
});

test("a detached, broken or hostile HEAD names no branch", () => {
  using folder = temporaryFolder();
  for (const head of ["0123456789abcdef\n", "", "ref: refs/../../../etc/passwd\n", "ref: \n"]) {
    writeTree(folder.path, { ".git/HEAD": head });
    const repository = repositoryAt(files, folder.path);
    assert.ok(repository);
    assert.equal(headFiles(files, repository).branch, undefined, head);
  }
});

test("what only looks like a repository is none", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, {
    "a/.git/config": "",
    "b/.git": "not a pointer",
    "c/.git": "gitdir: ../nowhere\n",
  });
  for (const name of ["a", "b", "c", "nothing"])
    assert.equal(repositoryAt(files, join(folder.path, name)), undefined, name);
});
