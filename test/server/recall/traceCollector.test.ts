/** What an explained search says of its stages, on a real memory. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { savedTraceOf, traceFileText } from "../../../protocol/savedTrace.ts";
import type { SearchParams } from "../../../protocol/methods.ts";
import type { RecallTrace, SearchResult, StageCandidate } from "../../../protocol/types.ts";
import { functionText, withMemory, type OpenedMemory } from "../workspaceMemoryHarness.ts";

const many = 80;
const files: Record<string, string> = {
  "src/kettle.ts": `/** Boils water. zanzibar */\nexport function boilWater(litres: number): number {\n  return litres * 4186;\n}\n`,
  "src/kitchen.ts": `import { boilWater } from "./kettle.ts";\n\nexport const tea = boilWater(1);\n`,
  "docs/water.md": "# Water\n\nHow to boil water in a kettle.\n",
};
for (let i = 0; i < many; i++)
  files[`src/tap${i}.ts`] = functionText(
    `openTap${"abcdefghij"[i % 10]}${"abcdefghij"[Math.trunc(i / 10)]}`,
  ).replace("\n", "\n  // water\n");

let opened: OpenedMemory;
withMemory(files, (memory) => (opened = memory));

function search(query: string, more: Partial<SearchParams> = {}): Promise<SearchResult> {
  return opened.recaller.search({ query, limit: 10, ...more }, new AbortController().signal);
}

function candidatesOf(trace: RecallTrace, name: string): readonly StageCandidate[] {
  return trace.stages.filter((stage) => stage.name === name).at(-1)?.candidates ?? [];
}

test("a search that nobody asked to explain says counts and times alone", async () => {
  const { trace } = await search("boil water in a kettle");
  assert.equal(trace.asked, undefined);
  assert.ok(trace.stages.every((stage) => stage.candidates === undefined));
});

test("explaining changes nothing about the results", async () => {
  const plain = await search("boil water in a kettle");
  const explained = await search("boil water in a kettle", { explain: true });
  assert.deepEqual(explained.recalls, plain.recalls);
});

test("each stage lists its best candidates with their scores, best first", async () => {
  const { trace, recalls } = await search("boil water in a kettle", { explain: true });
  for (const name of ["words", "meaning", "paths", "files", "rank", "select"]) {
    const candidates = candidatesOf(trace, name);
    assert.ok(candidates.length > 0, name);
    assert.ok(candidates.length <= 30, `${name} is bounded`);
    const passed = candidates.filter(({ dropped }) => dropped === undefined);
    assert.deepEqual(
      passed.map(({ score }) => score),
      passed.map(({ score }) => score).toSorted((a, b) => b - a),
      name,
    );
    for (const { path: file, lines, score } of candidates) {
      assert.ok(Object.hasOwn(files, file), file);
      assert.ok(Number.isFinite(score));
      const nLines = (files[file] ?? "").split("\n").length;
      assert.ok(
        lines === undefined || (lines.startLine < lines.endLine && lines.endLine <= nLines),
      );
    }
  }
  assert.ok(candidatesOf(trace, "words").some(({ path: file }) => file === "src/kettle.ts"));
  assert.ok(candidatesOf(trace, "paths").some(({ path: file }) => file === "src/kettle.ts"));
  const kettle = candidatesOf(trace, "files").find(({ path: file }) => file === "src/kettle.ts");
  assert.deepEqual(kettle?.foundBy, ["words", "meaning", "path"]);
  for (const { parts = [] } of candidatesOf(trace, "rank")) {
    assert.ok(parts.length > 0 && parts.length <= 3, "a ranked place says what made up its score");
    assert.deepEqual(
      parts.map(({ weight }) => weight),
      parts.map(({ weight }) => weight).toSorted((a, b) => b - a),
    );
  }
  const direct = recalls.filter(({ relation }) => relation === undefined);
  const chosen = candidatesOf(trace, "select").filter(({ dropped }) => dropped === undefined);
  assert.deepEqual(
    chosen.map(({ path: file }) => file),
    direct.map(({ citation }) => citation.path),
  );
});

test("a file that the question names by a definition or a path says so", async () => {
  const byName = await search("where is boilWater?", { explain: true });
  const named = candidatesOf(byName.trace, "files")[0];
  assert.ok(named?.path === "src/kettle.ts" && named.foundBy?.includes("name"));
  const byPath = await search("what does src/kitchen.ts do?", { explain: true });
  const pointed = candidatesOf(byPath.trace, "files")[0];
  assert.ok(pointed?.path === "src/kitchen.ts" && pointed.foundBy?.includes("pointed"));
});

test("what was dropped says why: over the limit, not read, gone", async () => {
  const { trace } = await search("water", { explain: true, limit: 2 });
  const beyond = candidatesOf(trace, "select").filter(({ dropped }) => dropped === "overLimit");
  assert.ok(beyond.length > 0 && beyond.length <= 10);
  const unread = candidatesOf(trace, "files").filter(({ dropped }) => dropped === "overLimit");
  assert.ok(unread.length > 0);
  rmSync(path.join(opened.folder, "docs/water.md"));
  const later = await search("how to boil water", { explain: true });
  const gone = later.trace.stages
    .flatMap(({ candidates = [] }) => candidates)
    .filter(({ dropped }) => dropped === "unreadable");
  assert.deepEqual([...new Set(gone.map(({ path: file }) => file))], ["docs/water.md"]);
});

test("a saved trace holds the question and no word of a file", async () => {
  const found = await search("boil water in a kettle", { explain: true });
  const saved = savedTraceOf(found, 5);
  assert.ok(saved !== undefined);
  const text = traceFileText(saved);
  assert.ok(text.includes("boil water in a kettle"));
  for (const word of ["zanzibar", "litres", "4186", "boilWater", "Boils"])
    assert.ok(!text.includes(word), word);
  assert.equal(saved.results.length, found.recalls.length);
  assert.equal(saved.asked.query, "boil water in a kettle");
  assert.deepEqual(saved.asked.roots, [{ id: "root", name: saved.asked.roots[0]?.name }]);
  assert.equal(savedTraceOf(await search("boil water"), 5), undefined);
});
