import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { RecalledTurn } from "../../../protocol/turns.ts";
import { openConversationStore } from "../../../server/memory/conversationStore.ts";
import type { ConversationStore } from "../../../server/workServices.ts";
import { searchTurns } from "../../../server/work/turnSearch.ts";
import { makeTurn } from "../memory/conversationTurns.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "lore-turns-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
const nowMs = new Date(2026, 10, 18, 15, 30).getTime();
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A round as it is told in a test: when, what was said, what was answered. */
type Round = readonly [agoMs: number, said: string, answered?: string];

let nStores = 0;
function storeOf(conversations: readonly (readonly Round[])[]): ConversationStore {
  const clock = { nowMs: () => nowMs, elapsedMs: () => 0 };
  const { store } = openConversationStore(path.join(scratch, String(nStores++)), clock);
  for (const [at, rounds] of conversations.entries()) {
    const { id } = store.create();
    for (const [idx, [agoMs, text, answered]] of rounds.entries()) {
      const createdMs = nowMs - agoMs;
      store.appendTurn(id, makeTurn({ id: `${at}-${idx}`, text, createdMs }));
      if (answered === undefined) continue;
      const answer = {
        id: `${at}-${idx}-answer`,
        role: "lore",
        text: answered,
        createdMs,
      } as const;
      store.appendTurn(id, makeTurn(answer));
    }
  }
  return store;
}

/** Asks, and returns what was found; the store is closed. */
function check(
  conversations: readonly (readonly Round[])[],
  query: string,
): readonly RecalledTurn[] {
  const store = storeOf(conversations);
  try {
    return searchTurns(store, { query, limit: 10 }, nowMs).turns;
  } finally {
    store.close();
  }
}
const ids = (turns: readonly RecalledTurn[]): string[] => turns.map(({ turnId }) => turnId);

const project: readonly (readonly Round[])[] = [
  [
    [40 * dayMs, "The importer retries three times before it gives up.", "Noted."],
    [40 * dayMs, "Where is the toolbar rendered?", "In `src/toolbar.ts`, it draws the sailboat."],
  ],
  [
    [dayMs, "I want tabs in the stylesheets. Where is the theme loaded?"],
    [2 * hourMs, "Which test covers the parser?"],
  ],
  [[4 * hourMs, "The importer now retries five times."]],
];

test("what was said is found by its words, quoted by the sentence that fits", () => {
  const [first] = check(project, "what did I say about the stylesheets?");
  assert.equal(first?.turnId, "1-0");
  assert.equal(first.text, "I want tabs in the stylesheets.");
  assert.equal(first.role, "user");
});

test("of what was said about the same the newest comes first, and the older one says so", () => {
  const [first, second] = check(project, "how often does the importer retry?");
  assert.equal(first?.turnId, "2-0");
  assert.equal(first.newer, undefined);
  assert.equal(second?.turnId, "0-0");
  assert.equal(second.newer?.turnId, "2-0");
  const [oldest] = check(project, "how often did the importer originally retry?");
  assert.equal(oldest?.turnId, "0-0");
});

/** So that a word that few rounds hold says more than one that many do. */
const others: readonly Round[] =
  "toolbar sidebar editor terminal debugger browser printer keyboard mouse speaker"
    .split(" ")
    .map((name) => [60 * dayMs, `The ${name} opens within a second.`]);

const updates: readonly (readonly [
  what: string,
  said: readonly Round[],
  query: string,
  found: readonly string[],
  replaced: readonly string[],
])[] = [
  [
    "a correction that shares no word with the question comes before what it corrects",
    [
      [40 * dayMs, "Rows of the importer have serial numbers as primary keys."],
      [20 * dayMs, "Logs of the importer are written to a file."],
      [hourMs, "We talked in the team. Primary keys of the importer became random. Thanks."],
    ],
    "what did I say about serial numbers?",
    ["2", "0"],
    ["0"],
  ],
  [
    "a statement may begin as questions do",
    [
      [40 * dayMs, "When a request of the importer fails we retry three times."],
      [hourMs, "The importer now retries five times."],
    ],
    "what did I say about failing requests?",
    ["1", "0"],
    ["0"],
  ],
  [
    "the last of several corrections is the one",
    [
      [40 * dayMs, "Rows of the importer have serial numbers as primary keys."],
      [20 * dayMs, "Primary keys of the importer became random."],
      [hourMs, "Primary keys of the importer became hashes."],
    ],
    "what did I say about serial numbers?",
    ["2", "0"],
    ["0"],
  ],
  [
    "what is otherwise in another part of the program corrects nothing",
    [
      [40 * dayMs, "For the importer we keep sessions in Redis."],
      [hourMs, "We moved the sessions of the scheduler to Redis."],
    ],
    "what did I say about the importer?",
    ["0"],
    [],
  ],
  [
    "nor does it where the question finds both",
    [
      [40 * dayMs, "For the importer we keep sessions in Redis."],
      [hourMs, "We moved the sessions of the scheduler to Redis."],
    ],
    "what did I say about what opens within a second and about sessions in Redis?",
    ["1", "0"],
    [],
  ],
  [
    "what is otherwise with another thing of the same part corrects nothing",
    [
      [40 * dayMs, "Rows of the importer have serial numbers as primary keys."],
      [hourMs, "We moved the sessions of the importer to Redis."],
    ],
    "what did I say about serial numbers?",
    ["0"],
    [],
  ],
  [
    "a correction goes to the statement that it is nearest to",
    [
      [50 * dayMs, "Money in the importer is kept as short strings."],
      [40 * dayMs, "Errors of the importer are strings."],
      [hourMs, "We changed money in the importer to long strings."],
      // So that what it is nearest to is not among the first.
      [5 * dayMs, "The importer starts at night."],
      [6 * dayMs, "The importer writes a report."],
      [7 * dayMs, "The importer sleeps on Sundays."],
      [8 * dayMs, "The importer reads archives."],
    ],
    "what did I say about the errors of the importer?",
    ["1", "2", "3", "4", "5", "6", "0"],
    ["0"],
  ],
  [
    "a question corrects nothing",
    [
      [40 * dayMs, "The importer retries three times before it gives up."],
      [hourMs, "How often does the importer retry before it gives up now?"],
    ],
    "the retries of the importer before it gives up",
    ["0", "1"],
    [],
  ],
  [
    "without “the” the question's words say what both are about",
    [
      [40 * dayMs, "ImporterJob stores primary keys as serial numbers."],
      [20 * dayMs, "Primary keys of ImporterJob became random."],
      [hourMs, "SchedulerJob stores primary keys as random numbers now."],
    ],
    "what did I say about serial in ImporterJob?",
    ["1", "0", "2"],
    ["0"],
  ],
  [
    "where a time is asked for, what was said at another one does not come beside it",
    [
      [40 * dayMs, "Rows of the importer have serial numbers as primary keys."],
      [hourMs, "Primary keys of the importer became random."],
    ],
    "what did I say about serial numbers in October?",
    ["0"],
    [],
  ],
];
for (const [what, said, query, found, replaced] of updates)
  test(what, () => {
    const turns = check([said, others], query).filter(({ turnId }) => turnId.startsWith("0-"));
    const isReplaced = ({ newer }: RecalledTurn): boolean => newer !== undefined;
    const told = (those: readonly RecalledTurn[]): string[] => ids(those).map((id) => id.slice(2));
    assert.deepEqual([told(turns), told(turns.filter(isReplaced))], [found, replaced]);
  });

test("a time that is named comes first, and alone it is all that is asked for", () => {
  assert.equal(check(project, "what did I say about the importer in October?")[0]?.turnId, "0-0");
  assert.deepEqual(ids(check(project, "what did I ask yesterday?")), ["1-0"]);
  assert.deepEqual(ids(check(project, "what did I ask today after lunch?")), ["1-1"]);
});

test("what only the answer said is found as the answer's, without its code", () => {
  const [first] = check(project, "what did you tell me about the sailboat?");
  assert.equal(first?.turnId, "0-1-answer");
  assert.equal(first.role, "lore");
  assert.equal(first.text, "In src/toolbar.ts, it draws the sailboat.");
});

test("other words of the trade find it too", () => {
  const [first] = check(project, "Do you remember how many attempts the importer makes?");
  assert.equal(first?.turnId, "2-0");
});

test("relevance tells what was said from what was not", () => {
  const [said] = check(project, "what did I say about the retries of the importer?");
  const [unsaid] = check(project, "what did I say about the licence of the importer?");
  const [foreign] = check(project, "what did I say about kubernetes clusters?");
  assert.ok(said !== undefined && said.relevance > 0.9);
  assert.ok((unsaid?.relevance ?? 0) < 0.7);
  assert.equal(foreign, undefined);
});

test("bounds of the request hold, whatever the question says", () => {
  const store = storeOf(project);
  const params = { query: "importer retries", limit: 10, beforeMs: nowMs - dayMs };
  assert.deepEqual(ids(searchTurns(store, params, nowMs).turns), ["0-0"]);
  store.close();
});

/** Asks from a turn after what was said in other conversations, and returns what is told of them. */
function checkAsking(said: readonly Round[], question: string, told: readonly string[]): void {
  test(`“${question}” after ${said.map(([, text]) => `“${text}”`).join(", ")}`, () => {
    const store = storeOf([...said.map((round) => [round]), [[0, question]]]);
    const asking = { questionId: `${said.length}-0`, question };
    const { turns } = searchTurns(store, { query: question, limit: 1 }, nowMs, asking);
    store.close();
    assert.deepEqual(
      turns.map(({ text }) => text),
      told,
    );
  });
}

const asked = "Where does daysInMonth count the days of a month?";
checkAsking([], asked, []);
for (const again of [
  asked,
  "where does daysInMonth  count the days of a month",
  "Where does `daysInMonth` count\nthe days of a month??",
])
  checkAsking([[hourMs, again, "In `daysInMonth`, which counts days."]], asked, []);
// However often it was asked, what else was said is found.
checkAsking(
  [
    [3 * dayMs, "daysInMonth counts the days of a month as if no year leapt."],
    ...Array.from({ length: 5 }, (_, n): Round => [n * hourMs, asked, "There."]),
  ],
  asked,
  ["daysInMonth counts the days of a month as if no year leapt."],
);
checkAsking([[hourMs, `${asked} The days of a month count from one in daysInMonth.`]], asked, [
  "The days of a month count from one in daysInMonth.",
]);
checkAsking([[hourMs, "Where does daysInMonth count leap days?"]], asked, [
  "Where does daysInMonth count leap days?",
]);
checkAsking([[hourMs, "Where is operator == of a month?"]], "Where is operator != of a month?", [
  "Where is operator == of a month?",
]);

test("a later question about the same does not replace what was said", () => {
  const [first] = check(
    [
      [[dayMs, "The importer retries three times."]],
      [[hourMs, "Where does the importer retry three times?"]],
    ],
    "How often did I say the importer retries?",
  ).filter(({ turnId }) => turnId === "0-0");
  assert.equal(first?.text, "The importer retries three times.");
  assert.equal(first.newer, undefined);
});

test("a question that was asked before is nothing later that was said about it", () => {
  const question = "How often did I say the importer retries?";
  const store = storeOf([
    [
      [dayMs, "The importer retries three times."],
      [hourMs, question],
    ],
  ]);
  const search = (asking?: { questionId: string; question: string }): unknown =>
    searchTurns(store, { query: question, limit: 5 }, nowMs, asking).turns.map(
      ({ text, newer }) => [text, newer?.turnId],
    );
  assert.deepEqual(search({ questionId: "now", question }), [
    ["The importer retries three times.", undefined],
  ]);
  store.close();
});
