import assert from "node:assert/strict";
import { test } from "node:test";
import type { Turn } from "../../protocol/types.ts";
import type { ToWebview } from "../../protocol/webviewMessages.ts";
import {
  canAsk,
  initialState,
  questionsAsked,
  reduce,
  streamingTurn,
  type ViewState,
} from "../../webview/state.ts";
import * as sample from "./sampleChat.ts";

const after = (...messages: readonly ToWebview[]): ViewState =>
  messages.reduce(reduce, initialState);
const append = (markdown: string, turnId = "a1", conversationId = "conversation-1"): ToWebview => ({
  type: "append",
  conversationId,
  turnId,
  markdown,
  citations: [],
});
const asked = [sample.question("q1", "Why?"), sample.streaming("a1")];

test("the first state fills the view", () => {
  assert.equal(initialState.loaded, false);
  const state = after(sample.state(asked));
  assert.equal(state.loaded, true);
  assert.equal(state.conversationId, "conversation-1");
  assert.deepEqual(state.turns, asked);
});

test("appended text and citations join the streaming turn, others keep their identity", () => {
  const before = after(sample.state(asked));
  const state = reduce(before, {
    ...append("one "),
    citations: [sample.cite("a.ts", 1, 2)],
  } as ToWebview);
  const next = reduce(state, append("two"));
  assert.equal(next.turns[1]?.text, "one two");
  assert.equal(next.turns[1]?.citations.length, 1);
  assert.equal(next.turns[0], before.turns[0]);
  assert.equal(next.turns[1]?.citations, state.turns[1]?.citations);
});

test("text for another conversation, another turn or a turn that has ended is left alone", () => {
  const state = after(sample.state([sample.question("q1", "Why?"), sample.answer("a1")]));
  assert.equal(reduce(state, append("late")), state);
  assert.equal(reduce(state, append("x", "unknown")), state);
  assert.equal(reduce(state, append("x", "a1", "other")), state);
});

test("a turn replaces the one of its id, a new one comes last", () => {
  const done = sample.answer("a1");
  const state = after(
    sample.state(asked),
    { type: "turn", conversationId: "conversation-1", turn: done },
    { type: "turn", conversationId: "conversation-1", turn: sample.question("q2", "And then?") },
    { type: "turn", conversationId: "other", turn: sample.question("q3", "Elsewhere") },
  );
  assert.deepEqual(
    state.turns.map(({ id }) => id),
    ["q1", "a1", "q2"],
  );
  assert.equal(state.turns[1], done);
});

test("the first turn of a new conversation names it", () => {
  const turn: ToWebview = {
    type: "turn",
    conversationId: "conversation-2",
    turn: sample.question("q1", "Hi"),
  };
  const state = after(sample.state([], { conversation: undefined }), turn);
  assert.equal(state.conversationId, "conversation-2");
  assert.equal(state.conversation?.title, sample.conversations[1]?.title);
});

test("a new title reaches the open conversation", () => {
  const renamed = sample.conversations.map((each) => ({ ...each, title: `${each.title}!` }));
  const state = after(sample.state(asked), { type: "conversations", conversations: renamed });
  assert.equal(state.conversation?.title, "Where is the retry delay decided?!");
});

test("what became of citations is kept through a repeated state, dropped with the conversation", () => {
  const states: ToWebview = { type: "citationStates", turnId: "a1", states: ["stale"] };
  const first = after(sample.state(asked), states);
  assert.deepEqual(first.citationStates.get("a1"), ["stale"]);
  assert.deepEqual(reduce(first, sample.state(asked)).citationStates.get("a1"), ["stale"]);
  const other = sample.state(asked, { conversation: sample.conversations[1] });
  assert.equal(reduce(first, other).citationStates.size, 0);
});

test("messages for the question field change nothing that is shown", () => {
  const state = after(sample.state(asked));
  assert.equal(reduce(state, { type: "focus" }), state);
  assert.equal(reduce(state, { type: "prefill", question: "x" }), state);
});

test("the streaming turn, the question of an answer and the questions asked", () => {
  const turns: readonly Turn[] = [
    sample.question("q1", "First"),
    sample.answer("a1"),
    sample.question("q2", "Second"),
    sample.answer("a2"),
    sample.question("q3", "Second"),
    sample.streaming("a3"),
  ];
  const state = after(sample.state(turns));
  assert.equal(streamingTurn(state)?.id, "a3");
  assert.equal(streamingTurn(after(sample.state(turns.slice(0, 4)))), undefined);
  assert.deepEqual(questionsAsked(turns), ["Second", "First"]);
});

test("a question can be asked while the memory fills, not without a trusted folder", () => {
  assert.equal(canAsk({ kind: "ready", coverage: sample.coverage }), true);
  assert.equal(canAsk({ kind: "starting" }), true);
  assert.equal(canAsk({ kind: "noFolder" }), false);
  assert.equal(canAsk({ kind: "restricted" }), false);
});

test("the parts are those of the open conversation", () => {
  const parts = [sample.part(1, 2)];
  const open = after(sample.state(asked));
  assert.deepEqual(open.parts, []);
  const told = reduce(open, { type: "parts", conversationId: "conversation-1", parts });
  assert.equal(told.parts, parts);
  assert.equal(reduce(told, { type: "parts", conversationId: "other", parts: [] }), told);
});

test("earlier turns come before those that are shown, each once", () => {
  const later = [sample.question("q2", "Second"), sample.answer("a2")];
  const early = [sample.question("q1", "First"), sample.answer("a1")];
  const open = after(sample.state(later, { nEarlier: 2 }));
  const earlier = {
    type: "earlierTurns",
    conversationId: "conversation-1",
    turns: early,
    nEarlier: 0,
  } as const;
  const whole = reduce(open, earlier);
  assert.deepEqual(
    whole.turns.map(({ id }) => id),
    ["q1", "a1", "q2", "a2"],
  );
  assert.equal(whole.nEarlier, 0);
  assert.equal(reduce(whole, earlier), whole, "a second answer to the same wish changes nothing");
  assert.equal(reduce(open, { ...earlier, conversationId: "other" }), open);
});
