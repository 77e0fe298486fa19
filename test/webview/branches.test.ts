/** Asking an earlier question in another way, and going between its versions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { useChatBrowser, type Chat } from "./chatBrowser.ts";
import * as sample from "./sampleChat.ts";

const withChat = useChatBrowser();
const turns = [
  sample.question("q1", "First?"),
  sample.answer("a1"),
  sample.question("q2", "Second?"),
  sample.answer("a2"),
];
const value = (chat: Chat): Promise<string> => chat.page.locator(".question-field").inputValue();
const editButton = (chat: Chat, turnId: string) =>
  chat.page.locator(`[data-turn="${turnId}"]`).getByRole("button", { name: "Edit this question" });

test("an earlier question is edited by its button, and asked in its place", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(turns, { draft: "a thought" }));
    await editButton(chat, "q1").focus();
    await chat.page.keyboard.press("Enter");
    assert.equal(await value(chat), "First?");
    assert.ok(await chat.page.getByText("Editing an earlier question").isVisible());
    await chat.screenshot("editing");
    await chat.page.keyboard.type(" And why?");
    await chat.page.keyboard.press("Enter");
    assert.deepEqual(await chat.postedOf("editQuestion"), [
      { type: "editQuestion", turnId: "q1", question: "First? And why?" },
    ]);
    assert.deepEqual(await chat.postedOf("ask"), []);
    assert.ok(await chat.page.getByText("Editing an earlier question").isHidden());
  }));

test("Escape and Cancel leave the question as it was and put back what was typed", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(turns, { draft: "a thought" }));
    for (const leave of ["Escape", "Cancel"]) {
      await editButton(chat, "q2").focus();
      await chat.page.keyboard.press("Enter");
      await chat.page.keyboard.type("x");
      if (leave === "Escape") await chat.page.keyboard.press("Escape");
      else await chat.page.getByRole("button", { name: "Cancel" }).click();
      assert.equal(await value(chat), "a thought", leave);
      assert.equal(
        await chat.page.evaluate(() => document.activeElement?.className),
        "question-field",
      );
    }
    assert.deepEqual(await chat.postedOf("editQuestion"), []);
    await chat.page.keyboard.press("Enter");
    assert.deepEqual(await chat.postedOf("ask"), [{ type: "ask", question: "a thought" }]);
  }));

test("a recalled question is asked at the end by Enter, and in its place by Ctrl+Enter", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(turns));
    const field = chat.page.locator(".question-field");
    await field.press("ArrowUp");
    assert.ok(await chat.page.getByText("Ctrl+Enter in place of").isVisible());
    await field.press("Enter");
    assert.deepEqual(await chat.postedOf("ask"), [{ type: "ask", question: "Second?" }]);
    await field.press("ArrowUp");
    await field.pressSequentially(" Really?");
    await field.press("Control+Enter");
    assert.deepEqual(await chat.postedOf("editQuestion"), [
      { type: "editQuestion", turnId: "q2", question: "Second? Really?" },
    ]);
    await field.pressSequentially("new");
    await field.press("Control+Enter");
    assert.equal(
      (await chat.postedOf("ask")).length,
      2,
      "without one recalled it is asked as ever",
    );
  }));

test("a question with several versions has a switch, which works by key and says where it is", () =>
  withChat({ width: 300 }, async (chat) => {
    const branches = [{ turnId: "q2", questionIds: ["q0", "q2", "q9"] }];
    await chat.send(sample.state(turns, { branches }));
    const second = chat.page.locator('[data-turn="q2"]');
    assert.match(await second.locator(".question-tools").innerText(), /2\/3/);
    assert.equal(await second.getByText("Version 2 of 3").count(), 1);
    assert.ok(await chat.page.locator('[data-turn="q1"] .branch-switch').isHidden());
    await chat.screenshot("branches");
    await second.getByRole("button", { name: "Show the version before" }).press("Enter");
    await second.getByRole("button", { name: "Show the version after" }).press("Enter");
    assert.deepEqual(await chat.postedOf("chooseBranch"), [
      { type: "chooseBranch", turnId: "q0" },
      { type: "chooseBranch", turnId: "q9" },
    ]);
    const other = [...turns.slice(0, 2), sample.question("q9", "Third?"), sample.answer("a9")];
    const there = [{ turnId: "q9", questionIds: ["q0", "q2", "q9"] }];
    await chat.send(sample.state(other, { branches: there }));
    await chat.send({ type: "showTurn", conversationId: "conversation-1", turnId: "q9" });
    assert.equal(await chat.page.locator('[data-turn="q2"]').count(), 0);
    const third = chat.page.locator('[data-turn="q9"]');
    assert.ok(await third.getByRole("button", { name: "Show the version after" }).isDisabled());
    await chat.send(sample.state(turns));
    assert.ok(await second.locator(".branch-switch").isHidden(), "the others were forgotten");
  }));

test("while an answer is written no other branch is shown", () =>
  withChat({}, async (chat) => {
    const branches = [{ turnId: "q2", questionIds: ["q0", "q2"] }];
    await chat.send(sample.state([...turns.slice(0, 3), sample.streaming("a2")], { branches }));
    await chat.page.getByRole("button", { name: "Show the version before" }).press("Enter");
    assert.deepEqual(await chat.postedOf("chooseBranch"), []);
  }));
