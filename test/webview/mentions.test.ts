/** Naming files, folders and definitions with `@` in the question field. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Suggestion } from "../../protocol/mentions.ts";
import { mentionBefore } from "../../webview/mentionToken.ts";
import { useChatBrowser, type Chat } from "./chatBrowser.ts";
import * as sample from "./sampleChat.ts";

const withChat = useChatBrowser();
const rootId = "root-1";
const suggestions: readonly Suggestion[] = [
  { kind: "file", rootId, path: "src/http/retryPolicy.ts", isOpen: true },
  { kind: "folder", rootId, path: "src/http" },
  {
    ...{ kind: "symbol", rootId, path: "src/http/retryPolicy.ts", symbolKind: "method" },
    name: "RetryPolicy.delayBefore",
  },
  { kind: "file", rootId, path: "docs/read me.md" },
];

/** Types into the field and answers what it asked for last. */
async function typed(chat: Chat, text: string, answer = suggestions): Promise<void> {
  await chat.page.locator(".question-field").focus();
  await chat.page.keyboard.type(text);
  const asked = (await chat.postedOf("suggest")).at(-1);
  assert.ok(asked, "something is asked for");
  await chat.send({ type: "suggestions", prefix: asked.prefix, suggestions: answer });
}

const value = (chat: Chat): Promise<string> => chat.page.locator(".question-field").inputValue();
const rows = (chat: Chat) => chat.page.getByRole("option");
const chosen = (chat: Chat): Promise<string> =>
  chat.page.locator(".question-field").evaluate((field) => {
    const option = document.getElementById(field.getAttribute("aria-activedescendant") ?? "");
    return option?.getAttribute("aria-selected") === "true" ? (option.textContent ?? "") : "";
  });

test("behind @ a list opens; arrows choose, Enter takes, and the next Enter asks", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.emptyState());
    await typed(chat, "wait in @ret");
    assert.deepEqual((await chat.postedOf("suggest")).at(-1), { type: "suggest", prefix: "ret" });
    assert.equal(await rows(chat).count(), 4);
    assert.match(await chosen(chat), /^retryPolicy\.tssrc\/httpfile, open in the editor$/);
    await chat.screenshot("mentions");
    const { keyboard } = chat.page;
    await keyboard.press("ArrowDown");
    await keyboard.press("ArrowDown");
    assert.match(await chosen(chat), /^RetryPolicy\.delayBefore/);
    await keyboard.press("ArrowUp");
    await keyboard.press("ArrowUp");
    await keyboard.press("ArrowUp");
    assert.match(await chosen(chat), /^read me\.md/);
    await keyboard.press("ArrowDown");
    await keyboard.press("Enter");
    assert.equal(await value(chat), "wait in @src/http/retryPolicy.ts ");
    assert.equal(await rows(chat).count(), 0);
    assert.deepEqual(await chat.postedOf("ask"), []);
    await keyboard.press("Enter");
    const question = "wait in @src/http/retryPolicy.ts";
    assert.deepEqual(await chat.postedOf("ask"), [{ type: "ask", question }]);
  }));

const taken: readonly (readonly [string, number, string, string])[] = [
  ["a symbol", 2, "Enter", "@symbol RetryPolicy.delayBefore "],
  ["a path with a blank", 3, "Enter", '@"docs/read me.md" '],
  ["a folder", 1, "Enter", "@src/http/ "],
  ["a folder to go on in", 1, "Tab", "@src/http/"],
  ["a file by Tab", 0, "Tab", "@src/http/retryPolicy.ts "],
];
for (const [name, downs, key, written] of taken) {
  test(`${name} is written as ${written}`, () =>
    withChat({}, async (chat) => {
      await chat.send(sample.emptyState());
      await typed(chat, "@r");
      for (let i = 0; i < downs; i++) await chat.page.keyboard.press("ArrowDown");
      await chat.page.keyboard.press(key);
      assert.equal(await value(chat), written);
    }));
}

test("Escape closes the list and stops no answer; it stays closed for this mention", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state([sample.question("q1", "First?"), sample.streaming("a1")]));
    await typed(chat, "@re");
    await chat.page.keyboard.press("Escape");
    assert.equal(await rows(chat).count(), 0);
    assert.deepEqual(await chat.postedOf("stop"), []);
    const nAsked = (await chat.postedOf("suggest")).length;
    await chat.page.keyboard.type("t");
    assert.equal((await chat.postedOf("suggest")).length, nAsked);
    await chat.page.keyboard.press("Escape");
    assert.equal((await chat.postedOf("stop")).length, 1);
  }));

test("what is written out whole opens no list, so that Enter asks; a folder to go on in does", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.emptyState());
    await typed(chat, "why @src/http/retryPolicy.ts");
    assert.equal(await rows(chat).count(), 0);
    await chat.page.keyboard.press("Enter");
    assert.equal((await chat.postedOf("ask")).length, 1);
    await typed(chat, "@http");
    await chat.page.keyboard.press("ArrowDown");
    await chat.page.keyboard.press("Tab");
    const asked = (await chat.postedOf("suggest")).at(-1);
    assert.equal(asked?.prefix, "src/http/");
    await chat.send({ type: "suggestions", prefix: "src/http/", suggestions });
    assert.equal(await rows(chat).count(), 4);
  }));

test("a late answer to an older prefix opens nothing", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.emptyState());
    await chat.page.locator(".question-field").pressSequentially("@re");
    await chat.send({ type: "suggestions", prefix: "r", suggestions });
    assert.equal(await rows(chat).count(), 0);
    await chat.page.keyboard.type(" x");
    await chat.send({ type: "suggestions", prefix: "re", suggestions });
    assert.equal(await rows(chat).count(), 0);
  }));

test("a click takes a row and the focus stays in the field; the button opens the list", () =>
  withChat({ width: 300 }, async (chat) => {
    await chat.send(sample.emptyState({ draft: "wait" }));
    await chat.page.getByRole("button", { name: "Name a file" }).click();
    assert.equal(await value(chat), "wait @");
    await chat.send({ type: "suggestions", prefix: "", suggestions });
    await chat.screenshot("mentions-slim");
    await rows(chat).nth(1).click();
    assert.equal(await value(chat), "wait @src/http/ ");
    assert.equal(
      await chat.page.evaluate(() => document.activeElement?.className),
      "question-field",
    );
  }));

test("names from the workspace are shown as text, with hidden characters visible", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.emptyState());
    const hostile = "src/<img src=x onerror=\"hostileScriptRan='1'\">\u202egpj.ts";
    await typed(chat, "@i", [{ kind: "file", rootId, path: hostile }]);
    const text = await rows(chat).first().innerText();
    assert.ok(text.includes("<img") || text.includes("onerror"), text);
    assert.ok(text.includes("‹U+202E›"), text);
    assert.equal(await chat.page.locator(".mention img").count(), 0);
  }));

test("dropped files are named where the cursor is, and a pasted absolute path too", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.emptyState({ draft: "compare" }));
    const field = chat.page.locator(".question-field");
    await field.focus();
    const cancelled = await field.evaluate((node) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData("application/vnd.code.uri-list", "file:///w/a.ts\r\nfile:///w/b.ts");
      const options = { dataTransfer, bubbles: true, cancelable: true };
      const over = node.dispatchEvent(new DragEvent("dragover", options));
      const drop = node.dispatchEvent(new DragEvent("drop", options));
      return !over && !drop;
    });
    assert.ok(cancelled, "the page takes the drop");
    const files = ["file:///w/a.ts", "file:///w/b.ts"];
    assert.deepEqual(await chat.postedOf("nameFiles"), [{ type: "nameFiles", files, text: "" }]);
    await chat.send({ type: "insert", text: "@a.ts @b.ts" });
    assert.equal(await value(chat), "compare @a.ts @b.ts ");
    const paste = (text: string): Promise<boolean> =>
      field.evaluate((node, pasted) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", pasted);
        const options = { clipboardData, bubbles: true, cancelable: true };
        return !node.dispatchEvent(new ClipboardEvent("paste", options));
      }, text);
    assert.ok(await paste("/w/src/c.ts"));
    assert.equal((await chat.postedOf("nameFiles")).length, 2);
    for (const text of ["a word", "/ or", "see /w/src/c.ts", "http://x/y", ""])
      assert.equal(await paste(text), false, text);
  }));

const tokens: Readonly<Record<string, string | undefined>> = {
  "重试在哪里？@re": "re",
  "看（@re": "re",
  "@": "",
  "x @src/a": "src/a",
  "(@src": "src",
  "x@y": undefined,
  "@a b": undefined,
  '@"docs/read m': "docs/read m",
  '@"docs/read me.md" ': undefined,
  "@symbol Re": "Re",
  "@symbol Re x": undefined,
  "@./LIC": "LIC",
  "line\n@s": "s",
};
describe("what is being typed behind @ in", () => {
  for (const [text, prefix] of Object.entries(tokens))
    test(JSON.stringify(text), () => {
      assert.equal(mentionBefore(text, text.length)?.prefix, prefix);
    });
});
