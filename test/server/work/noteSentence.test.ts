import assert from "node:assert/strict";
import { test } from "node:test";
import type { NoteKind } from "../../../protocol/notes.ts";
import { noteQuestion, noteSentence } from "../../../server/work/noteSentence.ts";

const sentences: readonly (readonly [asked: string, text: string, kind: NoteKind])[] = [
  [
    "remember that we use tabs because of Makefiles",
    "we use tabs because of Makefiles",
    "decision",
  ],
  ["Please remember: the port is 8080", "the port is 8080", "fact"],
  ["Remember that I prefer early returns.", "I prefer early returns.", "preference"],
  ["remember to rename the parser", "to rename the parser", "todo"],
  ["don't forget to add tests", "to add tests", "todo"],
  ["merke dir, dass wir SQLite verwenden", "wir SQLite verwenden", "fact"],
  [
    "Merk dir: wir haben uns für SQLite entschieden",
    "wir haben uns für SQLite entschieden",
    "decision",
  ],
  ["记住我们决定用SQLite", "我们决定用SQLite", "decision"],
  ["请记住：我喜欢短函数", "我喜欢短函数", "preference"],
  ["SQLiteを使うことにしたと覚えておいて", "SQLiteを使うことにした", "decision"],
  ["覚えておいて：ポートは8080", "ポートは8080", "fact"],
];
for (const [asked, text, kind] of sentences) {
  test(`“${asked}” is remembered as ${kind}`, () => {
    const found = noteSentence(asked);
    assert.deepEqual({ text: found?.text, kind: found?.kind }, { text, kind });
  });
}

const others: readonly string[] = [
  "where do we remember that a file is stale?",
  "do you remember that function?",
  "remember",
  "note that load is called twice; why?",
  "remember that",
  "how does rememberThat work",
  "",
];
for (const asked of others)
  test(`“${asked}” is nothing to remember`, () => assert.equal(noteSentence(asked), undefined));

const questions: readonly (readonly [
  asked: string,
  topic: string | undefined,
  onlyNotes?: boolean,
])[] = [
  ["why do we retry three times?", "we retry three times", false],
  ["What did we decide about retries?", "retries", true],
  ["what do I prefer?", "", true],
  ["what do I prefer for loops?", "loops", true],
  ["what is still to do in the parser?", "the parser", true],
  ["what did I say about the port", "the port", true],
  ["warum verwenden wir SQLite?", "verwenden wir SQLite", false],
  ["为什么我们用SQLite？", "我们用SQLite", false],
  ["where is retry defined?", undefined],
  ["what does retry do?", undefined],
  ["who calls retry", undefined],
];
for (const [asked, topic, onlyNotes] of questions) {
  test(`“${asked}” ${topic === undefined ? "asks nothing of notes" : `asks notes about “${topic}”`}`, () => {
    const wanted = noteQuestion(asked);
    assert.equal(wanted?.topic, topic);
    assert.equal(wanted?.onlyNotes, onlyNotes);
  });
}

test("hostile questions are read soon", () => {
  const before = process.cpuUsage();
  for (const text of [
    "remember that ".repeat(7_000),
    `why do ${"x ".repeat(50_000)}`,
    " ".repeat(100_000),
    "と".repeat(100_000),
    `what did we decide about ${"about ".repeat(10_000)}`,
  ]) {
    noteSentence(text);
    noteQuestion(text);
  }
  const { user } = process.cpuUsage(before);
  assert.ok(user < 1e6, `${user / 1e3} ms`);
});
