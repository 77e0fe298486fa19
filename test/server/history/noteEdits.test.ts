import assert from "node:assert/strict";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import xxhash from "xxhash-wasm";
import type { Edit } from "../../../protocol/timeline.ts";
import { VersionCache } from "../../../server/history/definitionVersions.ts";
import { EditLog } from "../../../server/history/editLog.ts";
import { noteEdits } from "../../../server/history/noteEdits.ts";
import { createSyntaxChunker } from "../../../server/ingest/syntax/syntaxChunker.ts";
import { createNodeFileSystem } from "../../../server/nodePorts.ts";
import { grammarFolderUrl } from "../../../server/threads.ts";
import { rmSync } from "node:fs";
import { git, temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import { begin, commit } from "./repositories.ts";

const syntax = await createSyntaxChunker(fileURLToPath(grammarFolderUrl()));
const hasher = await xxhash();
const rules = {
  ...{ files: createNodeFileSystem(), exclude: [], include: [], maxFileBytes: 1_000_000 },
};
const minute = 60_000;

/** A root with a log and a clock that stands until it is moved. */
class Edited implements Disposable {
  readonly log: EditLog;
  nowMs = 1_000 * minute;
  readonly #root: string;

  constructor(folder: string, root: string) {
    this.#root = root;
    this.log = new EditLog(path.join(folder, "edits.sqlite"));
  }

  async saved(...paths: readonly string[]): Promise<void> {
    const context = {
      ...{ folder: this.#root, rules, syntax, versions: new VersionCache() },
      ...{ hashText: (text: string) => hasher.h64ToString(text), nowMs: () => this.nowMs },
      signal: new AbortController().signal,
    };
    await noteEdits(context, this.log, paths);
  }

  /** Path, change and definitions of the edits, oldest first. */
  told(): unknown[] {
    const text = ({ path: file, change, definitions }: Edit): unknown => [
      ...[file, change, definitions.map((each) => `${each.name} ${each.change}`).join(", ")],
    ];
    return this.log.between(0, Number.MAX_SAFE_INTEGER, 100).toReversed().map(text);
  }

  [Symbol.dispose](): void {
    this.log.close();
  }
}

const load = (body: string): string => `export function load() {\n  return ${body};\n}\n`;

test("saves are written down with the definitions that they changed; those that follow each other are one", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  commit(root, "one", { "a.ts": load("1"), "b.ts": load("1") });
  using edited = new Edited(folder.path, root);
  await edited.saved("a.ts");
  assert.deepEqual(edited.told(), [], "as committed");
  writeTree(root, { "a.ts": load("2") });
  await edited.saved("a.ts");
  edited.nowMs += minute;
  await edited.saved("a.ts");
  writeTree(root, { "a.ts": `${load("2")}export const more = 1;\n` });
  await edited.saved("a.ts");
  edited.nowMs += minute;
  writeTree(root, { "b.ts": load("3"), "new.ts": "export const x = 1;\n" });
  await edited.saved("b.ts", "new.ts");
  edited.nowMs += 20 * minute;
  rmSync(path.join(root, "new.ts"));
  await edited.saved("new.ts");
  assert.deepEqual(edited.told(), [
    ["a.ts", "changed", "load body, more added"],
    ["b.ts", "changed", "load body"],
    ["new.ts", "created", "x added"],
    ["new.ts", "deleted", "x removed"],
  ]);
  const [first] = edited.log.between(0, 1_002 * minute, 100);
  assert.deepEqual([first?.firstMs, first?.lastMs], [1_000 * minute, 1_001 * minute]);
});

test("what git or a program does is no edit, nor is what the rules hide", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const many = Array.from({ length: 60 }, (_unused, n) => `f${n}.ts`);
  commit(root, "one", { "a.ts": load("1"), ".gitignore": "hidden.ts\n" });
  git(root, ["checkout", "-q", "-b", "other"]);
  commit(root, "two", { "a.ts": load("2") });
  using edited = new Edited(folder.path, root);
  await edited.saved("a.ts");
  git(root, ["checkout", "-q", "main"]);
  await edited.saved("a.ts");
  writeTree(root, Object.fromEntries(many.map((file) => [file, load("1")])));
  await edited.saved(...many);
  writeTree(root, { "hidden.ts": load("1"), ".env": "KEY=1\n" });
  await edited.saved("hidden.ts", ".env", "../outside.ts");
  assert.deepEqual(edited.told(), []);
});

test("the log is bounded: the oldest edits make room", () => {
  using folder = temporaryFolder();
  using edited = new Edited(folder.path, folder.path);
  for (let n = 0; n < 5_010; n++)
    edited.log.add({ path: `f${n}`, firstMs: n, lastMs: n, change: "changed", definitions: [] });
  const kept = edited.log.between(0, Number.MAX_SAFE_INTEGER, 10_000);
  assert.deepEqual([kept.length, kept.at(-1)?.path], [5_000, "f10"]);
});
