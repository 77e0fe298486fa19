/** Finished parts of a long conversation: one line each, which unfolds to exactly its turns. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConversationPart } from "../../protocol/context.ts";
import type { Turn } from "../../protocol/types.ts";
import { rowsOf } from "../../webview/partRows.ts";
import { useChatBrowser, type Chat } from "./chatBrowser.ts";
import * as sample from "./sampleChat.ts";

const withChat = useChatBrowser();
const conversationId = "conversation-1";

const turnsOf = (n: number): Turn[] => [
  sample.question(`q${n}`, `Question ${n}?`),
  sample.answer(`a${n}`),
];
const turns = [1, 2, 3, 4, 5, 6, 7, 8].flatMap(turnsOf);
/** Questions 1 to 3, 4 and 5, 6 to 8. */
const parts = [
  sample.part(1, 3, { line: "Where is the cache cleared?", nPlaces: 7 }),
  sample.part(4, 5, { line: "How are invoices numbered?", nPlaces: 1 }),
  sample.part(6, 8, { line: "Who retries?", isOpen: true }),
];

/** The questions on the screen are these; waits until they are, for the page draws when it has rested. */
async function shows(chat: Chat, ...numbers: readonly number[]): Promise<void> {
  const expected = numbers.map((n) => `Question ${n}?`);
  const questions = chat.page.locator(".question");
  await questions.nth(numbers.length).waitFor({ state: "detached" });
  await questions
    .last()
    .filter({ hasText: expected.at(-1) ?? "" })
    .waitFor();
  await questions.nth(numbers.length - 1).waitFor();
  assert.deepEqual(await questions.allInnerTexts(), expected);
}

const rows: readonly {
  readonly name: string;
  readonly turns: readonly Turn[];
  readonly parts: readonly ConversationPart[];
  readonly unfolded?: readonly string[];
  /** `+` before the first turn of an unfolded part's line, `-` of a folded one. */
  readonly rows: string;
}[] = [
  { name: "nothing", turns: [], parts: [], rows: "" },
  { name: "no part known yet", turns: turns.slice(0, 2), parts: [], rows: "q1 a1" },
  {
    name: "a short conversation",
    turns: turns.slice(0, 10),
    parts: [sample.part(1, 3), sample.part(4, 5, { isOpen: true })],
    rows: "q1 a1 q2 a2 q3 a3 q4 a4 q5 a5",
  },
  {
    name: "one part",
    turns,
    parts: [sample.part(1, 8, { isOpen: true })],
    rows: turns.map(({ id }) => id).join(" "),
  },
  { name: "finished parts", turns, parts, rows: "-q1 -q4 q6 a6 q7 a7 q8 a8" },
  {
    name: "one unfolded",
    turns,
    parts,
    unfolded: ["q4", "gone"],
    rows: "-q1 +q4 q4 a4 q5 a5 q6 a6 q7 a7 q8 a8",
  },
  {
    name: "a part that came in half",
    turns: turns.slice(7),
    parts,
    unfolded: ["q4"],
    rows: "+q4 a4 q5 a5 q6 a6 q7 a7 q8 a8",
  },
  { name: "only the open part", turns: turns.slice(12), parts, rows: "q7 a7 q8 a8" },
  {
    name: "a question after the last part",
    turns: [...turns, ...turnsOf(9)],
    parts,
    rows: "-q1 -q4 q6 a6 q7 a7 q8 a8 q9 a9",
  },
];
for (const { name, turns: given, parts: known, unfolded = [], rows: expected } of rows) {
  test(`rows: ${name}`, () => {
    const found = rowsOf(given, known, new Set(unfolded)).map((row) =>
      row.kind === "turn" ? row.turn.id : `${row.isFolded ? "-" : "+"}${row.part.firstTurnId}`,
    );
    assert.equal(found.join(" "), expected);
  });
}

test("a finished part is one line, and the keyboard unfolds it to exactly its turns and folds it again", () =>
  withChat({ height: 900 }, async (chat) => {
    await chat.send(sample.state(turns, { parts }));
    await shows(chat, 6, 7, 8);
    const line = chat.page.getByRole("button", { name: "Where is the cache cleared?" });
    assert.equal(await line.getAttribute("aria-expanded"), "false");
    assert.equal(
      (await line.innerText()).replaceAll("\n", " "),
      "Where is the cache cleared? 3 questions · 7 places · 2h ago",
    );
    assert.equal(await chat.page.getByRole("heading", { name: /invoices/ }).count(), 1);
    await line.focus();
    await chat.page.keyboard.press("Enter");
    assert.equal(await line.getAttribute("aria-expanded"), "true");
    await shows(chat, 1, 2, 3, 6, 7, 8);
    assert.ok(await line.evaluate((node) => node === document.activeElement));
    await chat.page.keyboard.press(" ");
    await shows(chat, 6, 7, 8);
  }));

test("what is unfolded stays so through messages and when the view comes back", async () => {
  let saved: unknown;
  await withChat({}, async (chat) => {
    await chat.send(sample.state(turns, { parts }));
    await chat.page.getByRole("button", { name: "How are invoices numbered?" }).click();
    await chat.send({ type: "turn", conversationId, turn: sample.question("q9", "Question 9?") });
    await chat.send({ type: "parts", conversationId, parts });
    await shows(chat, 4, 5, 6, 7, 8, 9);
    saved = await chat.saved();
  });
  await withChat({ saved }, async (chat) => {
    await chat.send(sample.state(turns, { parts }));
    await shows(chat, 4, 5, 6, 7, 8);
  });
});

test("a part that is finished folds where the conversation is followed", () =>
  withChat({}, async (chat) => {
    const open = [...parts.slice(0, 2), sample.part(6, 8, { isOpen: true })];
    await chat.send(sample.state(turns, { parts: open }));
    const [asked, answered] = turnsOf(9);
    await chat.send({ type: "turn", conversationId, turn: asked });
    await chat.send({ type: "turn", conversationId, turn: answered });
    const next = [...parts.slice(0, 2), sample.part(6, 8), sample.part(9, 9, { isOpen: true })];
    await chat.send({ type: "parts", conversationId, parts: next });
    await shows(chat, 9);
    assert.equal(await chat.page.locator(".part").count(), 3);
    const last = await chat.page.getByText("Question 9?").boundingBox();
    const list = await chat.page.getByRole("log").boundingBox();
    assert.ok(last && list && last.y >= list.y && last.y < list.y + list.height, "in sight");
  }));

test("a part that is finished stays open under the eyes of somebody who reads in it", () =>
  withChat({ height: 500 }, async (chat) => {
    await chat.send(sample.state(turns, { parts }));
    await chat.page.getByRole("log").evaluate(async (node) => {
      node.scrollTo(0, 200);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    });
    const next = [...parts.slice(0, 2), sample.part(6, 7), sample.part(8, 8, { isOpen: true })];
    await chat.send({ type: "parts", conversationId, parts: next });
    const line = chat.page.locator(".part button").nth(2);
    assert.equal(await line.getAttribute("aria-expanded"), "true");
    await shows(chat, 6, 7, 8);
  }));

test("unfolding a part whose beginning is not there yet brings its turns, each once", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(turns.slice(4), { parts, nEarlier: 4 }));
    await chat.page.getByRole("button", { name: "Where is the cache cleared?" }).click();
    assert.deepEqual(await chat.postedOf("showEarlier"), [{ type: "showEarlier", before: "q3" }]);
    const [early, later] = [turns.slice(0, 2), turns.slice(2, 4)];
    await chat.send({ type: "earlierTurns", conversationId, turns: later, nEarlier: 2 });
    await shows(chat, 2, 3, 6, 7, 8);
    assert.equal((await chat.postedOf("showEarlier")).length, 2);
    await chat.send({ type: "earlierTurns", conversationId, turns: early, nEarlier: 0 });
    await shows(chat, 1, 2, 3, 6, 7, 8);
    assert.equal((await chat.postedOf("showEarlier")).length, 2);
  }));

test("a turn that is sought is unfolded, shown and has the focus", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(turns, { parts }));
    await chat.send({ type: "showTurn", conversationId, turnId: "q5" });
    await shows(chat, 4, 5, 6, 7, 8);
    const focused = await chat.page.evaluate(
      () => (document.activeElement as HTMLElement | null)?.dataset["turn"],
    );
    assert.equal(focused, "q5");
  }));

test("a hostile line is text", () =>
  withChat({}, async (chat) => {
    const line = '<img src=x onerror="window.hostileScriptRan=true"> [x](https://x.invalid) \u202e';
    await chat.send(
      sample.state(turns, { parts: [sample.part(1, 3, { line }), ...parts.slice(1)] }),
    );
    const shown = await chat.page.locator(".part-line").first().innerText();
    assert.equal(shown, line.replace("\u202e", "‹U+202E›"));
    assert.equal(await chat.page.locator(".part img, .part a").count(), 0);
  }));

test("200 folded rounds are as many lines as there are parts, and no turns", () =>
  withChat({}, async (chat) => {
    const many = Array.from({ length: 200 }, (_, idx) => turnsOf(idx + 1)).flat();
    const folded = Array.from({ length: 40 }, (_, idx) =>
      sample.part(idx * 5 + 1, idx * 5 + 5, { isOpen: idx === 39 }),
    );
    await chat.send(sample.state(many, { parts: folded }));
    assert.equal(await chat.page.locator(".part").count(), 39);
    assert.equal(await chat.page.locator(".turn").count(), 10);
  }));
