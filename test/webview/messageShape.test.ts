import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ToWebview } from "../../protocol/webviewMessages.ts";
import { openChannel } from "../../webview/channel.ts";
import { isToWebview } from "../../webview/messageShape.ts";
import * as sample from "./sampleChat.ts";

const coverage = sample.coverage;
const valid: readonly ToWebview[] = [
  sample.emptyState(),
  sample.state([sample.question("q1", "Why?"), sample.answer("a1")]),
  { type: "turn", conversationId: "c", turn: sample.abstained("a1") },
  { type: "earlierTurns", conversationId: "c", turns: [sample.question("q", "?")], nEarlier: 2 },
  { type: "parts", conversationId: "c", parts: [sample.part(1, 3)] },
  turnWith({ trace: rereadTrace({ state: "used", nPlaces: 30 }) }) as ToWebview,
  turnWith({ trace: judgedTrace({}) }) as ToWebview,
  { type: "append", conversationId: "c", turnId: "t", markdown: "x", citations: sample.citations },
  { type: "memory", memory: { kind: "noFolder" } },
  { type: "memory", memory: { kind: "restricted" } },
  { type: "memory", memory: { kind: "starting" } },
  { type: "memory", memory: { kind: "filling", bytesDone: 1, bytesKnown: 2, coverage } },
  { type: "memory", memory: { kind: "ready", coverage } },
  { type: "memory", memory: { kind: "paused", coverage } },
  { type: "memory", memory: { kind: "failed", message: "x", actions: ["openLog"] } },
  { type: "memory", memory: { kind: "unavailable", message: "x", actions: ["openSettings"] } },
  { type: "conversations", conversations: sample.conversations },
  { type: "citationStates", turnId: "t", states: ["current", "moved", "stale", "gone"] },
  {
    type: "suggestions",
    prefix: "a",
    suggestions: [{ kind: "symbol", rootId: "r", path: "a.ts", name: "a", symbolKind: "class" }],
  },
  { type: "pinned", conversationId: "c", pinned: [{ turnId: "t", line: "why?" }] },
  { type: "peeked", peeked: { peekId: 1, kind: "gone" } },
  {
    type: "peeked",
    peeked: {
      ...{ peekId: 2, kind: "lines", isMoved: true, text: "a", nLinesLeftOut: 0 },
      ...{ startLine: 3, language: "ts" },
    },
  },
  { type: "insert", text: "x" },
  { type: "prefill", question: "x" },
  { type: "focus" },
];

test("every message of the contract is understood, also after a trip through JSON", () => {
  for (const message of valid) {
    assert.ok(isToWebview(message), message.type);
    assert.ok(isToWebview(JSON.parse(JSON.stringify(message))), `${message.type} as JSON`);
  }
});

const wrong: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  text: "state",
  list: [],
  "no type": {},
  "an unknown type": { type: "explode" },
  "a type of Object's own": { type: "constructor" },
  "a state without turns": { type: "state", state: { ...stateOf(), turns: undefined } },
  "earlier turns that do not say how many come before": {
    type: "earlierTurns",
    conversationId: "c",
    turns: [],
  },
  "a part that does not say whether it is open": {
    type: "parts",
    conversationId: "c",
    parts: [{ ...sample.part(1, 3), isOpen: undefined }],
  },
  "a selection without lines": turnWith({ selection: { file: "/a", text: "" } }),
  "a turn of an unknown role": turnWith({ role: "system" }),
  "a turn of an unknown state": turnWith({ state: "paused" }),
  "a turn whose text is a number": turnWith({ text: 1 }),
  "a probability that is a text": turnWith({ trace: judgedTrace({ probability: "high" }) }),
  "a verdict that there is not": turnWith({ trace: judgedTrace({ verdict: "never" }) }),
  "a citation without a range": turnWith({
    citations: [{ ...sample.citations[0], range: undefined }],
  }),
  "a line before the first": turnWith({ citations: [citationAt(-1)] }),
  "a line that is no whole number": turnWith({ citations: [citationAt(1.5)] }),
  "a stage whose candidates are no list": turnWith({ trace: traceWith({ candidates: {} }) }),
  "a candidate without a path": turnWith({ trace: traceWith({ candidates: [{ score: 1 }] }) }),
  "a candidate dropped for no known reason": turnWith({
    trace: traceWith({ candidates: [{ rootId: "r", path: "a", score: 1, dropped: "mood" }] }),
  }),
  "a trace that does not say of which roots it asked": turnWith({
    trace: { ...sample.answer("a1").trace, asked: { query: "x", limit: 1, schema: 1, chunker: 1 } },
  }),
  "a score that is no number": turnWith({ recalls: [{ ...sample.recalls[0], score: Number.NaN }] }),
  "a reason of an unknown kind": turnWith({
    recalls: [{ ...sample.recalls[0], reasons: [{ kind: "magic", detail: "", weight: 1 }] }],
  }),
  "a trace without stages": turnWith({
    trace: { terms: [], identifiers: [], paths: [], literals: [] },
  }),
  "a second reading that came to nothing known": turnWith({
    trace: rereadTrace({ state: "done", nPlaces: 30 }),
  }),
  "a second reading of half a place": turnWith({
    trace: rereadTrace({ state: "late", nPlaces: 0.5 }),
  }),
  "a memory that fills by no bytes": { type: "memory", memory: { kind: "filling", coverage } },
  "a memory with an action that nobody knows": {
    type: "memory",
    memory: { kind: "failed", message: "x", actions: ["format"] },
  },
  "a memory of an unknown kind": { type: "memory", memory: { kind: "toString" } },
  "a string that is a number": { type: "state", state: { ...stateOf(), strings: { a: 1 } } },
  "an inherited field": Object.create({ type: "prefill", question: "x" }),
};
for (const [name, message] of Object.entries(wrong)) {
  test(`${name} is no message`, () => assert.equal(isToWebview(message), false));
}

test("no value makes the check throw", () => {
  fc.assert(
    fc.property(fc.anything(), fc.constantFrom(...valid.map(({ type }) => type)), (value, type) => {
      isToWebview(value);
      isToWebview({ type, state: value, turn: value, memory: value, conversations: value });
    }),
  );
});

test("the channel passes on what it understands and counts the rest", () => {
  const page = new EventTarget();
  const received: ToWebview[] = [];
  const counts: number[] = [];
  const posted: unknown[] = [];
  const channel = openChannel(
    { postMessage: (message) => void posted.push(message) },
    page as Pick<Window, "addEventListener">,
    (message) => received.push(message),
    (nIgnored) => counts.push(nIgnored),
  );
  for (const data of [{ type: "focus" }, { type: "explode" }, 7]) {
    page.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
  channel.post({ type: "stop" });
  assert.deepEqual(received, [{ type: "focus" }]);
  assert.deepEqual(counts, [1, 2]);
  assert.deepEqual(posted, [{ type: "stop" }]);
});

function stateOf(): object {
  const message = sample.emptyState();
  return message.type === "state" ? message.state : {};
}
/** A trace with one stage. */
function traceWith(stage: object): object {
  const { trace } = sample.answer("a1");
  return { ...trace, stages: [{ name: "words", nCandidates: 1, ms: 1, ...stage }] };
}

function turnWith(changes: object): unknown {
  return { type: "turn", conversationId: "c", turn: { ...sample.answer("a1"), ...changes } };
}
function rereadTrace(reread: object): object {
  return { terms: [], identifiers: [], paths: [], literals: [], stages: [], reread };
}
function judgedTrace(more: object): object {
  const parts = [{ fact: "best", value: 0.5, weight: 1 }];
  const evidence = { probability: 0.7, verdict: "unsure", parts, ...more };
  return { terms: [], identifiers: [], paths: [], literals: [], stages: [], evidence };
}
function citationAt(line: number): object {
  const start = { line, character: 0 };
  return { ...sample.citations[0], range: { start, end: start } };
}
