/** A file as large as the settings allow is remembered, and what is remembered can be shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Recall } from "../../protocol/types.ts";
import { checkCitations } from "../../server/answer/citations.ts";
import { createHashText } from "../../server/recall/citation.ts";
import { functionText, openMemory, settings, workspace } from "./workspaceMemoryHarness.ts";

const megabyte = 1024 * 1024;

/** Source text of about so many bytes with one function in its middle. */
function largeSource(bytes: number, name: string): string {
  const line = `show("${"these words only take room and say nothing about anything ".repeat(4)}");\n`;
  const half = line.repeat(Math.ceil(bytes / 2 / line.length));
  return `${half}${functionText(name)}${half}`;
}

test("a file of 20 MB is cited when the settings let it in", { timeout: 120_000 }, async () => {
  using place = workspace({ "src/large.ts": largeSource(20 * megabyte, "computeWithinLarge") });
  await using opened = await openMemory(place.folder, place.storeDir, {
    settings: { ...settings, maxFileBytes: 100 * megabyte },
  });
  const status = await opened.settled(false);
  assert.equal(status.roots[0]?.remembered, 1, JSON.stringify(status.roots[0]?.failed));
  const best = (await opened.search("computeWithinLarge"))[0] as Recall;
  assert.ok(best.text.includes("function computeWithinLarge"), best.text.slice(0, 200));
  const [check] = checkCitations([best.citation], opened.recaller, await createHashText());
  assert.equal(check?.kind, "current");

  // What the settings shut out is not shown any more.
  await opened.memory.configure({ ...settings, maxFileBytes: 10 * megabyte }, true);
  assert.equal((await opened.settled(false)).roots[0]?.skipped.tooLarge, 1);
  assert.deepEqual(await opened.search("computeWithinLarge"), []);
});
