/** Exports that nothing needs are found, and those that something needs are not. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { temporaryFolder, writeTree } from "../server/ingest/treesOnDisk.ts";

const script = path.resolve(import.meta.dirname, "../../scripts/checkExports.ts");

function findings(files: Readonly<Record<string, string>>): string[] {
  using folder = temporaryFolder();
  writeTree(folder.path, files);
  const { status, stderr } = spawnSync(process.execPath, [script, folder.path], {
    encoding: "utf8",
  });
  const lines = stderr.split("\n").filter((line) => line !== "");
  assert.equal(status, lines.length === 0 ? 0 : 1, stderr);
  return lines.map((line) => line.replace(/\. Remove.*/, ""));
}

test("what nothing imports is found", () => {
  assert.deepEqual(
    findings({
      "server/a.ts":
        "export const used = 1;\nexport function unused() {}\nexport const local = used + 1;\nuse(local);\n",
      "server/b.ts": 'import {\n  type T,\n  used as other,\n} from "./a.ts";\n',
    }),
    ["server/a.ts: nothing imports `unused`", "server/a.ts: nothing imports `local`"],
  );
});

test("a part of the product that only tests use is found", () => {
  assert.deepEqual(
    findings({
      "server/a.ts": "export const tested = 1;\nexport const both = 2;\nuse(both);\n",
      "test/a.test.ts": 'import { tested, both } from "../server/a.ts";\n',
    }),
    ["server/a.ts: only tests use `tested`"],
  );
});

test("every form of import counts, and types that their own file uses are left alone", () => {
  assert.deepEqual(
    findings({
      "server/a.ts": "export interface Kept {}\nexport function f(): Kept {}\n",
      "server/b.ts": "export const b = 1;\n",
      "server/c.ts": "export const c = 1;\n",
      "server/d.ts": "export const d = 1;\n",
      "server/e.ts":
        'export { d } from "./d.ts";\nimport * as all from "./b.ts";\nimport { f } from "./a.ts";\nawait import("./c.ts");\n',
      "extension/main.ts": "export function activate() {}\n",
    }),
    [],
  );
});
