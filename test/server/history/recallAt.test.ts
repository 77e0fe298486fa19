import assert from "node:assert/strict";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import xxhash from "xxhash-wasm";
import type { Recall } from "../../../protocol/types.ts";
import { VersionCache } from "../../../server/history/definitionVersions.ts";
import { recallAt, textAt, type TreeRules } from "../../../server/history/recallAt.ts";
import { commitAt } from "../../../server/history/treeAt.ts";
import { createSyntaxChunker } from "../../../server/ingest/syntax/syntaxChunker.ts";
import { createNodeFileSystem } from "../../../server/nodePorts.ts";
import { grammarFolderUrl } from "../../../server/threads.ts";
import { git, temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import { begin, commit } from "./repositories.ts";

const syntax = await createSyntaxChunker(fileURLToPath(grammarFolderUrl()));
const hasher = await xxhash();
const hashText = (text: string): string => hasher.h64ToString(text);
const versions = new VersionCache();
const signal = new AbortController().signal;
const rules: TreeRules = {
  ...{ files: createNodeFileSystem(), exclude: [], include: [], maxFileBytes: 1_000_000 },
};

async function recalled(
  folder: string,
  at: string,
  asked: {
    readonly text?: string;
    readonly names?: readonly string[];
    readonly paths?: readonly string[];
  },
  how: Partial<TreeRules> = {},
): Promise<readonly Recall[]> {
  const found = await commitAt(folder, at, Date.now(), signal);
  assert.ok(found, at);
  const context = {
    rootId: "r",
    folder,
    rules: { ...rules, ...how },
    syntax,
    versions,
    hashText,
    signal,
  };
  const { text = "", names = [], paths = [] } = asked;
  const outcome = await recallAt(context, found, () => ({ text, names, paths, mentions: [] }), 10);
  assert.ok(outcome);
  for (const { citation, text: shown } of outcome.recalls) {
    assert.equal(citation.commit, found.hash);
    assert.equal(citation.contentHash, hashText(shown));
    const lines: readonly string[] = git(folder, [
      "show",
      `${found.hash}:./${citation.path}`,
    ]).split("\n");
    const { start, end } = citation.range;
    const offset = (line: number, character: number): number =>
      lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
    const from = offset(start.line, start.character);
    assert.equal(lines.join("\n").slice(from, offset(end.line, end.character)), shown);
  }
  return outcome.recalls;
}

const pool = (body: string): string =>
  `export class Pool {\n  /** Loads. */\n  load(n: number): number {\n    ${body}\n  }\n}\n\nexport function load() {\n  return "free";\n}\n`;

test("a definition is what it was at a commit, a tag and a branch, also when it is gone today", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const one = commit(root, "one", { "src/a.ts": pool("return n;") });
  git(root, ["tag", "v1"]);
  commit(root, "two", { "src/a.ts": pool("return n * 2;") });
  git(root, ["branch", "second"]);
  commit(root, "three", { "src/a.ts": undefined, "src/b.ts": "export const other = 1;\n" });
  for (const at of [one, one.slice(0, 9), "v1"]) {
    const [best] = await recalled(root, at, { names: ["Pool.load"] });
    assert.equal(best?.citation.symbol?.container, "Pool");
    assert.match(best.text, /^ *\/\*\* Loads\. \*\/\n *load[^]*return n;\n/);
  }
  const [later] = await recalled(root, "second", { names: ["Pool.load"] });
  assert.match(later?.text ?? "", /return n \* 2;/);
  assert.deepEqual(await recalled(root, "HEAD", { names: ["Pool.load"] }), []);
  const [free] = await recalled(root, "v1", { text: "what is free" });
  assert.equal(free?.citation.path, "src/a.ts");
  const [named] = await recalled(root, "HEAD", { paths: ["b.ts"] });
  assert.equal(named?.citation.path, "src/b.ts");
});

test("what today's rules hide is not shown of any commit, nor are keys, binary and large files", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const key = "-----BEGIN RSA PRIVATE KEY-----\nneedle\n";
  commit(root, "one", {
    "open.ts": "export const needle = 1;\n",
    "hidden/a.ts": "export const needle = 2;\n",
    "ignored.ts": "export const needle = 3;\n",
    ".env": "needle=4\n",
    "key.txt": key,
    "large.ts": `export const needle = 5;\n${"// x\n".repeat(2_000)}`,
    "binary.ts": "export const needle = 6;\0\n",
  });
  writeTree(root, { ".loreignore": "ignored.ts\n" });
  const how = { exclude: ["hidden"], maxFileBytes: 5_000 };
  const found = await recalled(root, "HEAD", { names: ["needle"] }, how);
  assert.deepEqual([...new Set(found.map(({ citation }) => citation.path))], ["open.ts"]);
  const head = git(root, ["rev-parse", "HEAD"]).trim();
  const text = (file: string): Promise<string | undefined> =>
    textAt(root, head, file, { ...rules, ...how }, signal);
  assert.equal(await text("open.ts"), "export const needle = 1;\n");
  for (const file of [
    "hidden/a.ts",
    "ignored.ts",
    ".env",
    "key.txt",
    "large.ts",
    "binary.ts",
    "none.ts",
    "../root/open.ts",
  ])
    assert.equal(await text(file), undefined, file);
});

test("a subfolder sees its own files by its own paths", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  commit(root, "one", {
    "sub/in/a.py": "def needle():\n    return 1\n",
    "top.py": "def needle():\n    return 2\n",
  });
  const found = await recalled(path.join(root, "sub"), "HEAD", { names: ["needle"] });
  assert.deepEqual([...new Set(found.map(({ citation }) => citation.path))], ["in/a.py"]);
});

test("a time means the last commit before it; what is no commit and no time means none", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const one = commit(root, "one", { "a.c": "int a;\n" });
  const now = Date.now();
  const at = async (when: string): Promise<string | undefined> =>
    (await commitAt(root, when, now + 86_400_000, signal))?.hash;
  assert.equal(await at("1 hour ago"), one);
  assert.equal(await at("2020-01-01"), undefined);
  for (const name of ["nothing", "--help", "a b", "HEAD:a.c", "$(id)", ""])
    assert.equal(await at(name), undefined, name);
});

test("a definition asked for by its name comes before the class that holds all of its words", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const others = Array.from(
    { length: 300 },
    (_unused, n) => [`other/f${n}.py`, "x = 1\n"] as const,
  );
  const pool =
    "class BytecodeCache:\n    def get_cache_key(self, name):\n        return name\n\n    def clear(self):\n        return None\n";
  commit(root, "one", { ...Object.fromEntries(others), "cache.py": pool });
  const [best] = await recalled(root, "HEAD", { names: ["BytecodeCache.get_cache_key"] });
  assert.equal(best?.citation.symbol?.name, "get_cache_key");
  assert.match(best.text, /^ *def get_cache_key\(self, name\):\n {8}return name\n?$/);
});

test("a file that defines the name is read before many that hold it inside other words", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const others = Array.from(
    { length: 60 },
    (_unused, n) =>
      [
        `src/a${n}.ts`,
        `export const f${n} = () => handler(handles, handled, handle());\n`,
      ] as const,
  );
  const own = "export const handle = (app: string) => {\n  return app;\n};\n";
  commit(root, "one", { ...Object.fromEntries(others), "src/z.ts": own });
  const [best] = await recalled(root, "HEAD", { names: ["handle"] });
  assert.equal(best?.citation.path, "src/z.ts");
});
