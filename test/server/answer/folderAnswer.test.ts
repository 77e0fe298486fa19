import assert from "node:assert/strict";
import { test } from "node:test";
import { Answerer } from "../../../server/answer/answerer.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import { noHistory } from "../history/noHistory.ts";
import { noTimeline } from "../noTimeline.ts";
import { closedNotes } from "../work/closedNotes.ts";
import { MemorySource } from "./memorySource.ts";

const hashText = await createHashText();
const files: Record<string, string> = {
  "README.md": "# All\n",
  "src/net/README.md": "# Net\n",
  "src/net/pool.ts":
    "/** Keeps <b>connections</b> [open](http://a.example). */\nexport const a = 1;\n",
  "src/net/wire.ts": "export const b = 1;\n",
  "src/net/pool.test.ts": "test();\n",
  "src/net/deep/inner.ts": "export const c = 1;\n",
  "src/network.ts": "export const d = 1;\n",
};

async function ask(question: string): Promise<string> {
  const source = new MemorySource(new Map(Object.entries(files)), hashText);
  const answerer = new Answerer({
    ...{ timeline: noTimeline, notes: closedNotes(), recall: source, source, history: noHistory },
    ...{ hashText, clock: { nowMs: () => 0, elapsedMs: () => 0 }, statusCommand: "Show Status" },
  });
  const signal = new AbortController().signal;
  return (await answerer.ask({ question, askId: "ask" }, () => undefined, signal)).markdown;
}

for (const question of [
  "Explain the folder src/net",
  "explain src/net/",
  "what is in src/net?",
  "What is the folder `./src/net/`?",
]) {
  test(`a folder is told by its files: ${question}`, async () => {
    const markdown = await ask(question);
    assert.match(
      markdown,
      /^`src\/net\/` is a folder with 5 remembered files, in `typescript`, `markdown`\./,
    );
    const order = [...markdown.matchAll(/^- \[`([^:`]+)/gm)].map(([, path]) => path);
    assert.deepEqual(order, [
      "src/net/README.md",
      "src/net/pool.ts",
      "src/net/wire.ts",
      "src/net/pool.test.ts",
    ]);
    assert.match(markdown, /Keeps \\<b\\>connections/, "what a file says of itself acts nowhere");
    assert.match(markdown, /Folders inside of it: `deep\/` \(1 file\)\./);
    assert.doesNotMatch(markdown, /network/);
  });
}

for (const question of [
  "explain nothing/here",
  "where is src/net opened?",
  "explain connections",
]) {
  test(`another question is no folder's: ${question}`, async () => {
    assert.doesNotMatch(await ask(question), /is a folder/);
  });
}
