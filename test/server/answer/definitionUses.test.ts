/** Definitions of a file, and where one of them is used, on a real memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { UsesResult } from "../../../protocol/outline.ts";
import { definitionUses } from "../../../server/answer/definitionUses.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import { withMemory, type OpenedMemory } from "../workspaceMemoryHarness.ts";

const files = {
  "src/disk.ts": `/** Loads. */\nexport function load(): number {\n  return 3;\n}\n\nexport class Disk {\n  spin(): number {\n    return load() + load();\n  }\n}\n`,
  "src/other.ts": `export function other(): number {\n  return load();\n}\n`,
  "src/page.ts": `import { load } from "./disk.ts";\n\nexport function page(): number {\n  return load();\n}\n`,
  "test/page.test.ts": `import { load } from "../src/disk.ts";\n\ntest("a", () => {\n  load();\n});\n`,
  "docs/guide.md": "# Guide\n\nCall `load` first.\n",
};

let opened: OpenedMemory;
withMemory(files, (memory) => (opened = memory));

async function uses(limit: number, signal = new AbortController().signal): Promise<UsesResult> {
  const { recaller } = opened;
  const hashText = await createHashText();
  const definition = { rootId: "root", path: "src/disk.ts", name: "load", container: "" };
  return definitionUses(
    { ...definition, limit },
    { recall: recaller, source: recaller, hashText },
    signal,
  );
}

test("the definitions of a file stand in order, with the lines of their names", () => {
  const { definitions, boundary } = opened.recaller.outline({
    rootId: "root",
    path: "src/disk.ts",
  });
  assert.equal(boundary, "syntax");
  assert.deepEqual(
    definitions.map(({ name, container, nameLine, range }) => [
      name,
      container,
      nameLine,
      range.start.line,
    ]),
    [
      ["load", "", 1, 0],
      ["Disk", "", 5, 5],
      ["spin", "Disk", 6, 6],
    ],
  );
});

for (const [rootId, path] of [
  ["root", "src/no.ts"],
  ["no root", "src/disk.ts"],
  ["root", "../disk.ts"],
] as const) {
  test(`nothing is known of ${path} in ${rootId}`, () => {
    assert.deepEqual(opened.recaller.outline({ rootId, path }), {
      definitions: [],
      boundary: "lines",
    });
  });
}

test("uses are listed line by line, sources first, and all are counted beyond the limit", async () => {
  const { uses: all, nUses, nFiles, isWhole } = await uses(100);
  assert.deepEqual(
    all.map(
      ({ citation, text, role }) => `${role} ${citation.path}:${citation.range.start.line} ${text}`,
    ),
    [
      "source src/page.ts:3 return load();",
      "source src/disk.ts:7 return load() + load();",
      "source src/other.ts:1 return load();",
      "test test/page.test.ts:3 load();",
      "docs docs/guide.md:2 Call `load` first.",
    ],
  );
  assert.equal(all.find(({ citation }) => citation.path === "src/other.ts")?.isClear, false);
  assert.deepEqual([nUses, nFiles, isWhole], [5, 5, true]);
  const none = await uses(0);
  assert.deepEqual([none.uses, none.nUses], [[], 5]);
});

test("a cancelled request ends with its reason", async () => {
  const reason = new Error("enough");
  await assert.rejects(uses(1, AbortSignal.abort(reason)), reason);
});
