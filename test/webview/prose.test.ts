/** What a language model wrote over an answer: streamed, marked, folded over its evidence, failed in every way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { proseFailures, type Prose } from "../../protocol/prose.ts";
import { useChatBrowser, type Chat } from "./chatBrowser.ts";
import * as sample from "./sampleChat.ts";
import { prose, waiting } from "./sampleProse.ts";
import { themes, type ThemeName } from "./themes.ts";

const withChat = useChatBrowser();
const asked = sample.question("q1", "Where is the retry delay decided?");
const written = (changed: Prose | undefined): unknown => ({
  type: "prose",
  conversationId: "conversation-1",
  turnId: "a1",
  prose: changed,
});
const shownWith = (changed: Prose): unknown =>
  sample.state([asked, sample.answer("a1", { prose: changed })], { model: changed.model });
const button = (chat: Chat, name: string | RegExp) => chat.page.getByRole("button", { name });
const evidence = (chat: Chat) => chat.page.locator(".evidence");

test("while the model is waited for the answer stays open, and the wait can be stopped", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state([asked, sample.answer("a1")], { model: "qwen2.5-coder:7b" }));
    assert.equal(await chat.page.locator(".prose").isVisible(), false);
    await chat.send(written(waiting()));
    assert.match(await chat.page.locator(".waiting").innerText(), /Waiting for qwen2.5-coder:7b…/);
    assert.equal(await evidence(chat).isVisible(), true);
    await chat.page.keyboard.press("Escape");
    await button(chat, "Stop (Escape)").click();
    assert.equal((await chat.postedOf("stop")).length, 2);
    await chat.page.locator(".waiting .elapsed", { hasText: /^\d+ s$/ }).waitFor();
    await chat.screenshot("prose-waiting");
  }));

test("prose streams above the answer, which folds and unfolds by key", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state([asked, sample.answer("a1")]), written(waiting()));
    const whole = prose().markdown;
    for (const size of [150, 300, whole.length]) {
      const markdown = whole.slice(0, size);
      await chat.send(written(prose({ state: "streaming", markdown })));
    }
    assert.equal(await evidence(chat).isVisible(), false);
    assert.equal(await chat.page.locator("[data-turn=a1]").getAttribute("aria-busy"), "true");
    await chat.send(written(prose()));
    assert.equal(await chat.page.locator("[data-turn=a1]").getAttribute("aria-busy"), "false");
    assert.match(await chat.page.locator(".prose-text").innerText(), /so a server that says/i);
    const toggle = button(chat, "Evidence").first();
    await toggle.focus();
    await chat.page.keyboard.press("Enter");
    assert.equal(await toggle.getAttribute("aria-expanded"), "true");
    assert.equal(await evidence(chat).isVisible(), true);
    assert.equal(await chat.page.locator(".prose-text").isVisible(), true);
    const only = button(chat, "Evidence only");
    await only.focus();
    await chat.page.keyboard.press("Space");
    assert.equal(await only.getAttribute("aria-pressed"), "true");
    assert.equal(await chat.page.locator(".prose-text").isVisible(), false);
    assert.equal(await evidence(chat).isVisible(), true);
    await only.click();
    assert.equal(await chat.page.locator(".prose-text").isVisible(), true);
  }));

test("a sentence that is not supported is underlined, and its badge says why in words", () =>
  withChat({}, async (chat) => {
    await chat.send(shownWith(prose()));
    const underlined = await chat.page.locator(".unsupported").allInnerTexts();
    assert.deepEqual(
      underlined.map((text) => text.replace(/\s+/g, " ").trim()),
      [
        "Failures of DNS are retried by resolveAgain client.ts:118–131.",
        "The limit was raised last spring.",
      ],
    );
    const badge = button(chat, "Not supported: not in the cited lines: resolveAgain");
    assert.equal(await badge.getAttribute("aria-expanded"), "false");
    await badge.focus();
    await chat.page.keyboard.press("Enter");
    assert.equal(await badge.getAttribute("aria-expanded"), "true");
    assert.match(await badge.innerText(), /not in the cited lines: resolveAgain/);
    assert.equal(await button(chat, "Not supported: cites no place").count(), 1);
    assert.equal(
      await chat.page.locator(".support").innerText(),
      "4 of 6 sentences are supported by what they cite.",
    );
    const said = { fault: "stale" as const, detail: "" };
    await chat.send(written(prose({ marks: [said, said] })));
    assert.equal(await button(chat, /^Not supported: the cited lines have changed/).count(), 2);
  }));

const sentences: Readonly<Record<string, readonly [markdown: string, underlined: string]>> = {
  "a citation behind its full stop": [
    "One holds. Two does not. [1](#cite-0) [*](#mark-0)",
    "Two does not. ",
  ],
  "the second of a paragraph": [
    "One [1](#cite-0). Two `a.b` is. [*](#mark-0) Three.",
    "Two a.b is. ",
  ],
  "after a line break": ["One\\\nTwo is. [*](#mark-0)", "Two is. "],
  "without spaces": ["一です。二です。[*](#mark-0)", "二です。"],
};
for (const [name, [markdown, underlined]] of Object.entries(sentences)) {
  test(`the underlined sentence: ${name}`, () =>
    withChat({}, async (chat) => {
      await chat.send(shownWith(prose({ markdown })));
      const texts = await chat.page.locator(".unsupported").evaluateAll((all) =>
        all.map((each) => {
          const own = each.cloneNode(true) as Element;
          for (const chip of own.querySelectorAll(".chip")) chip.remove();
          return (own.textContent ?? "").replace(/\s+/g, " ").replace(/^ /, "");
        }),
      );
      assert.deepEqual(
        texts.map((text) => text.trimEnd()),
        [underlined.trimEnd()],
      );
    }));
}

test("citations of prose open, and show what became of them", () =>
  withChat({}, async (chat) => {
    await chat.send(shownWith(prose()));
    const chip = chat.page.locator(".prose-text .chip").nth(2);
    await chip.click();
    const [opened] = await chat.postedOf("openCitation");
    assert.equal(opened?.citation.path, "config/defaults.json");
    const states = [...sample.citations.map(() => "current"), "current", "stale", "gone"];
    await chat.send({ type: "citationStates", turnId: "a1", states });
    await chip.and(chat.page.locator("[data-state=stale]")).waitFor();
    assert.match((await chip.getAttribute("aria-label")) ?? "", /changed since/);
    // Told of other citations: what is written next starts unchecked.
    await chat.send(written(prose({ markdown: "Else [1](#cite-1)." })));
    await chat.page.locator(".prose-text .chip[data-state=unchecked]").waitFor();
    assert.equal(await chat.page.locator(".prose-text .chip").count(), 1);
  }));

for (const failure of proseFailures) {
  test(`a failure says what happened and keeps the evidence open: ${failure}`, () =>
    withChat({}, async (chat) => {
      await chat.send(shownWith(prose({ state: "failed", failure, markdown: "" })));
      assert.equal(await evidence(chat).isVisible(), true);
      assert.ok((await chat.page.locator(".prose-notices").innerText()).length > 40);
      await button(chat, "Ask the model again").click();
      assert.deepEqual(await chat.postedOf("askModel"), [{ type: "askModel", turnId: "a1" }]);
      await button(chat, "Choose a model").click();
      assert.deepEqual(await chat.postedOf("command"), [
        { type: "command", command: "chooseModel" },
      ]);
    }));
}

test("a model that breaks off leaves what was checked, and the evidence opens again", () =>
  withChat({}, async (chat) => {
    await chat.send(shownWith(prose({ state: "streaming" })));
    assert.equal(await evidence(chat).isVisible(), false);
    await chat.send(written(prose({ state: "failed", failure: "badAnswer" })));
    assert.equal(await evidence(chat).isVisible(), true);
    assert.equal(await chat.page.locator(".prose-text").isVisible(), true);
    await chat.screenshot("prose-broke-off");
  }));

test("the end is told to a screen reader, with how much is supported", () =>
  withChat({}, async (chat) => {
    await chat.send(shownWith(prose({ state: "streaming" })), written(prose()));
    assert.equal(
      await chat.page.locator(".visually-hidden[role=status]").textContent(),
      "The answer of qwen2.5-coder:7b is complete. 4 of 6 sentences are supported by what they cite.",
    );
  }));

test("the button at the question field names the model and leads to the choice", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.emptyState());
    const choose = chat.page.locator(".model-button");
    assert.equal(await choose.innerText(), "Built-in");
    await chat.send({ type: "model", model: "a\u202emodel" });
    assert.equal(await choose.innerText(), "a‹U+202E›model");
    await choose.click();
    assert.deepEqual(await chat.postedOf("command"), [{ type: "command", command: "chooseModel" }]);
  }));

test("the copy holds places and no marks", () =>
  withChat({}, async (chat) => {
    await chat.send(shownWith(prose()));
    await button(chat, "Copy what the model wrote").click();
    const [copied] = await chat.postedOf("copy");
    assert.match(copied?.text ?? "", /`src\/http\/retryPolicy\.ts:41-63`/);
    assert.doesNotMatch(copied?.text ?? "", /#mark|#cite/);
  }));

const run = "window.hostileScriptRan='1'";
const hostile: readonly string[] = [
  `<script>${run}</script><img src="https://tracker.example/a.png" onerror="${run}">`,
  `![x](https://tracker.example/a.png) [x](https://tracker.example) [x](command:workbench.action.quit)`,
  `[x](#cite-0"onclick="${run}) [x](#mark-0"onclick="${run}) [x](#cite-999) [*](#mark-999)`,
  "```ts {start=1 cite=0}\nforged();\n```",
  `<https://tracker.example> [x]: https://tracker.example`,
  "\u202egnp.exe\u202c \u200bzero",
];
test("hostile prose stays text, whatever the server let through", () =>
  withChat({}, async (chat) => {
    for (const payload of hostile) {
      const marks = [{ fault: "nameNotInEvidence" as const, detail: payload }];
      const changed = prose({
        markdown: `${payload}\n\nName. [*](#mark-0)`,
        model: payload,
        marks,
      });
      await chat.send(shownWith(changed));
      const text = chat.page.locator(".prose-text");
      assert.equal(await text.locator("img, a, iframe, script, form, [onclick]").count(), 0);
      // A code block of a model is from no place.
      assert.equal(await text.locator(".code-head .chip").count(), 0);
      await text.locator(".support-mark").last().click();
      await chat.send(written(prose({ ...changed, state: "failed", failure: "unknown" })));
    }
  }));

for (const theme of Object.keys(themes) as ThemeName[]) {
  test(`prose, ${theme}`, () =>
    withChat({ theme, height: 900 }, async (chat) => {
      await chat.send(shownWith(prose()));
      await chat.page.locator(".support-mark").first().click();
      await chat.screenshot(`prose-${theme}`);
      const failed = prose({ state: "failed", failure: "notAllowed", markdown: "" });
      await chat.send(written(failed));
      await chat.screenshot(`prose-failed-${theme}`);
    }));
}
test("prose in a narrow view", () =>
  withChat({ width: 300, height: 900 }, async (chat) => {
    await chat.send(
      shownWith(prose({ model: "a-very-long-name-of-a-model/that-goes-on:70b-instruct-q4" })),
    );
    await chat.screenshot("prose-narrow");
    const overflow = await chat.page.evaluate(() => document.body.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0);
  }));
