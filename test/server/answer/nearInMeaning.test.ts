/** Answers to questions in other words than the code has, on a real memory with the model of test/server/model/fixtureModel.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../../../protocol/types.ts";
import { Answerer } from "../../../server/answer/answerer.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import { openMemory, workspace, withMemory, type OpenedMemory } from "../workspaceMemoryHarness.ts";
import { noHistory } from "../history/noHistory.ts";
import { noTimeline } from "../noTimeline.ts";
import { closedNotes } from "../work/closedNotes.ts";

const hashText = await createHashText();
const files = {
  "src/store.ts": "export function evictOldest(limit: number): void {\n  trim(limit);\n}\n",
  "src/shop.ts":
    "export function invoiceTotal(lines: number[]): number {\n  return lines.length;\n}\n",
  "docs/when.md": "# When\n\nWhen it rains.\n",
};

let opened: OpenedMemory;
withMemory(files, (memory) => (opened = memory));

function ask(question: string, memory = opened): Promise<Answer> {
  const answerer = new Answerer({
    timeline: noTimeline,
    notes: closedNotes(),
    recall: memory.recaller,
    source: memory.recaller,
    history: noHistory,
    hashText,
    clock: { nowMs: () => 0, elapsedMs: () => performance.now() },
    statusCommand: "lore status",
  });
  return answerer.ask({ question, askId: "ask" }, () => undefined, new AbortController().signal);
}

test("a question that shares no word with its answer gets the place, and is told how it was found", async () => {
  const { abstained, citations, markdown } = await ask("How are things thrown away?");
  assert.equal(abstained, false);
  assert.equal(citations[0]?.path, "src/store.ts");
  assert.match(
    markdown,
    /^`thrown` and `away` do not occur in memory\. By its meaning the question leads here:\n\nThe closest place I found is \*\*`evictOldest`\*\*/,
  );
});

test("a subject that occurs nowhere and is near to nothing still has no answer", async () => {
  for (const question of [
    "How does the login authenticate a password?",
    "Where is the canvas painted?",
    "where is flushCacheTable thrown away?",
  ]) {
    const { abstained, markdown } = await ask(question);
    assert.ok(abstained, question);
    assert.match(markdown, /^I found no answer: /);
  }
});

test("without a model the words alone decide", async () => {
  using other = workspace(files);
  await using wordsOnly = await openMemory(other.folder, other.storeDir, {
    modelFolder: "/nonexistent/model",
  });
  await wordsOnly.settled();
  assert.ok((await ask("How are things thrown away?", wordsOnly)).abstained);
});
