import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecallAtResult } from "../../../protocol/asOf.ts";
import type { Answer, Citation, Recall } from "../../../protocol/types.ts";
import { checkAllCitations } from "../../../server/answer/allCitations.ts";
import { Answerer } from "../../../server/answer/answerer.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import type { HistoryService } from "../../../server/services.ts";
import { noHistory } from "../history/noHistory.ts";
import { noTimeline } from "../noTimeline.ts";
import { closedNotes } from "../work/closedNotes.ts";
import { MemorySource } from "./memorySource.ts";

const hashText = await createHashText();
const hash = "c".repeat(40);
const commit = {
  hash,
  author: "A",
  authoredMs: Date.parse("2026-05-04"),
  subject: "Old [x](http://evil.invalid)",
  body: "",
};
const text = "export function load() {\n  return 1;\n}";
const range = { start: { line: 4, character: 0 }, end: { line: 6, character: 1 } };
const recall: Recall = {
  citation: {
    ...{ rootId: "root", path: "src/a.ts", range, contentHash: hashText(text), commit: hash },
    symbol: { name: "load", kind: "function", container: "", range },
  },
  ...{ score: 9, reasons: [], role: "source", language: "typescript", text, boundary: "syntax" },
};
const source = new MemorySource(new Map(), hashText);

function historyWith(result: RecallAtResult): HistoryService {
  return { ...noHistory, rootIds: () => ["root"], recallAt: () => Promise.resolve(result) };
}

async function ask(
  question: string,
  result: RecallAtResult,
  asOf: { readonly asOf?: string } = { asOf: "v1" },
): Promise<Answer> {
  const answerer = new Answerer({
    timeline: noTimeline,
    ...{ recall: source, source, hashText, notes: closedNotes(), history: historyWith(result) },
    ...{ statusCommand: "status", clock: { nowMs: () => 0, elapsedMs: () => 0 } },
  });
  const params = { question, askId: "a", ...asOf };
  return answerer.ask(params, () => undefined, new AbortController().signal);
}

test("an answer as of a commit quotes that commit's text, and its citations name the commit", async () => {
  const found = {
    kind: "recalled",
    commit,
    recalls: [recall],
    filesSearched: 3,
    filesLeftOut: 1,
  } as const;
  const { markdown, citations, abstained, commits } = await ask("where is `load`?", found);
  assert.equal(abstained, false);
  assert.match(markdown, /^As of `cccccccccc` \(2026-05-04, A\), Old \\\[x\\\]/);
  assert.match(
    markdown,
    /```typescript \{start=5 cite=0\}\nexport function load\(\) \{\n {2}return 1;\n\}\n```/,
  );
  assert.deepEqual(citations, [recall.citation]);
  assert.deepEqual(commits, [commit]);
});

test("a name that the commit does not hold, and a commit that is none, are no answer", async () => {
  const found = {
    kind: "recalled",
    commit,
    recalls: [recall],
    filesSearched: 3,
    filesLeftOut: 0,
  } as const;
  const missing = await ask("where is `saveAll`?", found);
  assert.equal(missing.abstained, true);
  assert.match(missing.markdown, /nothing is called `saveAll`/);
  assert.match(
    missing.markdown,
    /The nearest I found:\n\n- `load` in \[`src\/a\.ts:5-7`\]\(#cite-0\)/,
  );
  const none = await ask("where is `load`?", { kind: "unknownCommit" });
  assert.equal(none.abstained, true);
  assert.match(none.markdown, /I do not know which commit `v1` is/);
});

test("citations of a commit are held against its tree", async () => {
  const file = `\n\n\n\n${text}\n`;
  const check = async (citation: Citation, at: string | undefined): Promise<string | undefined> => {
    const history = { ...noHistory, fileAt: () => Promise.resolve(at) };
    const signal = new AbortController().signal;
    const [first] = await checkAllCitations([citation], source, history, hashText, signal);
    return first?.kind;
  };
  assert.equal(await check(recall.citation, file), "current");
  assert.equal(await check(recall.citation, file.replace("1", "2")), "stale");
  assert.equal(await check(recall.citation, undefined), "gone");
});

test("the question's own words say from which commit, and the answer says how they were read", async () => {
  const found = {
    kind: "recalled",
    commit,
    recalls: [recall],
    filesSearched: 3,
    filesLeftOut: 0,
  } as const;
  const inWords = await ask("where was `load` last month?", found, {});
  assert.match(inWords.markdown, /^As of `cccccccccc` .* \(that is how I read “last month”\):/);
  assert.deepEqual(inWords.citations, [recall.citation]);
  const unknown = await ask("where is `load` in v9.9?", { kind: "unknownCommit" }, {});
  assert.match(unknown.markdown, /^I know no commit and no time that “in v9\\?\.9” means here\./);
  const past = await ask("when did `load` change before v1.2?", found, {});
  assert.doesNotMatch(past.markdown, /^As of/);
});
