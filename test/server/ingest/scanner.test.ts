import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { FileFilter, type FileFilterOptions } from "../../../server/ingest/fileFilter.ts";
import { scanPaths, scanRoot, type ScannedEntry } from "../../../server/ingest/scanner.ts";
import { createNodeFileSystem } from "../../../server/nodePorts.ts";
import type { FileSystem } from "../../../server/ports.ts";
import { git, noUserFolders, temporaryFolder, writeTree } from "./treesOnDisk.ts";

const disk = createNodeFileSystem();

function filterOf(root: string, settings: Partial<FileFilterOptions> = {}): FileFilter {
  const options = { files: disk, exclude: [], include: [], maxFileBytes: 4_000_000 };
  return new FileFilter({ ...options, user: noUserFolders, ...settings, rootFolder: root });
}

/** One line an entry: its kind, or its reason, and its path; in path order. */
function report(batches: Iterable<readonly ScannedEntry[]>): string[] {
  return [...batches]
    .flat()
    .map((entry) => `${"reason" in entry ? entry.reason : entry.kind} ${entry.path}`)
    .sort((a, b) => (a.slice(a.indexOf(" ")) < b.slice(b.indexOf(" ")) ? -1 : 1));
}

/** The disk with some answers replaced. */
function diskWith(changes: Partial<FileSystem>): FileSystem {
  return {
    readFile: (path, maxBytes) => disk.readFile(path, maxBytes),
    stat: (path, followSymlinks) => disk.stat(path, followSymlinks),
    list: (path) => disk.list(path),
    realPath: (path) => disk.realPath(path),
    ...changes,
  };
}

test("every entry of a tree comes out once, with what became of it", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, {
    ".gitignore": "*.log\n/out/\n",
    "README.md": "# A",
    "a.log": "",
    "out/x.c": "",
    "src/main.c": "int main;",
    "src/lib/big.json": Buffer.alloc(1_100_000, "1,\n"),
    "src/lib/logo.png": "",
    "src/lib/.env": "KEY=1",
    "yarn.lock": "",
    "empty/": "",
  });
  git(folder.path, ["init", "-q"]);
  assert.deepEqual(report(scanRoot(filterOf(folder.path), disk)), [
    "ignored .git",
    "file .gitignore",
    "file README.md",
    "ignored a.log",
    "ignored out",
    "secret src/lib/.env",
    "tooLarge src/lib/big.json",
    "dataFile src/lib/logo.png",
    "file src/main.c",
    "lockFile yarn.lock",
  ]);
});

test("a file comes with its stat and whether an include glob names it", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { "a.c": "text", "gen/b.pb.go": "" });
  const filter = filterOf(folder.path, { include: ["gen"] });
  const [a, b] = [...scanRoot(filter, disk)].flat().sort((x, y) => (x.path < y.path ? -1 : 1));
  const stat = disk.stat(join(folder.path, "a.c"), false);
  assert.deepEqual(a, { kind: "file", path: "a.c", stat, included: false });
  assert.equal(b?.kind === "file" && b.included, true);
});

test("folders come breadth first and in batches", () => {
  using folder = temporaryFolder();
  const tree: Record<string, string> = {};
  for (let n = 0; n < 600; n++) tree[`${n % 2 === 0 ? "" : "deep/deeper/"}f${n}.c`] = "";
  writeTree(folder.path, tree);
  const batches = [...scanRoot(filterOf(folder.path), disk)];
  assert.ok(batches.length >= 3);
  assert.ok(batches.every((batch) => batch.length > 0 && batch.length <= 256));
  const depths = batches.flat().map(({ path }) => path.split("/").length);
  assert.deepEqual(
    depths,
    depths.toSorted((a, b) => a - b),
  );
  assert.equal(depths.length, 600);
});

test("include globs reach into hidden folders, which show nothing else", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, {
    ".gitignore": "vendor/\nnode_modules/\n",
    "vendor/ours/a.c": "",
    "vendor/theirs/b.c": "",
    "vendor/c.c": "",
    "node_modules/x/d.c": "",
  });
  const filter = filterOf(folder.path, { include: ["vendor/ours/**"] });
  assert.deepEqual(report(scanRoot(filter, disk)), [
    "file .gitignore",
    "ignored node_modules",
    "ignored vendor/c.c",
    "file vendor/ours/a.c",
    "ignored vendor/theirs",
  ]);
});

test("links are judged and never followed", () => {
  using folder = temporaryFolder();
  const root = join(folder.path, "root");
  writeTree(folder.path, { "outside/o.c": "", "rootless/r.c": "" });
  writeTree(root, { "src/a.c": "", "hidden/h.c": "", ".gitignore": "/hidden\n", "..dots/d.c": "" });
  const link = (target: string, path: string) => symlinkSync(target, join(root, path));
  link("..", "src/up");
  link(".", "src/self");
  link("../src", "src/parent");
  link("selfLoop", "selfLoop");
  link("pingPong2", "pingPong1");
  link("pingPong1", "pingPong2");
  link("src/a.c", "sameFile.c");
  link("src", "sameFolder");
  link("hidden/h.c", "hiddenFile.c");
  link("nothing", "broken");
  link("../outside", "away");
  link("../outside/o.c", "away.c");
  link("../rootless", "awayByPrefix");
  link("..dots", "dotted");
  link("/dev/zero", "device");
  const entries = [...scanRoot(filterOf(root), disk)].flat();
  assert.deepEqual(report([entries]), [
    "file ..dots/d.c",
    "file .gitignore",
    "outsideWorkspace away",
    "outsideWorkspace away.c",
    "outsideWorkspace awayByPrefix",
    "notRegularFile broken",
    "outsideWorkspace device",
    "duplicateLink dotted",
    "ignored hidden",
    "duplicateLink hiddenFile.c",
    "symlinkLoop pingPong1",
    "symlinkLoop pingPong2",
    "duplicateLink sameFile.c",
    "duplicateLink sameFolder",
    "symlinkLoop selfLoop",
    "file src/a.c",
    "symlinkLoop src/parent",
    "symlinkLoop src/self",
    "symlinkLoop src/up",
  ]);
  const details = new Map(
    entries.flatMap((entry) => (entry.kind === "skipped" ? [[entry.path, entry.detail]] : [])),
  );
  assert.equal(details.get("sameFolder"), "link to src");
  assert.equal(details.get("hiddenFile.c"), "link to hidden/h.c, which is hidden");
});

test("a root that is reached through a link is walked", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { "real/a.c": "", "real/sub/b.c": "" });
  symlinkSync("real", join(folder.path, "linked"));
  symlinkSync("sub", join(folder.path, "real/again"));
  assert.deepEqual(report(scanRoot(filterOf(join(folder.path, "linked")), disk)), [
    "file a.c",
    "duplicateLink again",
    "file sub/b.c",
  ]);
});

test("FIFOs, sockets and hostile names neither block nor break the walk", async () => {
  using folder = temporaryFolder();
  const names = ["new\nline.c", "\u001b[31mred.c", "\u202egnp.c", "-rf", "a\\b.c", " ", "<img>.c"];
  for (const name of names) writeFileSync(join(folder.path, name), "");
  writeFileSync(Buffer.concat([Buffer.from(`${folder.path}/bad`), Buffer.from([0xff, 0xfe])]), "");
  assert.equal(spawnSync("mkfifo", [join(folder.path, "fifo")]).status, 0);
  const server = createServer().listen(join(folder.path, "socket"));
  await once(server, "listening");
  try {
    const entries = [...scanRoot(filterOf(folder.path), disk)].flat();
    const found = new Map(entries.map((entry) => [entry.path, entry]));
    for (const name of names) assert.equal(found.get(name)?.kind, "file", name);
    for (const name of ["fifo", "socket"]) {
      const entry = found.get(name);
      assert.equal(entry?.kind === "skipped" && entry.reason, "notRegularFile");
    }
    const bad = found.get("bad\ufffd\ufffd");
    assert.equal(bad?.kind === "failed" && bad.detail, "the name is not valid UTF-8");
    assert.equal(found.size, names.length + 3);
  } finally {
    server.close();
  }
});

test("a tree deeper than paths can be long ends with its folder reported", () => {
  using folder = temporaryFolder();
  const before = process.cwd();
  const nFolders = 1500;
  // Paths this long must be made and removed step by step.
  process.chdir(folder.path);
  try {
    for (let depth = 0; depth < nFolders; depth++) {
      mkdirSync("folder-name");
      process.chdir("folder-name");
    }
    const entries = [...scanRoot(filterOf(folder.path), disk)].flat();
    assert.equal(entries.length, 1);
    const [entry] = entries;
    assert.equal(entry?.kind === "failed" && entry.detail, "the folder cannot be listed");
  } finally {
    for (let depth = 0; depth < nFolders; depth++) {
      process.chdir("..");
      rmdirSync("folder-name");
    }
    process.chdir(before);
  }
});

test("what cannot be listed or reached is reported, what vanished is not", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { "locked/a.c": "", "noEntry/b.c": "", "gone/c.c": "", "d.c": "" });
  const files = diskWith({
    list(path) {
      if (path.endsWith("/locked")) return undefined;
      if (path.endsWith("/gone")) rmSync(path, { recursive: true, force: true });
      const entries = disk.list(path);
      if (entries !== undefined && path === folder.path)
        return [...entries, { name: "vanished.c", kind: "file" }];
      return entries;
    },
    stat: (path, follow) => (path.endsWith("b.c") ? undefined : disk.stat(path, follow)),
    readFile(path, maxBytes) {
      if (path.endsWith("b.c")) return { kind: "unreadable", code: "EACCES" };
      return disk.readFile(path, maxBytes);
    },
  });
  const entries = [...scanRoot(filterOf(folder.path, { files }), files)].flat();
  assert.deepEqual(report([entries]), ["file d.c", "unreadable locked", "unreadable noEntry/b.c"]);
});

test("a root that is not there is reported", () => {
  assert.deepEqual([...scanRoot(filterOf("/nonexistent/root"), disk)].flat(), [
    { kind: "failed", path: "", reason: "unreadable", detail: "the folder cannot be listed" },
  ]);
});

test("changed paths come out as in a scan", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, {
    ".gitignore": "out/\n*.log\n",
    "src/a.c": "",
    "src/deep/b.c": "",
    "src/deep/x.log": "",
    "out/c.c": "",
    "vendor/d.c": "",
    "yarn.lock": "",
  });
  symlinkSync("src", join(folder.path, "link"));
  const filter = filterOf(folder.path);
  const scanned = (...paths: string[]) => report(scanPaths(filter, disk, paths));
  assert.deepEqual(scanned("src/a.c", "src/a.c"), ["file src/a.c"]);
  assert.deepEqual(scanned("src"), ["file src/a.c", "file src/deep/b.c", "ignored src/deep/x.log"]);
  assert.deepEqual(scanned("out"), ["ignored out"]);
  assert.deepEqual(scanned("out/c.c", "src/deep/x.log"), [
    "ignored out/c.c",
    "ignored src/deep/x.log",
  ]);
  assert.deepEqual(scanned("nothing", "src/a.c/below", "src/nothing/deep"), []);
  assert.deepEqual(scanned("link", "link/a.c"), ["duplicateLink link"]);
  assert.deepEqual(scanned("yarn.lock"), ["lockFile yarn.lock"]);
  assert.deepEqual(scanned(""), report(scanRoot(filterOf(folder.path), disk)));
  unlinkSync(join(folder.path, "src/a.c"));
  assert.deepEqual(scanned("src/a.c"), []);
});

test("a new ignore file counts for changed paths after a reload", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { "src/a.c": "" });
  const filter = filterOf(folder.path);
  assert.deepEqual(report(scanPaths(filter, disk, ["src/a.c"])), ["file src/a.c"]);
  writeFileSync(join(folder.path, "src/.gitignore"), "*.c\n");
  assert.equal(filter.isIgnoreFile("src/.gitignore"), true);
  filter.reload();
  assert.deepEqual(report(scanPaths(filter, disk, ["src/a.c"])), ["ignored src/a.c"]);
});
