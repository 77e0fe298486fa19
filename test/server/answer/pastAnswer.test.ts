import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryStatus, PastParams, PastResult } from "../../../protocol/history.ts";
import type { Answer } from "../../../protocol/types.ts";
import { Answerer } from "../../../server/answer/answerer.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import type { CommitAbout } from "../../../server/services.ts";
import { emptyStatus, noHistory } from "../history/noHistory.ts";
import { noTimeline } from "../noTimeline.ts";
import { closedNotes } from "../work/closedNotes.ts";
import { MemorySource } from "./memorySource.ts";

const hashText = await createHashText();
const ready: HistoryStatus = {
  ...emptyStatus,
  nCommits: 12,
  isWhole: false,
  oldestMs: Date.parse("2026-01-02"),
};
const hash = (digit: string): string => digit.repeat(40);

async function ask(
  question: string,
  result: PastResult,
  about: readonly CommitAbout[] = [],
): Promise<Answer & { readonly params: readonly PastParams[] }> {
  const files = { "src/pool.ts": "export function load(n: number) {\n  return n;\n}\n" };
  const source = new MemorySource(new Map(Object.entries(files)), hashText);
  const params: PastParams[] = [];
  const answerer = new Answerer({
    timeline: noTimeline,
    ...{
      recall: source,
      source,
      hashText,
      notes: closedNotes(),
      statusCommand: "Lore: Show Status",
    },
    clock: { nowMs: () => 0, elapsedMs: () => 0 },
    history: {
      ...noHistory,
      rootIds: () => ["root"],
      commitsAbout: () => Promise.resolve(about),
      past: (asked) => {
        params.push(asked);
        return Promise.resolve(result);
      },
    },
  });
  const answer = await answerer.ask(
    { question, askId: "a" },
    () => undefined,
    new AbortController().signal,
  );
  return { ...answer, params };
}

const hostile = "[click](https://evil.invalid) <img src=x> `code`\u202E **bold** #cite-0";
const past: PastResult = {
  kind: "past",
  isWhole: true,
  status: ready,
  authors: [{ name: "Ann *A*", nCommits: 2, lastMs: Date.parse("2026-11-05") }],
  events: [
    {
      commit: {
        hash: hash("a"),
        author: "Ann *A*",
        authoredMs: Date.parse("2026-11-05"),
        subject: hostile,
        body: `Because.\n\n${hostile}`,
      },
      change: "body",
      path: "src/pool.ts",
    },
    {
      commit: {
        hash: hash("b"),
        author: "Ben",
        authoredMs: Date.parse("2026-10-05"),
        subject: "Add load",
        body: "",
      },
      change: "added",
      path: "src/pool.ts",
    },
  ],
};

/** No link but to citations, no HTML, no emphasis that is not ours. */
function checkHarmless(markdown: string): void {
  for (const [, target] of markdown.matchAll(/(?<!\\)\]\(([^)]*)\)/g))
    assert.match(target ?? "", /^#cite-\d+$/);
  assert.doesNotMatch(markdown, /(?<!\\)<img|(?<!\\)\*\*bold|\u202e|[^\\]#cite-0 /u);
}

test("when: the newest commit, those before it, and where the code is today", async () => {
  const answer = await ask("when did `load` change?", past);
  assert.equal(answer.abstained, false);
  assert.match(
    answer.markdown,
    /^`load` was changed in `src\/pool\.ts` in `aaaaaaaaaa` \(2026-11-05, Ann \\\*A\\\*\):/,
  );
  assert.match(
    answer.markdown,
    /Before that:\n\n- `bbbbbbbbbb` \(2026-10-05, Ben\): added in `src\/pool\.ts`\. Add load/,
  );
  assert.match(
    answer.markdown,
    /Today: `load`, a function in \[`src\/pool\.ts:1-3`\]\(#cite-0\)\./,
  );
  assert.match(
    answer.markdown,
    /Looked at 12 commits, back to 2026-01-02\. Older commits are not remembered\./,
  );
  assert.deepEqual(
    answer.commits?.map((commit) => commit.hash),
    [hash("a"), hash("b")],
  );
  assert.equal(answer.citations[0]?.path, "src/pool.ts");
  assert.deepEqual(answer.params, [
    {
      rootId: "root",
      target: { kind: "symbol", name: "load", paths: ["src/pool.ts"] },
      limit: 400,
    },
  ]);
  checkHarmless(answer.markdown);
});

test("when something was added or removed is told of that commit alone", async () => {
  const added = await ask("when was `load` added?", past);
  assert.match(added.markdown, /^`load` was added in `src\/pool\.ts` in `bbbbbbbbbb`/);
  const removed = await ask("when was `load` removed?", past);
  assert.equal(removed.abstained, true);
  assert.match(
    removed.markdown,
    /`load` was not removed; its last change is `aaaaaaaaaa` of 2026-11-05/,
  );
});

test("why: the author's own words as a quotation, who: people by commits", async () => {
  const why = await ask("why was `load` changed?", past);
  assert.match(why.markdown, /Its author wrote:\n\n> \\\[click/);
  assert.match(why.markdown, /\n>\n> Because\.\n>\n> /);
  checkHarmless(why.markdown);
  const who = await ask("who knows src/pool.ts?", past);
  assert.match(
    who.markdown,
    /These people changed `src\/pool\.ts`:\n\n- Ann \\\*A\\\*: 2 commits, the last on 2026-11-05/,
  );
  assert.deepEqual(who.params[0]?.target, { kind: "path", path: "src/pool.ts" });
  checkHarmless(who.markdown);
});

test("what changed since: commits with their files", async () => {
  const answer = await ask("what changed in src/pool.ts since 2026-10-01?", past);
  assert.match(
    answer.markdown,
    /^2 commits by 2 people changed 1 file in `src\/pool\.ts` since `2026-10-01`\./,
  );
  assert.equal(answer.params[0]?.since, "2026-10-01");
  checkHarmless(answer.markdown);
});

test("without history, without the name, and without a known time the answer abstains and says why", async () => {
  const unknown: PastResult = { kind: "unknown", status: { ...ready, nWithoutSymbols: 5 } };
  const none = await ask("when did `nowhere` change?", unknown);
  assert.equal(none.abstained, true);
  assert.match(none.markdown, /No commit in memory changed anything that is called `nowhere`/);
  assert.match(none.markdown, /In 5 of them I have not looked yet/);
  const texts = {
    gitMissing: /git is not installed/,
    noRepository: /no repository here/,
    noCommits: /nothing has been committed/,
    off: /switched off/,
    failed: /could not be read/,
    waiting: /not in memory yet/,
  } as const;
  for (const [state, text] of Object.entries(texts)) {
    const status = { ...emptyStatus, state: state as keyof typeof texts };
    const answer = await ask("when did `load` change?", { kind: "unknown", status });
    assert.equal(answer.abstained, true, state);
    assert.match(answer.markdown, text);
  }
  const when = await ask("what changed since the flood?", { kind: "unknownSince", status: ready });
  assert.match(when.markdown, /I do not know which time or commit `flood` is\./);
});

test("what has no name in the code is told by the commits that say it", async () => {
  const commit = { ...past.events[0]!.commit, subject: "Switch to sqlite for the store" };
  const unknown: PastResult = { kind: "unknown", status: ready };
  const told = await ask("when did we switch to sqlite?", unknown, [{ commit, names: [] }]);
  assert.equal(told.abstained, false);
  assert.match(
    told.markdown,
    /^What comes nearest among the commits is `aaaaaaaaaa` .*:\n\n> Switch/,
  );
  const why = await ask("why did we switch to sqlite stores?", unknown, [{ commit, names: [] }]);
  assert.match(why.markdown, /> Switch to sqlite for the store\n>\n> Because\./);
  checkHarmless(why.markdown);
  const none = await ask("when did we start using sqlite?", unknown, []);
  assert.equal(none.abstained, true);
  assert.match(none.markdown, /No commit in memory says anything about `sqlite`/);
});

test("while no commit is in memory nothing is said to have changed or not", async () => {
  const status: HistoryStatus = { ...emptyStatus, state: "reading" };
  const unread: PastResult = { kind: "past", events: [], authors: [], isWhole: false, status };
  const answer = await ask("what changed in `src/pool.ts`?", unread);
  assert.match(answer.markdown, /^The history is not in memory yet/);
  assert.ok(answer.abstained);
});
