/** What comes along with the best place of a question, and what must not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Recall } from "../../../protocol/types.ts";
import {
  functionText,
  letters,
  openMemory,
  workspace,
  withMemory,
  type OpenedMemory,
} from "../workspaceMemoryHarness.ts";

const files = {
  "src/gate.ts": `import { Hinge } from "./hinge.ts";\nimport { oilHinge } from "./tools/oil.ts";\n\n/** Swings the wicket. */\nexport function unlatchGate(hinge: Hinge): boolean {\n  // squeak() is only talked about\n  return oilHinge(hinge) && tidy(hinge);\n}\n\nfunction tidy(hinge: Hinge): boolean {\n  return hinge.width > 0;\n}\n`,
  "src/hinge.ts": "export interface Hinge {\n  readonly width: number;\n}\n",
  "src/tools/oil.ts": `import type { Hinge } from "../hinge.ts";\n\nexport function oilHinge(part: Hinge): boolean {\n  return part.width > 1;\n}\n`,
  "src/tools/squeak.ts": functionText("squeak"),
  "src/walk.ts": `import { unlatchGate } from "./gate.ts";\n\nexport function strollAbout(): boolean {\n  return unlatchGate({ width: 2 });\n}\n`,
  "src/morning.ts": `import { unlatchGate } from "./gate.ts";\n\nexport function wakeUp(): boolean {\n  return unlatchGate({ width: 3 });\n}\n`,
  "src/evening.ts": `import { unlatchGate } from "./gate.ts";\n\nexport function lieDown(): boolean {\n  return unlatchGate({ width: 4 });\n}\n`,
  "test/gate.test.ts": `import { unlatchGate } from "../src/gate.ts";\n\ntest("it opens", () => {\n  unlatchGate({ width: 5 });\n});\n`,
  "config/rules.yaml": "before:\n  unlatchGate: always\n",
  "docs/manual.md": "# Manual\n\nThe function `unlatchGate` is safe.\n",
  ...Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`src/other/f${letters(i)}.ts`, functionText(letters(i))]),
  ),
};

let opened: OpenedMemory;
withMemory(files, (memory) => (opened = memory));

async function search(
  query: string,
  limit: number,
  neighbours?: boolean,
  { recaller }: OpenedMemory = opened,
): Promise<readonly Recall[]> {
  const params = { query, limit, ...(neighbours === undefined ? {} : { neighbours }) };
  return (await recaller.search(params, new AbortController().signal)).recalls;
}

const question = "what swings the wicket?";

test("callees, the type, callers, the test, configuration and documentation come along", async () => {
  // Without a model: among so few files every one is near in meaning, and what is found directly is no neighbour.
  using byWords = workspace(files);
  const modelFolder = `${byWords.storeDir}/none`;
  await using memory = await openMemory(byWords.folder, byWords.storeDir, { modelFolder });
  await memory.settled();
  const direct = await search(question, 60, false, memory);
  const all = await search(question, 60, undefined, memory);
  assert.equal(all[0]?.citation.symbol?.name, "unlatchGate");
  const shown = new Set(direct.map(({ citation }) => citation.path));
  const related = all.filter(({ relation }) => relation !== undefined);
  const links = related.map(({ relation, citation }) => `${relation?.kind ?? ""} ${citation.path}`);
  const expected = [
    "calls src/tools/oil.ts",
    "type src/hinge.ts",
    "test test/gate.test.ts",
    "configuredBy config/rules.yaml",
    "documentedBy docs/manual.md",
  ].filter((link) => !shown.has(link.split(" ")[1] as string));
  assert.ok(expected.length >= 3, "the question's own words do not find them all");
  for (const link of expected) assert.ok(links.includes(link), `${link} in ${links.join(", ")}`);
  assert.equal(links.filter((link) => link.startsWith("calledBy ")).length <= 2, true);
  assert.ok(!links.some((link) => link.endsWith("squeak.ts")), "a comment calls nothing");
  for (const { relation, reasons } of related) {
    assert.equal(relation?.of, "unlatchGate");
    assert.deepEqual(
      reasons.map(({ kind, detail }) => [kind, detail]),
      [["neighbour", "unlatchGate"]],
    );
  }
});

test("direct hits keep their order, and a neighbour comes after every better one", async () => {
  for (const query of [question, "unlatchGate", "hinge width", "stroll about the garden"]) {
    const direct = await search(query, 10, false);
    const all = await search(query, 10);
    const kept = all.filter(({ relation }) => relation === undefined);
    assert.deepEqual(
      kept.map(({ citation }) => citation),
      direct.slice(0, kept.length).map(({ citation }) => citation),
    );
    for (const [i, neighbour] of all.entries()) {
      if (neighbour.relation === undefined) continue;
      const later = all.slice(i + 1).filter(({ relation }) => relation === undefined);
      assert.ok(later.every(({ score }) => score <= neighbour.score));
    }
    const lost = direct.slice(kept.length);
    const least = Math.min(
      ...all.filter(({ relation }) => relation !== undefined).map(({ score }) => score),
      Infinity,
    );
    assert.ok(
      lost.every(({ score }) => score <= least),
      "nothing better was pushed out",
    );
    assert.ok(all.length - kept.length <= 3, "at most a third");
  }
});

test("a neighbour's text stands in its file, and no place is there twice", async () => {
  const all = await search("unlatchGate", 60);
  const places = all.map(({ citation: { path, range } }) => `${path}:${range.start.line}`);
  assert.deepEqual(places, [...new Set(places)]);
  for (const { citation, text } of all)
    assert.ok((files as Record<string, string>)[citation.path]?.includes(text));
});

test("without neighbours there are none", async () => {
  const direct = await search(question, 60, false);
  assert.ok(direct.every(({ relation }) => relation === undefined));
});
