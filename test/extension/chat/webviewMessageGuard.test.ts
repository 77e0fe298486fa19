import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readWebviewMessage } from "../../../extension/chat/webviewMessageGuard.ts";
import type { Citation } from "../../../protocol/types.ts";
import type { FromWebview } from "../../../protocol/webviewMessages.ts";

const range = { start: { line: 1, character: 0 }, end: { line: 4, character: 1 } };
const citation: Citation = {
  rootId: "r",
  path: "src/a.ts",
  range,
  contentHash: "0123456789abcdef",
  symbol: { name: "f", kind: "function", container: "", range },
};
const { symbol: _symbol, ...plainCitation } = citation;

const good: FromWebview[] = [
  { type: "ready" },
  { type: "stop" },
  { type: "askAgain", turnId: "t" },
  { type: "saveTrace", turnId: "t" },
  { type: "compareTrace", turnId: "t" },
  { type: "showEarlier", before: "t" },
  { type: "newConversation" },
  { type: "ask", question: "where is <script>alert(1)</script>?" },
  { type: "draft", text: "" },
  { type: "copy", text: "x" },
  { type: "openConversation", conversationId: "c" },
  { type: "deleteConversation", conversationId: "c" },
  { type: "renameConversation", conversationId: "c", title: "T" },
  { type: "openTurn", conversationId: "c", turnId: "t" },
  { type: "searchTurns", query: "retries" },
  { type: "suggest", prefix: "" },
  { type: "suggest", prefix: "src/", kinds: ["file", "symbol"] },
  { type: "nameFiles", files: ["file:///a.ts", "/b.ts"], text: "" },
  { type: "editQuestion", turnId: "t", question: "why?" },
  { type: "editQuestion", turnId: "t", question: "why?", isDeep: true },
  { type: "ask", question: "why?", isDeep: false },
  { type: "chooseBranch", turnId: "t" },
  { type: "pin", turnId: "t", isPinned: true },
  { type: "exportConversation" },
  { type: "peek", peekId: 0, citation },
  { type: "peek", peekId: 7, citation: { ...citation, commit: "a".repeat(40) } },
  { type: "insertCode", code: "<b>" },
  { type: "applyCode", code: "" },
  { type: "openCitation", citation, toSide: true },
  { type: "openCitation", citation: plainCitation, toSide: false },
  { type: "command", command: "showStatus" },
  { type: "command", command: "openLog" },
  { type: "command", command: "resume" },
  { type: "command", command: "openFolder" },
  { type: "command", command: "manageTrust" },
];

for (const message of good) {
  test(`read as it is: ${JSON.stringify(message).slice(0, 80)}`, () => {
    assert.deepEqual(readWebviewMessage(structuredClone(message)), message);
  });
}

const cite = (change: object): object => ({
  type: "openCitation",
  toSide: false,
  citation: { ...plainCitation, ...change },
});
const bad: unknown[] = [
  undefined,
  null,
  "ready",
  [],
  {},
  { type: "unknown" },
  { type: "openTurn", conversationId: "c" },
  { type: "openTurn", conversationId: "c", turnId: { toString: "t" } },
  { type: "suggest" },
  { type: "suggest", prefix: "x".repeat(1_001) },
  { type: "suggest", prefix: "", kinds: ["secret"] },
  { type: "suggest", prefix: "", kinds: ["file", "file", "file", "file"] },
  { type: "nameFiles", files: "file:///a.ts", text: "" },
  { type: "nameFiles", files: [1], text: "" },
  { type: "nameFiles", files: Array.from({ length: 51 }, () => "/a"), text: "" },
  { type: "nameFiles", files: [] },
  { type: "editQuestion", turnId: "t", question: "  " },
  { type: "editQuestion", question: "why?" },
  { type: "chooseBranch" },
  { type: "pin", turnId: "t" },
  { type: "pin", turnId: "t", isPinned: 1 },
  { type: "peek", citation },
  { type: "peek", peekId: -1, citation },
  { type: "peek", peekId: 1, citation: { ...citation, commit: "main" } },
  { type: "insertCode" },
  { type: "applyCode", code: 1 },
  { type: "searchTurns", query: " " },
  { type: "searchTurns", query: "x".repeat(1_001) },
  { type: "__proto__" },
  { type: ["ready"] },
  { type: "ask" },
  { type: "askAgain" },
  { type: "saveTrace" },
  { type: "compareTrace", turnId: 1 },
  { type: "askAgain", turnId: "" },
  { type: "showEarlier", before: 1 },
  { type: "ask", question: "  \n" },
  { type: "ask", question: "why?", isDeep: "yes" },
  { type: "ask", question: "x".repeat(1_000_001) },
  { type: "ask", question: { toString: () => "x" } },
  { type: "openConversation", conversationId: "" },
  { type: "openConversation", conversationId: "x".repeat(201) },
  { type: "renameConversation", conversationId: "c" },
  { type: "command", command: "workbench.action.quit" },
  { type: "command", command: "toString" },
  { type: "openCitation", citation },
  cite({ path: "" }),
  cite({ path: 1 }),
  cite({ contentHash: "0123456789ABCDEF" }),
  cite({ contentHash: "short" }),
  cite({ range: { start: range.end, end: range.start } }),
  cite({ range: { start: { line: -1, character: 0 }, end: range.end } }),
  cite({ range: { start: { line: 0.5, character: 0 }, end: range.end } }),
  cite({ range: { start: { line: Number.NaN, character: 0 }, end: range.end } }),
  cite({ range: [] }),
  cite({ symbol: { name: "f" } }),
  cite({ symbol: null }),
];

bad.forEach((message, i) => {
  test(`refused: ${i} ${(JSON.stringify(message) ?? "undefined").slice(0, 70)}`, () => {
    assert.equal(readWebviewMessage(message), undefined);
  });
});

test("fields that the contract does not name are dropped", () => {
  const message = { ...cite({ evil: 1 }), extra: true };
  assert.deepEqual(readWebviewMessage(message), {
    type: "openCitation",
    citation: plainCitation,
    toSide: false,
  });
});

test("anything at all is either refused or a message, without throwing", () => {
  const type = fc.constantFrom(...good.map((message) => message.type));
  const junk = fc.oneof(
    fc.anything(),
    fc.record({ type, question: fc.anything(), citation: fc.anything(), text: fc.anything() }),
  );
  fc.assert(
    fc.property(junk, (value) => {
      const read = readWebviewMessage(value);
      assert.ok(read === undefined || good.some(({ type: known }) => known === read.type));
    }),
    { numRuns: 2_000 },
  );
});
