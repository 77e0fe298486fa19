import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryError } from "../../../protocol/errors.ts";
import type { Answer } from "../../../protocol/types.ts";
import { Answerer } from "../../../server/answer/answerer.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import type { CommitAbout, HistoryService } from "../../../server/services.ts";
import { emptyStatus, noHistory } from "../history/noHistory.ts";
import { noTimeline } from "../noTimeline.ts";
import { closedNotes } from "../work/closedNotes.ts";
import { MemorySource } from "./memorySource.ts";

const hashText = await createHashText();
const files = {
  "src/pool.ts":
    "/** Retries a failed upload. */\nexport function retryUpload(n: number) {\n  return n;\n}\n",
};

const about = (digit: string, subject: string, names: readonly string[] = []): CommitAbout => ({
  commit: {
    ...{ hash: digit.repeat(40), author: "Ann *A*", authoredMs: Date.parse("2026-05-04") },
    ...{ subject, body: "" },
  },
  names,
});

async function ask(
  question: string,
  commitsAbout: HistoryService["commitsAbout"],
): Promise<Answer> {
  const source = new MemorySource(new Map(Object.entries(files)), hashText);
  const answerer = new Answerer({
    timeline: noTimeline,
    ...{ recall: source, source, hashText, notes: closedNotes(), statusCommand: "status" },
    clock: { nowMs: () => 0, elapsedMs: () => 0 },
    history: {
      ...noHistory,
      rootIds: () => ["root"],
      status: () => ({ ...emptyStatus, nCommits: 3 }),
      commitsAbout,
    },
  });
  const { signal } = new AbortController();
  return answerer.ask({ question, askId: "a" }, () => undefined, signal);
}

const found = [
  about("a", "Retry the upload [x](http://evil.invalid) when it failed"),
  about("b", "Merge branch 'retry-upload' of failed"),
  about("c", "Bump a dependency"),
  about("d", "Wait longer", ["retryUpload"]),
];

test("commits that are clearly about the question are told beside the code, as plain text", async () => {
  const { markdown, commits } = await ask("how is a failed upload retried?", () =>
    Promise.resolve(found),
  );
  assert.match(
    markdown,
    /Commits about this:\n\n- `aaaaaaaaaa` \(2026-05-04, Ann \\\*A\\\*\): Retry the upload \\\[x\\\]/,
  );
  assert.deepEqual(
    commits?.map(({ hash }) => hash[0]),
    ["a", "d"],
  );
  const named = await ask("where is `retryUpload`?", () => Promise.resolve(found));
  assert.deepEqual(
    named.commits?.map(({ hash }) => hash[0]),
    ["a", "d"],
  );
});

test("questions of other kinds do not ask for commits", async () => {
  const none = (): Promise<never> => assert.fail("not asked for");
  for (const question of ["who calls `retryUpload`?", "all places of `retryUpload`"])
    assert.doesNotMatch((await ask(question, none)).markdown, /Commits about/);
});

test("a history that cannot be read is said, and the code is answered", async () => {
  const damaged = await ask("where is `retryUpload`?", () =>
    Promise.reject(new MemoryError("storeUnavailable")),
  );
  assert.match(damaged.markdown, /The history cannot be read at the moment\./);
  assert.equal(damaged.abstained, false);
});
