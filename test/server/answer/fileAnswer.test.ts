import assert from "node:assert/strict";
import { test } from "node:test";
import type { SelectedCode } from "../../../protocol/types.ts";
import { Answerer } from "../../../server/answer/answerer.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import type { SurprisesOf } from "../../../server/answer/unusualInFile.ts";
import { MemorySource } from "./memorySource.ts";
import { noHistory } from "../history/noHistory.ts";
import { noTimeline } from "../noTimeline.ts";
import { closedNotes } from "../work/closedNotes.ts";

const hashText = await createHashText();

async function ask(
  files: Readonly<Record<string, string>>,
  question: string,
  surprisesOf?: SurprisesOf,
  selection?: SelectedCode,
): Promise<string> {
  const source = new MemorySource(new Map(Object.entries(files)), hashText);
  const clock = { nowMs: () => 0, elapsedMs: () => 0 };
  const answerer = new Answerer({
    timeline: noTimeline,
    notes: closedNotes(),
    recall: source,
    source,
    history: noHistory,
    hashText,
    clock,
    statusCommand: "Lore: Show Status",
    ...(surprisesOf === undefined ? {} : { surprisesOf }),
  });
  const { markdown } = await answerer.ask(
    { question, askId: "ask", ...(selection === undefined ? {} : { selection }) },
    () => undefined,
    new AbortController().signal,
  );
  return markdown;
}

const loader = [
  "// Copyright: everybody",
  "",
  "/** Reads the settings of a shop. */",
  "import x from './x.ts';",
  "const cache = new Map();",
  "export interface Settings {",
  "  readonly name: string;",
  "}",
  "/* export function old() {} */",
  "export function loadSettings() {",
  "  const local = 1;",
  "}",
  "",
].join("\n");

test("what a file is is told by its first comment and by what it defines", async () => {
  const files = { "src/loader.ts": loader, "src/b.ts": "export const b = 1;\n" };
  for (const question of [
    "what is src/loader.ts?",
    "src/loader.ts",
    "what does loader.ts do?",
    "what is in the file src/loader.ts?",
  ]) {
    const answer = await ask(files, question);
    assert.ok(
      answer.includes("is a file of 12 lines in `typescript`. It defines 3 things"),
      answer,
    );
    assert.ok(answer.includes("> Reads the settings of a shop."), answer);
    assert.ok(answer.includes("`src/loader.ts:6`](#cite-"), answer);
    assert.ok(answer.includes(": `export function loadSettings() {`"), answer);
    assert.ok(!answer.includes("old()") && !answer.includes("local"), answer);
  }
});

test("a question about something in a file is not answered with the file's outline", async () => {
  const answer = await ask(
    { "src/loader.ts": loader },
    "what does loadSettings do in src/loader.ts?",
  );
  assert.ok(answer.includes("export function loadSettings"), answer);
  assert.ok(!answer.includes("is a file of"), answer);
});

test("of a long file what others can use is shown first", async () => {
  const own = Array.from({ length: 30 }, (_, i) => `const own${i} = ${i};`);
  const answer = await ask(
    { "a.ts": [...own, "export const shared = 1;"].join("\n") },
    "what is a.ts?",
  );
  assert.ok(answer.includes("31 things") && answer.includes("of which I show 12"), answer);
  assert.ok(answer.includes("`export const shared = 1;`"), answer);
});

const odd = "const zq9 = ~wobble ^ 0x3f;";
const waves = [...Array.from({ length: 10 }, (_, n) => `const wave${n} = height(${n});`), odd];
/** Line 10 surprises. */
const surprisesOf: SurprisesOf = () =>
  Promise.resolve(waves.map((_, line) => ({ line, nats: line === 10 ? 6 : 2, nTokens: 10 })));

test("what is unusual in a file is told with its place", async () => {
  const answer = await ask({ "waves.ts": waves.join("\n") }, "what is waves.ts?", surprisesOf);
  assert.match(answer, /Unusual for this workspace[^]*`waves\.ts:11`\]\(#cite-\d+\): `const zq9/);
});

test("of selected code what is unusual in it is told, and nothing of the rest of its file", async () => {
  const files = { "waves.ts": waves.join("\n") };
  for (const [startLine, isTold] of [
    [9, true],
    [0, false],
  ] as const) {
    const range = { startLine, endLine: startLine + 1 };
    const text = waves.slice(startLine, startLine + 2).join("\n");
    const selection = { file: "/work/waves.ts", text, range };
    const answer = await ask(files, "what does this do?", surprisesOf, selection);
    assert.equal(answer.includes("Unusual for this workspace"), isTold, answer);
  }
});

test("a file is told of without, when the deep memory does not know or is too late", async () => {
  const files = { "waves.ts": waves.join("\n") };
  for (const silent of [undefined, (): Promise<undefined> => Promise.resolve(undefined)]) {
    const answer = await ask(files, "what is waves.ts?", silent);
    assert.ok(answer.includes("is a file of 11 lines") && !answer.includes("Unusual"), answer);
  }
  const long = { "waves.ts": [...waves, "/".repeat(16_000)].join("\n") };
  assert.ok(!(await ask(long, "what is waves.ts?", surprisesOf)).includes("Unusual"));
});

const shop = {
  "src/pay.ts":
    'export function pay(card) {\n  throw new Error(`Card ${card.id} was refused by the bank`);\n}\nexport function other() {\n  return "unrelated text in here";\n}\n',
  "src/note.ts": "// the shop opens at nine in the morning\nexport const opens = 9;\n",
};

test("a message without an error's name leads to the line that writes it", async () => {
  const answer = await ask(shop, "Card 4711 was refused by the bank");
  assert.ok(answer.startsWith("The message comes from `pay`"), answer);
  assert.ok(answer.includes("was refused by the bank"), answer);
});

test("words that stand in a comment by chance are no message", async () => {
  const answer = await ask(shop, "the shop opens at nine in the morning");
  assert.ok(!answer.includes("The message comes from"), answer);
});
