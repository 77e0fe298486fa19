/** Cited lines beside the place that cites them, and what can be done with code of an answer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Peeked } from "../../protocol/webviewMessages.ts";
import { useChatBrowser, type Chat } from "./chatBrowser.ts";
import { assertAccessible } from "./axe.ts";
import { exchange } from "./chatStates.ts";
import * as sample from "./sampleChat.ts";
import type { ThemeName } from "./themes.ts";

const withChat = useChatBrowser();
const text = `  delayBefore(attempt: number) {\n    // <img src=x onerror="hostileScriptRan='1'">\u202e\n    return 1;\n  }`;

/** Answers the last wish for lines. */
async function answer(chat: Chat, changes: object = {}): Promise<void> {
  const wished = (await chat.postedOf("peek")).at(-1);
  assert.ok(wished, "lines are wished for");
  const lines = {
    kind: "lines",
    isMoved: false,
    text,
    nLinesLeftOut: 0,
    startLine: 40,
    language: "ts",
  };
  const peeked = { ...lines, ...changes, peekId: wished.peekId } as Peeked;
  await chat.send({ type: "peeked", peeked });
}
const peek = (chat: Chat) => chat.page.getByRole("dialog", { name: "Cited lines" });
const chip = (chat: Chat) => chat.page.locator(".answer li .chip").first();

test("a pointer that rests on a citation shows its lines, not over it, and they go with the pointer", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    await chat.page.clock.install({ time: sample.nowMs });
    await chip(chat).hover();
    await chat.page.clock.runFor(300);
    assert.deepEqual(await chat.postedOf("peek"), []);
    await chat.page.clock.runFor(200);
    await answer(chat);
    assert.ok(await peek(chat).isVisible());
    const over = await chip(chat).boundingBox();
    const box = await peek(chat).boundingBox();
    assert.ok(over && box);
    assert.ok(box.y >= over.y + over.height || box.y + box.height <= over.y, "the chip is free");
    assert.ok(box.x >= 0 && box.x + box.width <= 420);
    await peek(chat).hover();
    await chat.page.clock.runFor(1_000);
    assert.ok(await peek(chat).isVisible(), "it can be read");
    await chat.page.mouse.move(5, 5);
    await chat.page.clock.runFor(300);
    assert.ok(await peek(chat).isHidden());
  }));

test("Alt+Down shows them to whoever has no pointer, Escape leads back and stops no answer", () =>
  withChat({}, async (chat) => {
    await chat.send(
      sample.state([...exchange, sample.question("q2", "?"), sample.streaming("a2")]),
    );
    await chip(chat).focus();
    await chat.page.keyboard.press("Alt+ArrowDown");
    await answer(chat);
    const focused = (): Promise<string> =>
      chat.page.evaluate(() => document.activeElement?.tagName ?? "");
    assert.equal(await focused(), "PRE");
    await chat.page.keyboard.press("Escape");
    assert.ok(await peek(chat).isHidden());
    assert.ok(await chip(chat).evaluate((node) => node === document.activeElement));
    assert.deepEqual(await chat.postedOf("stop"), []);
  }));

test("the lines are text, whatever they say, and the gutter counts from where they are", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    await chip(chat).focus();
    await chat.page.keyboard.press("Alt+ArrowDown");
    await answer(chat, { isMoved: true, nLinesLeftOut: 7 });
    const shown = await peek(chat).innerText();
    assert.ok(shown.includes("<img src=x onerror") && shown.includes("‹U+202E›"), shown);
    assert.ok(shown.includes("moved to other lines") && shown.includes("7 more lines"), shown);
    assert.equal(await peek(chat).locator("img").count(), 0);
    assert.match(await peek(chat).locator(".gutter").innerText(), /^41\n42\n43\n44$/);
  }));

for (const [kind, words] of [
  ["stale", "The text changed since this answer."],
  ["gone", "The file or the text is no longer there."],
] as const) {
  test(`what is ${kind} says so and shows no line`, () =>
    withChat({}, async (chat) => {
      await chat.send(sample.state(exchange));
      await chip(chat).focus();
      await chat.page.keyboard.press("Alt+ArrowDown");
      await answer(chat, { kind });
      assert.ok((await peek(chat).innerText()).includes(words));
      assert.equal(await peek(chat).locator("pre").count(), 0);
    }));
}

test("lines that come after they are no longer wanted do not open", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    await chip(chat).focus();
    await chat.page.keyboard.press("Alt+ArrowDown");
    await chat.page.keyboard.press("Tab");
    await chat.page.getByRole("log").evaluate((node) => node.dispatchEvent(new Event("scroll")));
    await answer(chat);
    assert.ok(await peek(chat).isHidden());
  }));

for (const theme of ["dark", "light", "highContrast"] as readonly ThemeName[]) {
  test(`the lines are accessible, ${theme}`, () =>
    withChat({ theme }, async (chat) => {
      await chat.send(sample.state(exchange));
      await chip(chat).focus();
      await chat.page.keyboard.press("Alt+ArrowDown");
      await answer(chat);
      await assertAccessible(chat.page, "peek");
      await chat.screenshot(`peek-${theme}`);
    }));
}

test("code that is nowhere yet can be inserted and compared, code of the workspace is to be opened", () =>
  withChat({}, async (chat) => {
    const markdown = "```ts\nconst a = 1;\n```\n\n```ts {start=41 cite=0}\nconst b = 2;\n```\n";
    await chat.send(
      sample.state([sample.question("q1", "?"), sample.answer("a1", { text: markdown })]),
    );
    await chat.page.getByRole("button", { name: "Insert at the cursor" }).press("Enter");
    await chat.page
      .getByRole("button", { name: "Show the change in the open file" })
      .press("Enter");
    assert.deepEqual(await chat.postedOf("insertCode"), [
      { type: "insertCode", code: "const a = 1;" },
    ]);
    assert.deepEqual(await chat.postedOf("applyCode"), [
      { type: "applyCode", code: "const a = 1;" },
    ]);
    await chat.screenshot("code-actions");
  }));
