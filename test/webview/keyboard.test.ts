/** The chat without a mouse, and what a screen reader gets of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { useChatBrowser } from "./chatBrowser.ts";
import * as sample from "./sampleChat.ts";
import { themes, type ThemeName } from "./themes.ts";

const withChat = useChatBrowser();
const exchange = [
  sample.question("q1", "First?"),
  sample.answer("a1"),
  sample.question("q2", "Second?"),
  sample.answer("a2"),
];

test("Enter sends, Shift+Enter starts a line, and an empty question is not sent", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.emptyState({ draft: "o" }), { type: "focus" });
    const { keyboard } = chat.page;
    await keyboard.type("ne");
    await keyboard.press("Shift+Enter");
    await keyboard.type("two ");
    await keyboard.press("Enter");
    await keyboard.press("Enter");
    await keyboard.type("   ");
    await keyboard.press("Enter");
    await keyboard.press("Backspace");
    await keyboard.press("Backspace");
    await keyboard.press("Backspace");
    assert.deepEqual(await chat.postedOf("ask"), [{ type: "ask", question: "one\ntwo" }]);
    assert.equal(await chat.page.locator(".question-field").inputValue(), "");
    assert.deepEqual((await chat.postedOf("draft")).at(-1), { type: "draft", text: "" });
  }));

test("Enter that ends the composition of a character sends nothing", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.emptyState());
    const field = chat.page.locator(".question-field");
    await field.fill("日本");
    await field.evaluate((node) =>
      node.dispatchEvent(
        new KeyboardEvent("keydown", {
          key: "Enter",
          isComposing: true,
          bubbles: true,
          cancelable: true,
        }),
      ),
    );
    assert.deepEqual(await chat.postedOf("ask"), []);
  }));

test("while an answer is written, Enter keeps the next question in the field", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state([sample.question("q1", "First?"), sample.streaming("a1")]));
    const field = chat.page.locator(".question-field");
    await field.fill("Next?");
    await field.press("Enter");
    assert.deepEqual(await chat.postedOf("ask"), []);
    assert.equal(await field.inputValue(), "Next?");
  }));

test("Up in the empty field recalls questions, Down goes back, a changed text is left alone", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    const field = chat.page.locator(".question-field");
    const press = async (key: string): Promise<string> => {
      await field.press(key);
      return field.inputValue();
    };
    assert.equal(await press("ArrowUp"), "Second?");
    assert.equal(await press("ArrowUp"), "First?");
    assert.equal(await press("ArrowUp"), "First?");
    assert.equal(await press("ArrowDown"), "Second?");
    assert.equal(await press("ArrowDown"), "");
    assert.equal(await press("ArrowUp"), "Second?");
    await field.pressSequentially("!");
    assert.equal(await press("ArrowUp"), "Second?!");
  }));

test("after stopping and after asking again the next question can be typed at once", () =>
  withChat({}, async (chat) => {
    const isInField = (): Promise<boolean> =>
      chat.page.evaluate(() => document.activeElement?.className === "question-field");
    await chat.send(sample.state([sample.question("q1", "First?"), sample.streaming("a1")]));
    const stop = chat.page.getByRole("button", { name: "Stop (Escape)" });
    await stop.focus();
    await chat.page.keyboard.press("Enter");
    assert.equal((await chat.postedOf("stop")).length, 1);
    assert.ok(await isInField(), "after stop");
    await chat.send({
      type: "turn",
      conversationId: "conversation-1",
      turn: sample.answer("a1", { state: "cancelled" }),
    });
    await chat.page.getByRole("button", { name: "Ask again" }).focus();
    await chat.page.keyboard.press("Enter");
    assert.equal((await chat.postedOf("askAgain")).length, 1);
    assert.ok(await isInField(), "after asking again");
  }));

test("a streaming answer is not read aloud piece by piece, its beginning and end are told", () =>
  withChat({}, async (chat) => {
    const status = chat.page.getByRole("status");
    await chat.send(sample.state([sample.question("q1", "First?"), sample.streaming("a1")]));
    assert.equal(await status.innerText(), "Lore is answering.");
    const answer = chat.page.locator(".turn-lore");
    const said: string[] = [];
    for (const piece of sample.answerMarkdown.match(/[^]{1,200}/g) ?? []) {
      await chat.send({
        type: "append",
        conversationId: "conversation-1",
        turnId: "a1",
        markdown: piece,
        citations: [],
      });
      assert.equal(await answer.getAttribute("aria-busy"), "true", "a reader waits for the end");
      said.push(await status.innerText());
    }
    assert.deepEqual([...new Set(said)], ["Lore is answering."]);
    await chat.send({
      type: "turn",
      conversationId: "conversation-1",
      turn: sample.answer("a1"),
    });
    // The end is told when the last piece is drawn, which takes the view some frames.
    await chat.page.locator('.turn-lore[aria-busy="false"]').waitFor();
    await status
      .filter({ hasText: /^Answer complete, \d+ sources\.$/ })
      .waitFor({ state: "attached" });
  }));

test("the list of conversations by keyboard", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    const focused = (): Promise<string> =>
      chat.page.evaluate(() => document.activeElement?.textContent ?? "");
    await chat.page.locator(".title").press("Enter");
    assert.match(await focused(), /^Where is the retry delay/);
    await chat.page.keyboard.press("ArrowDown");
    assert.match(await focused(), /^What happens between/);
    await chat.page.keyboard.press("End");
    assert.match(await focused(), /^Who reads/);
    await chat.page.keyboard.press("F2");
    await chat.page.keyboard.press("Escape");
    assert.match(await focused(), /^Who reads/, "Escape ends the rename and nothing else");
    await chat.page.keyboard.press("Delete");
    assert.equal(await focused(), "Cancel", "the careful answer has the focus");
    await chat.page.keyboard.press("Escape");
    await chat.page.keyboard.press("Escape");
    assert.equal(await chat.page.locator(".popup").isVisible(), false);
    assert.ok(
      await chat.page.locator(".title").evaluate((node) => node === document.activeElement),
    );
  }));

test("what was said is found and opened by keyboard", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    const { keyboard } = chat.page;
    const focused = (): Promise<string> =>
      chat.page.evaluate(() => document.activeElement?.textContent ?? "");
    const isInField = (): Promise<boolean> =>
      chat.page.locator(".find").evaluate((node) => node === document.activeElement);
    await chat.page.locator(".title").press("Enter");
    await keyboard.press("ArrowUp");
    assert.ok(await isInField(), "the field stands above the first row");
    await keyboard.type("delay");
    const queries = (await chat.postedOf("searchTurns")).map(({ query }) => query);
    assert.equal(queries.at(-1), "delay");
    const rows = chat.page.locator(".popup .conversation-open");
    assert.equal(await rows.count(), 1, "titles are filtered at once");
    const said = { conversationId: "conversation-2", title: "<b>T</b>", role: "user" } as const;
    const turns = [
      { ...said, turnId: "t1", text: "the delay is <img src=x> doubled", createdMs: 1 },
      { ...said, turnId: "t2", text: "the delay is capped", createdMs: 2 },
    ];
    await chat.send({ type: "foundTurns", query: "del", turns });
    assert.equal(await rows.count(), 1, "an answer to an older query is not shown");
    await chat.send({ type: "foundTurns", query: "delay", turns });
    await chat.page.getByRole("status").filter({ hasText: "2 places in conversations" }).waitFor();
    assert.equal(await chat.page.locator(".popup img, .popup b").count(), 0);
    await keyboard.press("ArrowDown");
    assert.match(await focused(), /^Where is the retry delay/);
    await keyboard.press("ArrowDown");
    assert.match(await focused(), /^the delay is <img src=x> doubled/);
    await keyboard.press("ArrowDown");
    assert.match(await focused(), /^the delay is capped/);
    await keyboard.press("ArrowUp");
    await keyboard.press("Enter");
    const place = { conversationId: "conversation-2", turnId: "t1" };
    assert.deepEqual(await chat.postedOf("openTurn"), [{ type: "openTurn", ...place }]);
    assert.equal(await chat.page.locator(".popup").isVisible(), false);
    await chat.page.locator(".title").press("Enter");
    await chat.page.locator(".find").focus();
    assert.equal(await chat.page.locator(".find").inputValue(), "", "the next search begins anew");
    await keyboard.type("x");
    await keyboard.press("Escape");
    assert.ok(await isInField(), "Escape empties the field first");
    assert.equal(await rows.count(), 3);
    await keyboard.press("Escape");
    assert.equal(await chat.page.locator(".popup").isVisible(), false);
  }));

test("a turn that is wanted comes into sight and has the focus", () =>
  withChat({ height: 400 }, async (chat) => {
    const long = Array.from({ length: 12 }, (_, idx) => [
      sample.question(`q${idx}`, `Question ${idx}?`),
      sample.answer(`a${idx}`),
    ]).flat();
    await chat.send(sample.state(long), {
      type: "showTurn",
      conversationId: "conversation-1",
      turnId: "q2",
    });
    const turn = chat.page.locator('.turn[data-turn="q2"]');
    await chat.page.waitForFunction(
      () => document.activeElement?.getAttribute("data-turn") === "q2",
    );
    const [top, height] = await turn.evaluate((node) => [
      node.getBoundingClientRect().top,
      window.innerHeight,
    ]);
    assert.ok(top !== undefined && top >= 0 && top < (height ?? 0));
  }));

test("an answer's link to a turn opens it; an address that only looks like one is text", () =>
  withChat({}, async (chat) => {
    const text =
      "> We retry.\n>\n> *You, in [Retry](#turn-conversation-2/t1)*\n\n[x](#turn-a/b/c) [y](#turn-<a>)";
    await chat.send(
      sample.state([sample.question("q1", "First?"), { ...sample.answer("a1"), text }]),
    );
    const link = chat.page.getByRole("button", { name: "Open the conversation “Retry”" });
    await link.focus();
    await chat.page.keyboard.press("Enter");
    assert.deepEqual(await chat.postedOf("openTurn"), [
      { type: "openTurn", conversationId: "conversation-2", turnId: "t1" },
    ]);
    assert.equal(await chat.page.locator("[data-said]").count(), 1);
  }));

test("Escape in the open list does not stop the answer", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state([sample.question("q1", "First?"), sample.streaming("a1")]));
    await chat.page.locator(".title").press("Enter");
    await chat.page.keyboard.press("Escape");
    assert.deepEqual(await chat.postedOf("stop"), []);
    await chat.page.keyboard.press("Escape");
    assert.equal((await chat.postedOf("stop")).length, 1);
  }));

test("Tab reaches every control in reading order and never gets caught", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange.slice(0, 2)));
    await chat.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const names: string[] = [];
    for (let step = 0; step < 60; step++) {
      await chat.page.keyboard.press("Tab");
      const name = await chat.page.evaluate(() => {
        const node = document.activeElement;
        if (node === null || node === document.body) return "";
        return node.getAttribute("aria-label") ?? node.textContent;
      });
      if (name === "") break;
      names.push(name);
    }
    const order = [
      /Show all conversations/,
      /^New conversation$/,
      /^Conversation$/,
      /\. Open src\/http\/retryPolicy\.ts, lines 34–40/,
      /\. Open src\/http\/retryPolicy\.ts, lines 41–63/,
      /^Copy code$/,
      /^Code from src\/http\/retryPolicy\.ts/,
      /Open docs\/networking\.md/,
      /^What I looked at/,
      /^Copy answer$/,
      /^Ask again$/,
      /^21 not remembered$/,
      /^Your question$/,
    ];
    let at = -1;
    for (const pattern of order) {
      const next = names.findIndex((name, index) => index > at && pattern.test(name));
      assert.notEqual(
        next,
        -1,
        `${pattern} is not reached after ${names[at]}: ${names.join(" | ")}`,
      );
      at = next;
    }
  }));

for (const theme of Object.keys(themes) as ThemeName[]) {
  test(`the focus is seen, ${theme}`, () =>
    withChat({ theme }, async (chat) => {
      await chat.send(sample.state(exchange.slice(0, 2)));
      const steps = await chat.page.locator("button, textarea, [tabindex]").count();
      await chat.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      for (let step = 0; step < steps; step++) {
        await chat.page.keyboard.press("Tab");
        const mark = await chat.page.evaluate(() => {
          const node = document.activeElement;
          if (node === null || node === document.body) return undefined;
          const framed = node.closest(".composer") ?? node;
          const focusColor = getComputedStyle(document.documentElement).getPropertyValue(
            "--vscode-focusBorder",
          );
          const probe = document.createElement("i");
          probe.style.color = focusColor;
          document.body.append(probe);
          const wanted = getComputedStyle(probe).color;
          probe.remove();
          const style = getComputedStyle(node.matches("textarea") ? framed : node);
          const marked =
            (style.outlineStyle !== "none" && style.outlineColor === wanted) ||
            style.borderColor === wanted;
          return { marked, name: node.className };
        });
        if (mark) assert.ok(mark.marked, `no focus is seen on ${mark.name}`);
      }
      if (theme === "dark" || theme === "highContrast") {
        await chat.page.locator(".answer .chip").first().focus();
        await chat.page.keyboard.press("Tab");
        await chat.screenshot(`focus-${theme}`);
      }
    }));
}

test("every button has a name, and pictures are hidden from screen readers", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    await chat.page.locator(".title").click();
    const nameless = await chat.page
      .locator("button")
      .evaluateAll((buttons) =>
        buttons
          .filter((node) => !(node.getAttribute("aria-label") ?? node.textContent.trim()))
          .map((node) => node.outerHTML),
      );
    assert.deepEqual(nameless, []);
    assert.equal(await chat.page.locator("svg:not([aria-hidden=true])").count(), 0);
    const log = chat.page.getByRole("log", { name: "Conversation" });
    assert.equal(await log.getAttribute("aria-live"), "polite");
    assert.deepEqual(await log.getByRole("heading", { level: 2 }).allInnerTexts(), [
      "You",
      "Lore",
      "You",
      "Lore",
    ]);
    const ids = await chat.page
      .locator("[id]")
      .evaluateAll((nodes) => nodes.map((node) => node.id));
    assert.equal(new Set(ids).size, ids.length, "ids are unique");
  }));

test("at twice the size in a small view, answer and question field both have room", () =>
  withChat({ width: 210, height: 300 }, async (chat) => {
    await chat.send(sample.state(exchange));
    await chat.page.locator(".question-field").fill("a\nb\nc\nd\ne");
    const list = await chat.page.getByRole("log").evaluate((node) => node.clientHeight);
    assert.ok(list >= 80, `the answer has ${list} px`);
    const overflow = await chat.page.evaluate(
      () => document.documentElement.scrollWidth - innerWidth,
    );
    assert.ok(overflow <= 0);
    await chat.screenshot("zoomed");
  }));

test("reduced motion stops what moves", () =>
  withChat({ reducedMotion: true }, async (chat) => {
    await chat.send(sample.state([sample.question("q1", "First?"), sample.streaming("a1")]));
    const running = await chat.page.evaluate(() => document.getAnimations().length);
    assert.equal(running, 0);
  }));
