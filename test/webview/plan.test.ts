/** How a deep question was looked for: open while it is worked on, folded afterwards, with its budget. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnswerPlan, FurtherLooks } from "../../protocol/plan.ts";
import { useChatBrowser, type Chat } from "./chatBrowser.ts";
import * as sample from "./sampleChat.ts";
import { prose, waiting } from "./sampleProse.ts";

const withChat = useChatBrowser();
const asked = sample.question("q1", "How is an order stored, and when is the mail sent?");
const working: AnswerPlan = {
  parts: [
    { text: "How is an order stored", state: "done", nPlaces: 4 },
    { text: "when is the mail sent?", state: "looking", nPlaces: 0 },
    { text: "who <b>reads</b> it", state: "waiting", nPlaces: 0 },
  ],
  ...{ round: 2, maxRounds: 3, followed: ["flushQueue"] },
};
const looks: FurtherLooks = {
  ...{ round: 2, maxRounds: 4, nTokens: 3_100, maxTokens: 12_000 },
  lookups: [
    { tool: "find_usages", about: "sendMail", nPlaces: 4, nNew: 3 },
    { tool: "search_memory", about: "[x](https://evil.example) <i>mail</i>", nPlaces: 1, nNew: 0 },
    { about: "", nPlaces: 0, nNew: 0 },
  ],
  end: "nothingNew",
};
const plan = (chat: Chat) => chat.page.locator("details.plan");
const stateWith = (turn: Parameters<typeof sample.answer>[1]): unknown =>
  sample.state([asked, sample.answer("a1", turn)]);

test("the parts are shown with what becomes of them while the memory looks", () =>
  withChat({}, async (chat) => {
    await chat.send(stateWith({ state: "streaming", text: "", citations: [] }));
    assert.equal(await plan(chat).isVisible(), false);
    await chat.send({
      ...{ type: "append", conversationId: "conversation-1", turnId: "a1" },
      ...{ markdown: "", citations: [], plan: working },
    });
    const text = await plan(chat).innerText();
    assert.match(text, /Looking deeper… round 2 of 3/);
    assert.match(text, /How is an order stored 4 places/);
    assert.match(text, /when is the mail sent\? looking…/);
    assert.match(text, /who <b>reads<\/b> it waiting/);
    assert.match(text, /Names that were followed: flushQueue/);
    await chat.screenshot("plan-working");
  }));

test("what a model looked up is told with rounds and tokens, and stays folded at the end", () =>
  withChat({}, async (chat) => {
    await chat.send(stateWith({ plan: working, prose: { ...waiting(), looks } }));
    assert.match(
      await plan(chat).innerText(),
      /Looking deeper… round 2 of 4 · 3,100 of 12,000 tokens/,
    );
    await chat.send({
      ...{ type: "prose", conversationId: "conversation-1", turnId: "a1" },
      prose: prose({ looks }),
    });
    assert.equal(await plan(chat).getAttribute("open"), null);
    await plan(chat).getByText("How this was found").click();
    const text = await plan(chat).innerText();
    assert.match(text, /asked for uses of: sendMail → 4 places, 3 new/);
    assert.match(text, /asked for: \[x\]\(https:\/\/evil.example\) <i>mail<\/i> → 1 place, 0 new/);
    assert.match(text, /a call that could not be carried out → 0 places/);
    assert.match(text, /the last round brought nothing new/);
    assert.match(text, /when is the mail sent\? not looked for to the end/);
    assert.equal(await plan(chat).locator("a, i, b").count(), 0);
    await chat.screenshot("plan-folded");
  }));

test("the switch has the next questions looked for deeply until it is off again", () =>
  withChat({}, async (chat) => {
    await chat.send(sample.state([]));
    const deep = chat.page.getByRole("button", { name: "Look deeper" });
    const field = chat.page.getByRole("textbox");
    await deep.focus();
    await chat.page.keyboard.press("Space");
    assert.equal(await deep.getAttribute("aria-pressed"), "true");
    await field.fill("one");
    await field.press("Enter");
    await deep.click();
    await field.fill("two");
    await field.press("Enter");
    assert.deepEqual(await chat.postedOf("ask"), [
      { type: "ask", question: "one", isDeep: true },
      { type: "ask", question: "two" },
    ]);
  }));
