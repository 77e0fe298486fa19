/** What the user sees and does, in a real browser, on the extension's own page. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { useChatBrowser } from "./chatBrowser.ts";
import * as sample from "./sampleChat.ts";

const withChat = useChatBrowser();
const asked = sample.question("q1", "Where is the retry delay decided?");
const exchange = [asked, sample.answer("a1")];
const append = (markdown: string, citations: readonly unknown[] = []): unknown => ({
  type: "append",
  conversationId: "conversation-1",
  turnId: "a1",
  markdown,
  citations,
});
const turn = (changed: unknown): unknown => ({
  type: "turn",
  conversationId: "conversation-1",
  turn: changed,
});

test("nothing is shown before the first state, which the view asks for", () =>
  withChat({}, async (chat) => {
    assert.deepEqual(await chat.posted(), [{ type: "ready" }]);
    assert.equal(await chat.page.locator("body").innerText(), "");
    await chat.send(sample.emptyState());
    assert.equal(await chat.page.locator(".empty h2").innerText(), "Ask about this codebase");
  }));

test("an example question is asked", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.emptyState());
    assert.equal(await chat.page.locator(".example").count(), 3);
    await chat.page.locator(".example").first().click();
    assert.deepEqual(await chat.postedOf("ask"), [
      { type: "ask", question: "Where does the program start?" },
    ]);
  }));

test("a chip names file and lines, its label the whole place, and a click opens it", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    const chip = chat.page.locator(".answer p .chip").first();
    assert.equal(await chip.innerText(), "retryPolicy.ts:34–40");
    assert.equal(
      await chip.getAttribute("aria-label"),
      "retryPolicy.ts:34–40. Open src/http/retryPolicy.ts, lines 34–40",
    );
    assert.match(
      (await chip.getAttribute("title")) ?? "",
      /^src\/http\/retryPolicy\.ts, lines 34–40\n/,
    );
    assert.equal(
      await chip.getAttribute("data-vscode-context"),
      '{"loreCitation":1,"preventDefaultContextMenuItems":true}',
    );
    assert.deepEqual(
      await chat.page.locator("[data-turn=a1]").getAttribute("data-vscode-context"),
      '{"loreTurn":"a1"}',
    );
    await chip.click();
    await chip.click({ modifiers: ["Control"] });
    await chip.click({ button: "middle" });
    await chip.focus();
    await chat.page.keyboard.press("Enter");
    await chat.page.keyboard.press("Control+Enter");
    const opened = await chat.postedOf("openCitation");
    assert.deepEqual(
      opened.map(({ toSide }) => toSide),
      [false, true, true, false, true],
    );
    assert.deepEqual(opened[0]?.citation, sample.citations[1]);
  }));

test("a code block says where it is from, counts its lines from there and copies its text", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    const block = chat.page.locator(".code-block");
    assert.equal(await block.locator(".code-language").innerText(), "TypeScript");
    assert.equal(await block.locator(".chip").innerText(), "retryPolicy.ts:41–63");
    assert.match(await block.locator(".gutter").innerText(), /^41\n42\n/);
    const [code, pre] = [block.locator("code"), block.locator("pre")];
    assert.ok(await code.evaluate((node) => node.querySelector(".hljs-keyword") !== null));
    assert.ok(
      await pre.evaluate((node) => node.scrollWidth > node.clientWidth),
      "a long line scrolls",
    );
    await block.getByRole("button", { name: "Copy code" }).click();
    const [copied] = await chat.postedOf("copy");
    assert.match(copied?.text ?? "", /^ {2}delayBefore\(attempt: number[^]*\n {2}\}$/);
    assert.equal(await block.getByRole("button", { name: "Copied" }).count(), 1);
  }));

test("sources are listed once, and the list opens them", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    const rows = chat.page.getByRole("region", { name: "Sources" }).locator(".place");
    assert.equal(await rows.count(), 7);
    await rows.nth(2).click();
    assert.deepEqual((await chat.postedOf("openCitation"))[0]?.citation, sample.citations[2]);
  }));

test("a changed, moved or gone source says so in words", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange), {
      type: "citationStates",
      turnId: "a1",
      states: ["stale", "moved", "gone", "current", "current", "current", "current"],
    });
    const answer = chat.page.locator(".answer");
    assert.equal(await answer.locator(".code-state").innerText(), "Changed since this answer");
    const [moved, gone, current] = await answer.locator("p .chip, li .chip").all();
    assert.match((await moved?.innerText()) ?? "", /moved$/);
    assert.match((await gone?.getAttribute("aria-label")) ?? "", /no longer there/);
    assert.equal(await current?.locator(".state-word").count(), 0);
    const notice = chat.page.locator(".before-answer");
    assert.match(
      await notice.innerText(),
      /^2 sources have changed since this answer\. Ask again$/,
    );
    await notice.getByRole("button", { name: "Ask again" }).click();
    assert.deepEqual(await chat.postedOf("askAgain"), [{ type: "askAgain", turnId: "a1" }]);
    await chat.send({
      type: "citationStates",
      turnId: "a1",
      states: sample.citations.map(() => "current"),
    });
    assert.equal(await chat.page.locator(".state-word").count(), 0);
    assert.equal(await notice.innerText(), "");
  }));

test("what each stage found opens by mouse and by key, and says why something was left out", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    await chat.page.getByRole("button", { name: "What I looked at" }).click();
    const panel = chat.page.locator(".looked-at");
    const first = panel.locator("details").first();
    const summary = first.locator("summary");
    assert.equal(await summary.innerText(), "Found by words: 2 of 200");
    assert.equal(await first.getByRole("list").count(), 0, "closed at first");
    await summary.focus();
    await chat.page.keyboard.press("Enter");
    assert.deepEqual(await first.getByRole("listitem").allInnerTexts(), [
      "src/http/retryPolicy.ts:34–63 · score 12.345",
      "src/http/client.ts · score 8.1 · left out, others are better",
    ]);
    await panel.locator("summary", { hasText: "Files to read" }).click();
    assert.deepEqual(await panel.locator("details").nth(1).getByRole("listitem").allInnerTexts(), [
      "src/http/retryPolicy.ts · score 3.5 · by words · by name",
      "src/gone.ts · score 2 · by path · left out, cannot be read any more",
    ]);
  }));

test("a trace is saved and asked again from below it, unless it does not say what was asked", () =>
  withChat({}, async (chat) => {
    const plain = sample.answer("a1");
    await chat.send(sample.state([sample.question("q1", "Why?"), plain]));
    await chat.page.getByRole("button", { name: "What I looked at" }).click();
    await chat.page.getByRole("button", { name: "Save this trace" }).click();
    await chat.page.getByRole("button", { name: "Ask again and compare" }).press("Enter");
    assert.deepEqual(await chat.postedOf("saveTrace"), [{ type: "saveTrace", turnId: "a1" }]);
    assert.deepEqual(await chat.postedOf("compareTrace"), [{ type: "compareTrace", turnId: "a1" }]);
    const { asked: _asked, ...older } = plain.trace as NonNullable<typeof plain.trace>;
    await chat.send({
      type: "turn",
      conversationId: sample.conversation.id,
      turn: { ...plain, trace: older },
    });
    await chat.page.getByRole("button", { name: "Save this trace" }).waitFor({ state: "detached" });
    assert.equal(await chat.page.getByRole("button", { name: "Ask again and compare" }).count(), 0);
  }));

test("what was looked at shows places, scores, reasons and how the question was understood", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    const toggle = chat.page.getByRole("button", { name: "What I looked at" });
    assert.equal(await toggle.getAttribute("aria-expanded"), "false");
    await toggle.click();
    assert.equal(await toggle.getAttribute("aria-expanded"), "true");
    const panel = chat.page.locator(".looked-at");
    const text = await panel.innerText();
    for (const part of [
      "retryPolicy.ts:34–63",
      "score 14.8",
      "the name matches: delay, retry · the comment says: wait before an attempt · is a definition",
      "tests RetryPolicy",
      "retry (61)",
      "where",
      "Neighbours",
      "3.1 ms",
      "Is the answer in memory?\nfor 93 of 100 questions like this one it is",
      "Memory used: words, definitions. 3,391 files were in memory. 21 are left out",
    ]) {
      assert.ok(text.includes(part), part);
    }
    const widths = await panel
      .locator(".score-fill")
      .evaluateAll((bars) => bars.map((bar) => bar.clientWidth));
    assert.deepEqual(
      widths,
      widths.toSorted((a, b) => b - a),
    );
    await panel.locator(".place").nth(1).click();
    assert.deepEqual(
      (await chat.postedOf("openCitation"))[0]?.citation,
      sample.recalls[1]?.citation,
    );
    await toggle.click();
    assert.equal(await panel.count(), 0);
  }));

test("an answer grows where it stands: finished blocks stay the same nodes", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state([asked, sample.streaming("a1")]));
    assert.match(await chat.page.locator(".working").innerText(), /Looking through the memory/);
    assert.equal(await chat.page.getByRole("status").innerText(), "Lore is answering.");
    await chat.send(append("First [`a.ts:1`](#cite-0)\n\nSecond", [sample.cite("a.ts", 1, 1)]));
    await chat.page
      .locator(".block")
      .first()
      .evaluate((node) => node.setAttribute("data-kept", "yes"));
    await chat.send(append(" goes on\n\n- item\n"));
    // What arrives is drawn when the page comes to it.
    await chat.page.locator(".block", { hasText: "item" }).waitFor();
    assert.equal(await chat.page.locator(".block[data-kept]").innerText(), "First a.ts:1");
    assert.deepEqual(await chat.page.locator(".block").allInnerTexts(), [
      "First a.ts:1",
      "Second goes on",
      "item",
    ]);
    assert.equal(await chat.page.locator(".turn-lore").getAttribute("aria-busy"), "true");
    assert.equal(await chat.page.locator(".sources").count(), 0);
    const text = "First [`a.ts:1`](#cite-0)\n\nSecond goes on\n\n- item\n";
    await chat.send(turn(sample.answer("a1", { text, citations: [sample.cite("a.ts", 1, 1)] })));
    assert.equal(await chat.page.locator(".block[data-kept]").count(), 1);
    assert.equal(await chat.page.locator(".turn-lore").getAttribute("aria-busy"), "false");
    assert.equal(await chat.page.getByRole("status").innerText(), "Answer complete, 1 source.");
    assert.equal(await chat.page.locator(".working").isVisible(), false);
  }));

test("while an answer comes in, the button and Escape stop it", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state([asked, sample.streaming("a1")]));
    await chat.page.getByRole("button", { name: "Stop (Escape)" }).click();
    await chat.page.locator(".question-field").press("Escape");
    assert.equal((await chat.postedOf("stop")).length, 2);
    await chat.send(turn(sample.answer("a1", { state: "cancelled" })));
    assert.match(
      await chat.page.locator(".after-answer .notice").innerText(),
      /^Stopped before the answer was complete\. Ask again$/,
    );
    await chat.page.locator(".question-field").press("Escape");
    assert.equal(
      (await chat.postedOf("stop")).length,
      2,
      "Escape stops nothing when nothing is written",
    );
  }));

for (const [state, words] of [
  ["failed", /Something went wrong/],
  ["interrupted", /Interrupted/],
] as const) {
  test(`an answer that ${state} says so and can be asked again`, () =>
    withChat({}, async (chat) => {
      await chat.send(sample.state([asked, sample.answer("a1", { state })]));
      const notice = chat.page.locator(".after-answer .notice");
      assert.match(await notice.innerText(), words);
      await notice.getByRole("button", { name: "Ask again" }).click();
      assert.deepEqual(await chat.postedOf("askAgain"), [{ type: "askAgain", turnId: "a1" }]);
    }));
}

test("an abstained answer says that nothing supports one and lists the nearest places", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state([asked, sample.abstained("a1")]));
    assert.equal(
      await chat.page.locator(".before-answer").innerText(),
      "Nothing in memory supports an answer",
    );
    assert.equal(
      await chat.page.getByRole("region", { name: "Nearest places" }).locator(".place").count(),
      2,
    );
  }));

test("copy and ask again of an answer", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    await chat.page.getByRole("button", { name: "Copy answer" }).click();
    const [copied] = await chat.postedOf("copy");
    assert.match(copied?.text ?? "", /`src\/http\/retryPolicy\.ts:34-40`/);
    assert.doesNotMatch(copied?.text ?? "", /#cite/);
    await chat.page.getByRole("button", { name: "Ask again" }).click();
    assert.deepEqual(await chat.postedOf("askAgain"), [{ type: "askAgain", turnId: "a1" }]);
  }));

const { coverage } = sample;
const memoryLines: readonly (readonly [unknown, RegExp, string?, string?])[] = [
  [
    { kind: "ready", coverage },
    /^3,391 files remembered\s+21 not remembered$/,
    "21 not remembered",
    "showStatus",
  ],
  [
    { kind: "ready", coverage: { ...coverage, remembered: 1, skipped: 0, failed: 0 } },
    /^1 file remembered$/,
  ],
  [
    { kind: "filling", bytesDone: 10, bytesKnown: 40, coverage: { ...coverage, remembered: 5 } },
    /^Remembering: 5 of 3,412 files\s+25 %/,
  ],
  [{ kind: "filling", bytesDone: 0, bytesKnown: 0, coverage }, /0 %/],
  [{ kind: "paused", coverage }, /^Paused: 3,391 of 3,412/, "Resume", "resume"],
  [{ kind: "restricted" }, /^Restricted Mode/, "Manage Trust", "manageTrust"],
  [{ kind: "noFolder" }, /^No folder is open/, "Open Folder", "openFolder"],
  [
    { kind: "failed", message: "The disk is <b>full</b>.", actions: ["restartServer", "openLog"] },
    /^The disk is <b>full<\/b>\.\s+Restart\s+Open Log$/,
    "Restart",
    "restartServer",
  ],
  [
    { kind: "unavailable", message: "Lore is switched off.", actions: ["openSettings"] },
    /^Lore is switched off\.\s+Open Settings$/,
    "Open Settings",
    "openSettings",
  ],
  [{ kind: "starting" }, /^Opening the memory/],
];
test("the memory line says how the memory is and offers what helps", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    for (const [memory, words, button, command] of memoryLines) {
      await chat.send({ type: "memory", memory });
      assert.match(await chat.page.locator(".memory-line").innerText(), words);
      if (button === undefined) continue;
      await chat.page.getByRole("button", { name: button }).click();
      assert.equal((await chat.postedOf("command")).at(-1)?.command, command);
    }
    await chat.send({
      type: "memory",
      memory: { kind: "filling", bytesDone: 10, bytesKnown: 40, coverage },
    });
    const bar = chat.page.getByRole("progressbar", { name: "Remembering the workspace" });
    assert.equal(await bar.evaluate((node: HTMLProgressElement) => node.value), 0.25);
  }));

test("without a trusted folder nothing can be asked", () =>
  withChat({}, async (chat) => {
    const field = chat.page.locator(".question-field");
    const obstacles = [
      [{ kind: "noFolder" }, "openFolder"],
      [{ kind: "restricted" }, "manageTrust"],
      [
        { kind: "unavailable", message: "Lore is switched off.", actions: ["openSettings"] },
        "openSettings",
      ],
    ] as const;
    for (const [memory, way] of obstacles) {
      await chat.send(sample.emptyState({ memory }));
      await chat.page.locator(".empty .button").click();
      assert.equal((await chat.postedOf("command")).at(-1)?.command, way);
      assert.equal(await chat.page.locator(".memory-line").isVisible(), false, "said once");
      await field.fill("Why?");
      assert.equal(await chat.page.locator(".send").isDisabled(), true);
      await field.press("Enter");
      assert.equal(await chat.page.locator(".example").count(), 0);
    }
    assert.deepEqual(await chat.postedOf("ask"), []);
    assert.equal(await field.inputValue(), "Why?", "what was typed stays");
  }));

test("what is typed is passed on as a draft and put back, but never over newer text", () =>
  withChat({}, async (chat) => {
    const field = chat.page.locator(".question-field");
    await chat.send(sample.emptyState({ draft: "half a que" }));
    assert.equal(await field.inputValue(), "half a que");
    await field.pressSequentially("stion");
    await field.blur();
    assert.deepEqual((await chat.postedOf("draft")).at(-1), {
      type: "draft",
      text: "half a question",
    });
    await chat.send(sample.emptyState({ draft: "older" }));
    assert.equal(await field.inputValue(), "half a question");
    await chat.send({ type: "prefill", question: "Explain this" });
    assert.equal(await field.inputValue(), "Explain this");
    assert.ok(await field.evaluate((node) => node === document.activeElement));
  }));

test("a prefill that comes before the first state is not lost", () =>
  withChat({}, async (chat) => {
    await chat.send(
      { type: "prefill", question: "Explain this" },
      sample.emptyState({ draft: "old" }),
    );
    assert.equal(await chat.page.locator(".question-field").inputValue(), "Explain this");
  }));

test("the question field grows with its text, up to a part of the view", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.emptyState());
    const field = chat.page.locator(".question-field");
    const height = (): Promise<number> => field.evaluate((node) => node.clientHeight);
    const one = await height();
    await field.fill("a\nb\nc");
    const three = await height();
    assert.ok(three > one * 1.8, `${one} → ${three}`);
    await field.fill("a\n".repeat(100));
    assert.ok((await height()) <= 216);
    await field.fill("");
    assert.equal(await height(), one);
  }));

test("conversations are listed, opened, renamed and deleted after a question", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    const title = chat.page.locator(".title");
    await title.click();
    const rows = chat.page.locator(".conversation");
    assert.equal(await rows.count(), 3);
    assert.equal(
      await rows.nth(1).locator(".conversation-details").innerText(),
      "6 turns · 5h ago",
    );
    assert.equal(
      await chat.page.locator("[aria-current]").innerText(),
      "Where is the retry delay decided?\n2 turns · now",
    );

    await chat.page
      .getByRole("button", { name: "Rename “Who reads config/defaults.json”" })
      .click();
    await chat.page.locator(".rename").fill("  Configuration ");
    await chat.page.locator(".rename").press("Enter");
    assert.deepEqual(await chat.postedOf("renameConversation"), [
      { type: "renameConversation", conversationId: "conversation-3", title: "Configuration" },
    ]);

    await chat.page
      .getByRole("button", { name: "Delete “Who reads config/defaults.json”" })
      .click();
    await chat.page.getByRole("button", { name: "Cancel" }).click();
    assert.deepEqual(await chat.postedOf("deleteConversation"), []);
    await chat.page
      .getByRole("button", { name: "Delete “Who reads config/defaults.json”" })
      .click();
    await chat.page.getByRole("button", { name: "Delete", exact: true }).click();
    assert.deepEqual(await chat.postedOf("deleteConversation"), [
      { type: "deleteConversation", conversationId: "conversation-3" },
    ]);

    await rows.nth(1).locator(".conversation-open").click();
    assert.deepEqual(await chat.postedOf("openConversation"), [
      { type: "openConversation", conversationId: "conversation-2" },
    ]);
    assert.equal(await chat.page.locator(".popup").isVisible(), false);
    await chat.page.getByRole("button", { name: "New conversation" }).click();
    assert.equal((await chat.postedOf("newConversation")).length, 1);
  }));

test("a list that arrives while a title is typed does not take the field away", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    await chat.page.locator(".title").click();
    await chat.page
      .getByRole("button", { name: "Rename “Who reads config/defaults.json”" })
      .click();
    await chat.page.locator(".rename").fill("Half");
    await chat.send({ type: "conversations", conversations: sample.conversations.slice(0, 3) });
    assert.equal(await chat.page.locator(".rename").inputValue(), "Half");
  }));

test("messages that are not understood are counted in sight, and harm nothing", () =>
  withChat({}, async (chat) => {
    await chat.send({ type: "explode" }, sample.state(exchange), { type: "turn", turn: 1 }, null);
    assert.equal(await chat.page.locator("body").getAttribute("data-ignored-messages"), "3");
    assert.equal(
      await chat.page.locator(".ignored").innerText(),
      "3 messages from the extension were not understood.",
    );
    assert.equal(await chat.page.locator(".turn").count(), 2);
  }));

test("texts come in the user's language", () =>
  withChat({}, async (chat) => {
    await chat.send(
      sample.emptyState({
        strings: { "empty.title": "Frag nach diesem Code", "composer.send": "Senden" },
      }),
    );
    assert.equal(await chat.page.locator(".empty h2").innerText(), "Frag nach diesem Code");
    assert.equal(await chat.page.getByRole("button", { name: "Senden" }).count(), 1);
  }));

const long = sample.answer("a1", { text: "A paragraph of the answer.\n\n".repeat(120) });

test("a long answer is read from its beginning; the button leads to its end", () =>
  withChat({}, async (chat) => {
    await chat.send(
      sample.state([
        sample.question("q0", "Before"),
        sample.answer("a0"),
        asked,
        sample.streaming("a1"),
      ]),
    );
    for (let part = 0; part < 6; part++)
      await chat.send(append("A paragraph of the answer.\n\n".repeat(20)));
    await chat.send(turn(long));
    const top = await chat.page
      .locator("[data-turn=q1]")
      .evaluate((node) => node.getBoundingClientRect().top);
    assert.ok(top >= 0 && top < 60, `the question stands at ${top}`);
    await chat.page.getByRole("button", { name: "Jump to the latest answer" }).click();
    assert.equal(await distanceToEnd(chat), 0);
    assert.equal(await chat.page.locator(".jump").isVisible(), false);
  }));

test("who scrolled away stays there while text comes in, who went to the end follows it", () =>
  withChat({}, async (chat) => {
    const list = chat.page.getByRole("log");
    await chat.send(
      sample.state([
        sample.question("q0", "Before"),
        { ...long, id: "a0" },
        asked,
        sample.streaming("a1"),
      ]),
    );
    await list.evaluate((node) => node.scrollTo({ top: 200 }));
    await chat.send(append("More.\n\n".repeat(60)));
    assert.equal(await list.evaluate((node) => node.scrollTop), 200);
    await list.evaluate((node) => node.scrollTo({ top: node.scrollHeight }));
    await chat.send(append("Still more.\n\n".repeat(60)));
    await chat.send(append("Still more.\n\n".repeat(60)));
    assert.equal(await distanceToEnd(chat), 0);
  }));

test("a view that was hidden comes back where it was left", async () => {
  let saved: unknown;
  await withChat({}, async (chat) => {
    await chat.send(sample.state([asked, long]));
    await chat.page.getByRole("log").evaluate((node) => node.scrollTo({ top: 321 }));
    await chat.send({ type: "focus" });
    saved = await chat.saved();
  });
  assert.deepEqual(saved, { conversationId: "conversation-1", top: 321, atEnd: false });
  await withChat({ saved }, async (chat) => {
    await chat.send(sample.state([asked, long]));
    assert.equal(await chat.page.getByRole("log").evaluate((node) => node.scrollTop), 321);
  });
  await withChat({ saved: { top: "broken" } }, async (chat) => {
    await chat.send(sample.state([asked, long]));
    assert.equal(await chat.page.locator(".turn").count(), 2);
  });
});

test("another conversation replaces the turns and does not speak them", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    const other = [sample.question("q9", "Something else")];
    await chat.send(sample.state(other, { conversation: sample.conversations[1] }));
    assert.equal(await chat.page.locator(".turn").count(), 1);
    assert.equal(
      await chat.page.locator(".title-text").innerText(),
      sample.conversations[1]?.title,
    );
    assert.equal(await chat.page.getByRole("log").getAttribute("aria-live"), "polite");
  }));

async function distanceToEnd(chat: {
  readonly page: import("playwright-core").Page;
}): Promise<number> {
  return chat.page
    .getByRole("log")
    .evaluate((node) => Math.round(node.scrollHeight - node.clientHeight - node.scrollTop));
}

test("earlier turns come on demand, and what was being read stays where it is", () =>
  withChat({ height: 500 }, async (chat) => {
    const later = [3, 4].flatMap((n) => [
      sample.question(`q${n}`, `Question ${n}?`),
      sample.answer(`a${n}`),
    ]);
    const early = [1, 2].flatMap((n) => [
      sample.question(`q${n}`, `Question ${n}?`),
      sample.answer(`a${n}`),
    ]);
    await chat.send(sample.state(later, { nEarlier: 4 }));
    const button = chat.page.getByRole("button", { name: "Show earlier turns (4)" });
    await button.focus();
    await chat.page.keyboard.press("Enter");
    await chat.page.keyboard.press("Enter");
    assert.deepEqual(await chat.postedOf("showEarlier"), [{ type: "showEarlier", before: "q3" }]);
    const third = chat.page.getByText("Question 3?");
    const top = async (): Promise<number> => (await third.boundingBox())?.y ?? NaN;
    const topBefore = await top();
    const conversationId = "conversation-1";
    await chat.send({ type: "earlierTurns", conversationId, turns: early, nEarlier: 0 });
    // The browser scrolls by whole pixels.
    assert.ok(Math.abs((await top()) - topBefore) < 1);
    assert.deepEqual(await chat.page.locator(".question").allInnerTexts(), [
      "Question 1?",
      "Question 2?",
      "Question 3?",
      "Question 4?",
    ]);
    assert.equal(await button.count(), 0);
    const focused = await chat.page.evaluate(() => document.activeElement?.className);
    assert.equal(focused, "transcript", "the focus does not fall off the page");
  }));

test("a question about selected code names the file and its lines", () =>
  withChat({}, async (chat) => {
    const selection = {
      file: "/work/shop/src/http/retryPolicy.ts",
      text: "next()",
      range: { startLine: 33, endLine: 40 },
    };
    await chat.send(sample.state([{ ...asked, selection }, sample.answer("a1")]));
    const about = chat.page.locator(".question .about-code");
    assert.match((await about.textContent()) ?? "", /retryPolicy\.ts:34–40/);
    assert.equal(await about.getAttribute("title"), selection.file);
  }));

test("a name in a script from right to left has its ending at its end and its lines behind it", () =>
  withChat({}, async (chat) => {
    const citations = [sample.cite("src/מדיניות.ts", 3, 9)];
    const text = "שלום, זה מוגדר כאן: [x.ts:3](#cite-0)\n";
    await chat.send(sample.state([asked, sample.answer("a1", { text, citations })]));
    for (const place of [".answer .chip", ".sources .place"]) {
      const edges = await chat.page.locator(place).evaluate((node) => {
        const edgesOf = (found: Node | null | undefined, from: number): DOMRect => {
          const range = document.createRange();
          const textNode = found?.firstChild ?? node;
          range.setStart(textNode, from);
          range.setEnd(textNode, from + 1);
          return range.getBoundingClientRect();
        };
        const name = node.querySelector("bdi");
        const lines = node.querySelector(".chip-lines, .place-lines");
        return {
          firstLetter: edgesOf(name, 0).left,
          ending: edgesOf(name, (name?.textContent.length ?? 1) - 1).left,
          lines: edgesOf(lines, 0).left,
        };
      });
      assert.ok(edges.ending > edges.firstLetter, `${place}: the ending is on the right`);
      assert.ok(edges.lines > edges.ending, `${place}: the lines follow`);
    }
  }));
