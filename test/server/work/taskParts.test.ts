import assert from "node:assert/strict";
import { test } from "node:test";
import { maxPartPaths } from "../../../protocol/context.ts";
import { roundsOf } from "../../../server/work/rounds.ts";
import { taskParts, type TaskPart } from "../../../server/work/taskParts.ts";
import { madeTurns, type MadeRound } from "./roundHarness.ts";

const partsOf = (rounds: readonly MadeRound[]): TaskPart[] =>
  taskParts(roundsOf(madeTurns(rounds)));

/** A conversation, and with which of its questions a part begins. */
const conversations: readonly {
  readonly name: string;
  readonly rounds: readonly MadeRound[];
  readonly begins: readonly number[];
}[] = [
  { name: "nothing", rounds: [], begins: [] },
  { name: "one round", rounds: [{ question: "Where is the cache cleared?" }], begins: [0] },
  {
    name: "words in common",
    rounds: [
      { question: "Where is the cache cleared?" },
      { question: "When does the cache grow?" },
      { question: "Who calls clearCache?" },
    ],
    begins: [0],
  },
  {
    name: "two subjects",
    rounds: [
      { question: "Where is the cache cleared?", files: ["src/cache/store.ts"] },
      { question: "How big can the cache get?", files: ["src/cache/store.ts"] },
      { question: "How are invoices numbered?", files: ["src/billing/invoice.ts"] },
      { question: "Which taxes stand on invoices?", files: ["src/billing/tax.ts"] },
    ],
    begins: [0, 2],
  },
  {
    name: "follow-ups that have no subject of their own",
    rounds: [
      { question: "Where is the cache cleared?", files: ["src/cache/store.ts"] },
      { question: "and who calls it?", files: ["src/main.ts"] },
      { question: "Why?", files: ["docs/why.md"] },
      { question: "what about Windows?", files: ["src/platform.ts"] },
      { question: "is this tested?", files: ["test/x.test.ts"] },
      { question: "und warum?", files: ["a/b.c"] },
      { question: "ok", files: [] },
    ],
    begins: [0],
  },
  {
    name: "a word that points back beside a new subject",
    rounds: [
      { question: "Where is the cache cleared?", files: ["src/cache/store.ts"] },
      { question: "How does this project send invoices by mail?", files: ["src/billing/mail.ts"] },
    ],
    begins: [0, 1],
  },
  {
    name: "other words, the same file",
    rounds: [
      { question: "Where is the cache cleared?", files: ["src/cache/store.ts"] },
      { question: "Which errors can eviction throw?", files: ["src/cache/store.ts"] },
    ],
    begins: [0],
  },
  {
    name: "other words, the same folder",
    rounds: [
      { question: "Where is the cache cleared?", files: ["src/store.ts"] },
      { question: "How are invoices numbered?", files: ["src/invoice.ts"] },
    ],
    begins: [0, 1],
  },
  {
    name: "a question about what was cited",
    rounds: [
      { question: "Where is the delay decided?", files: ["src/http/retryPolicy.ts"] },
      { question: "Who constructs a RetryPolicy?", files: ["src/main.ts"] },
    ],
    begins: [0],
  },
  {
    name: "the same selected file",
    rounds: [
      { question: "Explain eviction", selectedFile: "/w/src/a.ts" },
      { question: "Which locks are held?", selectedFile: "/w/src/a.ts" },
    ],
    begins: [0],
  },
  {
    name: "a long pause",
    rounds: [
      { question: "Where is the cache cleared?" },
      { question: "How big is the cache?", afterMinutes: 100 },
      { question: "Is the cache shared?", afterMinutes: 130 },
      { question: "and why?", afterMinutes: 2_000 },
    ],
    begins: [0, 2],
  },
  {
    name: "other scripts",
    rounds: [
      { question: "缓存在哪里清除？", files: ["src/cache.ts"] },
      { question: "它在哪里被调用？", files: ["src/main.ts"] },
      { question: "发票如何编号？", files: ["billing/invoice.ts"] },
    ],
    begins: [0, 2],
  },
  {
    name: "hostile text",
    rounds: [
      { question: "<img src=x onerror=alert(1)> cache\u202e\u0000" },
      { question: "__proto__ constructor toString" },
      { question: "\ud800\ud800" },
      { question: " \n " },
    ],
    begins: [0, 1],
  },
];
for (const { name, rounds, begins } of conversations) {
  test(`parts: ${name}`, () => {
    const parts = partsOf(rounds);
    assert.deepEqual(
      parts.map(({ part }) => part.firstTurnId),
      begins.map((at) => `q${at}`),
    );
    const ids = parts.flatMap((part) => part.rounds.flatMap(({ turnIds }) => turnIds));
    assert.deepEqual(
      ids,
      madeTurns(rounds).map(({ id }) => id),
      "each turn is in one part",
    );
    assert.deepEqual(
      parts.map(({ part }) => part.isOpen),
      parts.map((_part, idx) => idx === parts.length - 1),
    );
  });
}

test("a part says what it was about, when, and what it rests on", () => {
  const [first] = partsOf([
    { question: "Where is the cache\n\tcleared?", files: ["b.ts", "a.ts"] },
    { question: "and who calls it?", files: ["a.ts", "c.ts", "d.ts", "e.ts", "f.ts", "g.ts"] },
  ]);
  assert.deepEqual(first?.part, {
    firstTurnId: "q0",
    lastTurnId: "a1",
    line: "Where is the cache cleared?",
    nQuestions: 2,
    nPlaces: 7,
    paths: ["a.ts", "b.ts", "c.ts", "d.ts", "e.ts"],
    startMs: Date.parse("2026-03-02T08:01:00Z"),
    endMs: Date.parse("2026-03-02T08:02:00Z"),
    isOpen: true,
  });
  assert.equal(first?.part.paths.length, maxPartPaths);
});

const lines: readonly (readonly [question: string, line: string])[] = [
  ["a".repeat(80), "a".repeat(80)],
  [`${"word ".repeat(100_000)}end`, `${"word ".repeat(15)}word…`],
  ["🎉".repeat(90), `${"🎉".repeat(79)}…`],
  ["one\u202etwo\u0007\r\n three", "one two three"],
  ["half \ud83c", "half \ufffd"],
  ["", ""],
];
for (const [question, line] of lines) {
  test(`the line of “${question.slice(0, 20)}…” (${question.length})`, () => {
    assert.equal(partsOf([{ question }])[0]?.part.line, line);
  });
}

test("500 rounds, five on each subject, are a hundred parts", () => {
  const rounds = Array.from({ length: 500 }, (_, idx) => {
    const letters = `${"abcdefghij"[Math.floor(idx / 50)]}${"klmnopqrst"[Math.floor(idx / 5) % 10]}`;
    const subject = `qu${letters}zok`;
    return { question: `What does ${subject} hold?`, files: [`${subject}/file.ts`] };
  });
  const parts = partsOf(rounds);
  assert.equal(parts.length, 100);
  assert.ok(parts.every(({ part }) => part.nQuestions === 5 && part.nPlaces === 1));
});

test("an answer whose question is lost, and a question without an answer, are rounds too", () => {
  const turns = madeTurns([{ question: "Where is the cache?" }, { question: "Why is the cache?" }]);
  const parts = taskParts(roundsOf(turns.slice(1, 3)));
  assert.deepEqual(
    parts.map(({ part }) => [part.firstTurnId, part.line, part.nQuestions]),
    [["a0", "Why is the cache?", 1]],
  );
});
