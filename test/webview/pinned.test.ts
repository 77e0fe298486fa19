/** Pinned answers at the top of a conversation, and saving it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { useChatBrowser, type Chat } from "./chatBrowser.ts";
import { exchange } from "./chatStates.ts";
import * as sample from "./sampleChat.ts";

const withChat = useChatBrowser();
const conversationId = "conversation-1";
const pins = (chat: Chat) => chat.page.getByRole("region", { name: "Pinned answers" });

test("an answer is pinned and unpinned by key, and listed by its question", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state(exchange));
    assert.ok(await pins(chat).isHidden());
    await chat.page.getByRole("button", { name: "Pin this answer" }).press("Enter");
    assert.deepEqual(await chat.postedOf("pin"), [{ type: "pin", turnId: "a1", isPinned: true }]);
    const line = "Where\u202e is <b>it</b> decided?";
    const pinned = [
      { turnId: "a1", line },
      { turnId: "a0", line: `Who ${"reads ".repeat(40)}` },
    ];
    await chat.send({ type: "pinned", conversationId, pinned });
    await chat.screenshot("pinned");
    assert.ok((await pins(chat).innerText()).includes("Where‹U+202E› is <b>it</b> decided?"));
    await pins(chat).getByRole("button").first().press("Enter");
    assert.deepEqual(await chat.postedOf("openTurn"), [
      { type: "openTurn", conversationId, turnId: "a1" },
    ]);
    await chat.page.getByRole("button", { name: "Unpin this answer" }).press("Enter");
    await chat.page.getByRole("button", { name: "Unpin “Who" }).press("Enter");
    assert.deepEqual((await chat.postedOf("pin")).slice(1), [
      { type: "pin", turnId: "a1", isPinned: false },
      { type: "pin", turnId: "a0", isPinned: false },
    ]);
    await chat.send({ type: "pinned", conversationId, pinned: pinned.slice(0, 1) });
    assert.ok(await pins(chat).evaluate((node) => node.contains(document.activeElement)));
    await chat.send({ type: "pinned", conversationId: "another", pinned });
    assert.equal(await pins(chat).getByRole("listitem").count(), 1);
    await chat.send(sample.state(exchange));
    assert.ok(await pins(chat).isHidden());
  }));

test("a conversation with a turn can be saved, an empty one not", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.emptyState());
    const save = chat.page.getByRole("button", { name: "Save this conversation as Markdown" });
    assert.equal(await save.count(), 0);
    await chat.send(sample.state(exchange));
    await save.press("Enter");
    assert.deepEqual(await chat.postedOf("exportConversation"), [{ type: "exportConversation" }]);
  }));
