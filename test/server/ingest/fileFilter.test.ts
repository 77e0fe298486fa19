import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FileFilter, type FileFilterOptions } from "../../../server/ingest/fileFilter.ts";
import { createNodeFileSystem } from "../../../server/nodePorts.ts";
import { git, ignoredByGit, noUserFolders, temporaryFolder, writeTree } from "./treesOnDisk.ts";

const files = createNodeFileSystem();

function filterOf(rootFolder: string, settings: Partial<FileFilterOptions> = {}): FileFilter {
  const defaults = {
    files,
    exclude: [],
    include: [],
    maxFileBytes: 4_000_000,
    user: noUserFolders,
  };
  return new FileFilter({ ...defaults, ...settings, rootFolder });
}

/** Checks which paths are hidden. A path that ends in `/` is a folder. */
function check(filter: FileFilter, hidden: readonly string[], shown: readonly string[]): void {
  const isHidden = (path: string) =>
    filter.isIgnored(path.replace(/\/$/, ""), path.endsWith("/")).ignored;
  assert.deepEqual(hidden.filter(isHidden), hidden);
  assert.deepEqual(shown.filter(isHidden), []);
}

test("a verdict names the rule and its file", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { ".gitignore": "/out\n*.log  \n", "sub/.gitignore": "größe.*\n" });
  const filter = filterOf(folder.path, { exclude: ["**/tmp"] });
  const verdict = (path: string) => filter.isIgnored(path, false);
  assert.deepEqual(verdict("out/deep/a.txt"), {
    ignored: true,
    rule: "/out",
    ruleFile: ".gitignore",
  });
  assert.deepEqual(verdict("a/b.log"), { ignored: true, rule: "*.log", ruleFile: ".gitignore" });
  assert.deepEqual(verdict("sub/größe.txt"), {
    ignored: true,
    rule: "größe.*",
    ruleFile: "sub/.gitignore",
  });
  assert.deepEqual(verdict("a/tmp/x"), {
    ignored: true,
    rule: "**/tmp",
    ruleFile: "files.exclude",
  });
  assert.deepEqual(verdict("a.txt"), { ignored: false, included: false });
});

test(".loreignore has the last word over .gitignore, at every depth", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, {
    ".gitignore": "*.gen\n/dist/\n",
    ".loreignore": "!*.gen\n!/dist/\nsecret/\n",
    "sub/.gitignore": "*.gen\nnotes.md\n",
    "sub/.loreignore": "!notes.md\nown.txt\n",
  });
  const filter = filterOf(folder.path);
  check(
    filter,
    ["secret/", "secret/a", "sub/own.txt", "sub/secret/"],
    ["a.gen", "dist/", "dist/a.js", "sub/a.gen", "sub/notes.md", "own.txt"],
  );
});

test("`.git` is always hidden, as a folder and as a file", () => {
  using folder = temporaryFolder();
  const filter = filterOf(folder.path, { include: ["**"] });
  check(filter, [".git/", "sub/.git", "sub/.git/"], [".github/", "a.git"]);
});

test("exclude globs work as in files.exclude", () => {
  using folder = temporaryFolder();
  const filter = filterOf(folder.path, {
    exclude: ["**/node_modules", "*.js", "docs/**/*.{png,svg}", "./build/", "", "**/[abc].txt"],
  });
  check(
    filter,
    ["node_modules/", "a/node_modules/", "a/node_modules/b.ts", "top.js", "docs/a/b/x.svg"],
    ["sub/top.js", "docs/x.md", "x.svg", "sub/build/", "d.txt"],
  );
  check(filter, ["build/", "build/x", "docs/x.png", "q/a.txt"], []);
});

test("include globs override every rule and reach into hidden folders", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { ".gitignore": "vendor/\n*.pb.go\n", ".loreignore": "private/\n" });
  const filter = filterOf(folder.path, {
    exclude: ["**/third_party"],
    include: ["vendor/ours", "**/*.pb.go", "third_party/lib/**", "private/plan.md"],
  });
  check(
    filter,
    [
      "vendor/",
      "vendor/theirs/",
      "vendor/theirs/a.go",
      "third_party/",
      "third_party/x",
      "private/b",
    ],
    [
      ...["vendor/ours/", "vendor/ours/deep/a.go", "a/b.pb.go", "vendor/theirs/x.pb.go"],
      ...["third_party/lib/a.c", "private/plan.md"],
    ],
  );
  assert.equal(filter.isIncluded("vendor/ours/a.go"), true);
  assert.equal(filter.isIncluded("main.go"), false);
  for (const folderPath of ["vendor", "vendor/ours", "third_party", "private"])
    assert.equal(filter.mayHoldIncluded(folderPath), true, folderPath);
  const narrow = filterOf(folder.path, { include: ["vendor/ours", "private/plan.md"] });
  assert.equal(narrow.mayHoldIncluded("vendor"), true);
  assert.equal(narrow.mayHoldIncluded("vendor/theirs"), false);
  assert.equal(narrow.mayHoldIncluded("dist"), false);
});

test("include globs bring in skipped files, but secrets only by name", () => {
  using folder = temporaryFolder();
  const filter = filterOf(folder.path, { include: ["conf/**", "**/*.lock", "deploy/*.pem"] });
  const skipOf = (path: string) => filter.skipByName(path, filter.isIncluded(path))?.reason;
  assert.equal(skipOf("conf/package-lock.json"), undefined);
  assert.equal(skipOf("yarn.lock"), undefined);
  assert.equal(skipOf("conf/.env"), "secret");
  assert.equal(skipOf("deploy/site.pem"), undefined);
  assert.equal(skipOf("other/site.pem"), "secret");
});

test("size limits follow the language and the include globs", () => {
  using folder = temporaryFolder();
  const filter = filterOf(folder.path, { include: ["data/big.json"] });
  const limit = 4_000_000;
  assert.equal(filter.maxBytesOf("a.c"), limit);
  assert.equal(filter.maxBytesOf("a.json"), 1024 * 1024);
  assert.equal(filter.maxBytesOf("data/big.json"), limit);
  assert.equal(filter.isTooLarge("a.json", 2_000_000, false), true);
  assert.equal(filter.isTooLarge("a.c", 2_000_000, false), false);
  assert.equal(filter.isTooLarge("a.c", limit + 1, false), true);
  const strict = filterOf(folder.path, { maxFileBytes: 1000 });
  assert.equal(strict.isTooLarge("a.c", 1001, false), true);
  assert.equal(strict.isTooLarge("a.json", 1000, false), false);
});

test("a repository inside the root follows its own rules and not those around it", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, {
    ".gitignore": "*.tmp\nhidden/\n",
    ".loreignore": "*.lore\n",
    "hidden/inner/a.txt": "",
    "modules/inner/.gitignore": "*.own\n",
    "modules/linked/a.txt": "",
    "modules/empty/.git/": "",
  });
  git(folder.path, ["init", "-q"]);
  git(join(folder.path, "modules/inner"), ["init", "-q"]);
  writeFileSync(join(folder.path, "modules/inner/.git/info/exclude"), "excluded\n");
  git(join(folder.path, "hidden/inner"), ["init", "-q"]);
  const moduleFolder = join(folder.path, ".git/modules/linked");
  writeTree(moduleFolder, { HEAD: "ref: refs/heads/main\n", "info/exclude": "/linkedOnly\n" });
  writeFileSync(join(folder.path, "modules/linked/.git"), "gitdir: ../../.git/modules/linked\n");
  check(
    filterOf(folder.path),
    [
      ...["a.tmp", "modules/a.tmp", "hidden/", "hidden/inner/", "hidden/inner/a.txt"],
      ...["modules/inner/a.own", "modules/inner/excluded", "modules/inner/a.lore"],
      // A `.git` without HEAD makes no repository.
      ...["modules/linked/linkedOnly", "modules/empty/a.tmp"],
    ],
    ["modules/inner/a.tmp", "modules/linked/a.tmp", "a.own", "linkedOnly"],
  );
});

test("a folder below a repository's top obeys the ignore files above it", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, {
    ".gitignore": "/a/größe/*.gen\n/root.txt\nb/c\n",
    ".loreignore": "*.lore\n",
    "a/.gitignore": "/größe/x.txt\n",
    "a/größe/.gitignore": "!keep.gen\n",
    "a/größe/x.txt": "",
  });
  git(folder.path, ["init", "-q"]);
  const filter = filterOf(join(folder.path, "a/größe"));
  check(
    filter,
    ["x.txt", "y.gen", "q.lore"],
    ["keep.gen", "root.txt", "b/c", "sub/x.txt", "sub/y.gen"],
  );
  const fromTop = ["a/größe/x.txt", "a/größe/y.gen", "a/größe/keep.gen", "a/größe/b/c"];
  assert.deepEqual([...ignoredByGit(folder.path, fromTop)], fromTop.slice(0, 2));
  assert.ok(filter.outsideSources().includes(join(folder.path, ".gitignore")));
  assert.ok(filter.outsideSources().includes(join(folder.path, "a/.gitignore")));
});

test("a root that the repository around it ignores stands alone", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { ".gitignore": "*\n", "project/src/a.ts": "" });
  git(folder.path, ["init", "-q"]);
  check(filterOf(folder.path), ["project/", "a"], []);
  check(filterOf(join(folder.path, "project")), [], ["src/", "src/a.ts"]);
});

test("the user's own excludes file counts, by its usual place and by setting", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, {
    "home/.config/git/ignore": "*.swp\n",
    "home/.gitconfig": '[user]\n name = x\n[core]\n\texcludesFile = "~/my ignores" # mine\n',
    "home/my ignores": "*.mine\n",
    "root/.gitignore": "!kept.mine\n",
  });
  const root = join(folder.path, "root");
  const home = join(folder.path, "home");
  check(
    filterOf(root, { user: { home, config: join(home, ".config") } }),
    ["a.mine"],
    ["kept.mine", "a.swp"],
  );
  const other = { home: join(folder.path, "nobody"), config: join(home, ".config") };
  check(filterOf(root, { user: other }), ["sub/a.swp"], ["a.mine"]);
});

test("an ignore file that changed counts after a reload", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { ".gitignore": "*.a\n", "sub/x": "" });
  git(folder.path, ["init", "-q"]);
  const filter = filterOf(folder.path);
  check(filter, ["sub/1.a"], ["sub/1.b"]);
  writeFileSync(join(folder.path, "sub/.gitignore"), "!*.a\n*.b\n");
  writeFileSync(join(folder.path, ".git/info/exclude"), "*.c\n");
  check(filter, ["sub/1.a"], ["sub/1.b", "1.c"]);
  filter.reload();
  check(filter, ["sub/1.b", "1.c", "1.a"], ["sub/1.a"]);
  for (const path of [".gitignore", "sub/deep/.gitignore", ".loreignore", ".git/info/exclude"])
    assert.equal(filter.isIgnoreFile(path), true, path);
  for (const path of ["gitignore", "sub/.gitignore.md", ".git/HEAD", ".gitignore/x"])
    assert.equal(filter.isIgnoreFile(path), false, path);
});

test("an ignore file that is a link, a folder or huge is passed over", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, {
    "a/.gitignore/": "",
    "b/.gitignore": `${"#".repeat(5_000_000)}\n*\n`,
    "c/.gitignore": "\0*\n*.x\0y\n",
  });
  check(filterOf(folder.path), ["c/a.x"], ["a/x", "b/x", "c/x"]);
});

test("rules with many wildcards cost little on names made to match almost", () => {
  using folder = temporaryFolder();
  const rule = `${"*a".repeat(60)}b\n**/${"*/".repeat(20)}${"a*".repeat(50)}b\n${"**/a/".repeat(30)}b\n`;
  writeTree(folder.path, { ".gitignore": rule });
  const filter = filterOf(folder.path);
  const startMs = performance.now();
  for (let n = 0; n < 50; n++)
    check(filter, [], ["a".repeat(250), `${"a/".repeat(120)}${"a".repeat(200)}`]);
  assert.ok(performance.now() - startMs < 2000);
});

test("a rule that hides nearly everything is said aloud with the ways to override it", () => {
  using folder = temporaryFolder();
  const tree = Object.fromEntries("abcdefghi".split("").map((name) => [`${name}/x.c`, ""]));
  writeTree(folder.path, { ...tree, ".gitignore": "*.o\n/*\n!/.gitignore\n" });
  git(folder.path, ["init", "-q"]);
  const filter = filterOf(folder.path);
  assert.deepEqual(filter.hidingRule(), {
    kind: "ignoreHidesAlmostAll",
    rule: "/*",
    ruleFile: ".gitignore",
    nHidden: 9,
    nEntries: 10,
    override: "!/*",
  });
  writeFileSync(join(folder.path, ".loreignore"), "!/*\n");
  filter.reload();
  assert.equal(filter.hidingRule(), undefined);
  check(filter, ["a/x.o"], ["a/", "a/x.c"]);
});

test("ordinary ignore files cause no notice", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { a: "", b: "", c: "", "x.o": "", "y.o": "", ".gitignore": "*.o\n" });
  assert.equal(filterOf(folder.path).hidingRule(), undefined);
  using small = temporaryFolder();
  writeTree(small.path, { "x.o": "", "y.o": "", "z.o": "", ".loreignore": "*\n" });
  assert.equal(filterOf(small.path).hidingRule(), undefined);
});
