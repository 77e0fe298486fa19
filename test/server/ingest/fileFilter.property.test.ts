import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { FileFilter } from "../../../server/ingest/fileFilter.ts";
import { createNodeFileSystem } from "../../../server/nodePorts.ts";
import { git, ignoredByGit, noUserFolders, temporaryFolder } from "./treesOnDisk.ts";

const namePieces = [
  ...["a", "b", "ab", "B", "foo", "o", ".o", ".", "x.o", "-", "^", "1", "_"],
  ...["é", "日", " ", "!", "#", "*", "?", "[", "]", "\\", "\t", "{", ",", "\u00a0", "😀"],
];
const patternPieces = [
  ...["a", "b", "ab", "foo", "o", ".o", ".", "x", "-", "1", "é", "日", "😀", "{a,b}", "B"],
  ...["*", "*", "**", "**", "***", "?", "/", "/", "/", "**/", "/**", "/**/", "/*", "*/"],
  ...[
    "[ab]",
    "[!a]",
    "[^a]",
    "[a-f]",
    "[]a]",
    "[!]a]",
    "[a-]",
    "[-a]",
    "[é]",
    "[/]",
    "[a/b]",
    "[f-a]",
    "[B]",
    "[A-C]",
    "[^B]",
    "\\B",
  ],
  ...["[[:alpha:]]", "[[:upper:]x]", "[[:nope:]]", "[[:alpha]", "[[:space:]]", "[\\]a]", "[a\\-z]"],
  ...[
    "\\",
    "\\*",
    "\\?",
    "\\[",
    "\\ ",
    "\\!",
    "\\#",
    "\\a",
    "\\\\",
    "\\/",
    "[",
    "]",
    "!",
    "#",
    " ",
    "\t",
    "\r",
  ],
];

const nameOf = fc
  .array(fc.constantFrom(...namePieces), { minLength: 1, maxLength: 3 })
  .map((pieces) => pieces.join(""))
  .filter((name) => name !== "." && name !== "..");
const pathOf = fc.array(nameOf, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
const lineOf = fc
  .tuple(
    fc.constantFrom("", "", "", "!", "/", "!/", "#"),
    fc.array(fc.constantFrom(...patternPieces), { maxLength: 5 }),
    fc.constantFrom("", "", "", "/", " ", "  ", "\r"),
  )
  .map(([start, pieces, end]) => start + pieces.join("") + end);
const ignoreFileOf = fc.record({
  bom: fc.boolean(),
  lines: fc.array(lineOf, { minLength: 1, maxLength: 6 }),
  lastBreak: fc.boolean(),
});
type IgnoreFile = { bom: boolean; lines: string[]; lastBreak: boolean };
const caseOf = fc.record({
  paths: fc.array(pathOf, { minLength: 3, maxLength: 14 }),
  // Rules made of the paths themselves hit far more often than random ones.
  rootRules: ignoreFileOf,
  echoes: fc.array(fc.nat(), { maxLength: 3 }),
  nested: fc.array(fc.tuple(fc.nat(), ignoreFileOf), { maxLength: 3 }),
  infoExclude: fc.option(ignoreFileOf),
  ignoreCase: fc.boolean(),
});

test("a filter hides exactly what git ignores, on random trees with random rules", () => {
  fc.assert(fc.property(caseOf, checkAgainstGit), {
    numRuns: Number(process.env["LORE_IGNORE_RUNS"] ?? 150),
  });
});

function checkAgainstGit(random: typeof caseOf extends fc.Arbitrary<infer T> ? T : never): void {
  using folder = temporaryFolder();
  const kinds = makeTree(folder.path, random.paths);
  const folders = [...kinds].filter(([, isFolder]) => isFolder).map(([path]) => path);
  git(folder.path, ["init", "-q"]);
  git(folder.path, ["config", "core.ignorecase", String(random.ignoreCase)]);
  const echoed = random.echoes.map((at) => `/${random.paths[at % random.paths.length]}`);
  writeRules(folder.path, ".gitignore", random.rootRules, echoed);
  for (const [at, rules] of random.nested) {
    const nested = folders[at % Math.max(1, folders.length)];
    if (nested !== undefined) writeRules(folder.path, `${nested}/.gitignore`, rules, []);
  }
  if (random.infoExclude !== null) {
    mkdirSync(join(folder.path, ".git/info"), { recursive: true });
    writeRules(folder.path, ".git/info/exclude", random.infoExclude, []);
  }

  const expected = ignoredByGit(folder.path, [...kinds.keys()]);
  const files = createNodeFileSystem();
  const options = { files, exclude: [], include: [], maxFileBytes: 1, user: noUserFolders };
  const filter = new FileFilter({ ...options, rootFolder: folder.path });
  const actual = [...kinds].filter(([path, isFolder]) => filter.isIgnored(path, isFolder).ignored);
  assert.deepEqual(actual.map(([path]) => path).sort(), [...expected].sort());

  // Opened at a folder below the repository's top, the same rules hold.
  const below = folders.find((path) => !expected.has(path));
  if (below === undefined) return;
  const inner = new FileFilter({ ...options, rootFolder: join(folder.path, below) });
  for (const [path, isFolder] of kinds) {
    if (!path.startsWith(`${below}/`)) continue;
    const { ignored } = inner.isIgnored(path.slice(below.length + 1), isFolder);
    assert.equal(ignored, expected.has(path), `${path} seen from ${below}`);
  }
}

/** Returns every entry made, with true for folders. */
function makeTree(folder: string, paths: readonly string[]): Map<string, boolean> {
  const kinds = new Map<string, boolean>();
  for (const path of paths) {
    const segments = path.split("/");
    const ancestors = segments.slice(1).map((_, i) => segments.slice(0, i + 1).join("/"));
    if (kinds.has(path) || ancestors.some((ancestor) => kinds.get(ancestor) === false)) continue;
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    for (const ancestor of ancestors) kinds.set(ancestor, true);
    writeFileSync(join(folder, path), "");
    kinds.set(path, false);
  }
  return kinds;
}

function writeRules(
  folder: string,
  path: string,
  rules: IgnoreFile,
  more: readonly string[],
): void {
  const lines = [...rules.lines, ...more].join("\n");
  writeFileSync(
    join(folder, path),
    (rules.bom ? "\ufeff" : "") + lines + (rules.lastBreak ? "\n" : ""),
  );
}
