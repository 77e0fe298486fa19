import assert from "node:assert/strict";
import { test } from "node:test";
import { timelineItems } from "../../../extension/history/timelineItems.ts";
import type { TimelineEvent } from "../../../protocol/timeline.ts";
import { translate } from "../translate.ts";

const hostile = "$(flame) <b>\u202e";
const atMs = new Date(2026, 4, 4, 14, 5).getTime();
const commit = {
  ...{ hash: "a".repeat(40), author: hostile, authoredMs: atMs, subject: hostile, body: "" },
};
const edit = {
  ...{ path: "src/a.ts", firstMs: atMs, lastMs: atMs, change: "changed" as const },
  definitions: [{ name: "load", container: "", change: "body" as const }],
};

test("each kind of event is a line with its words, its kind and its time, and draws no icon", () => {
  const events: readonly TimelineEvent[] = [
    { kind: "commit", atMs, rootId: "r", commit },
    { kind: "edit", atMs, rootId: "r", edit },
    { kind: "turn", atMs, conversationId: "c", turnId: "t", text: hostile },
    { kind: "note", atMs, id: "n", text: "we wait", noteKind: "decision" },
  ];
  const items = timelineItems(events, "en", translate);
  assert.deepEqual(
    items.map(({ label, description, detail }) => [label, description.split(" · ")[0], detail]),
    [
      ["\\$(flame) <b>\\u{202e}", "commit", "aaaaaaaaaa \\$(flame) <b>\\u{202e}"],
      ["src/a.ts", "file edited", "in load"],
      ["\\$(flame) <b>\\u{202e}", "question", undefined],
      ["we wait", "note", undefined],
    ],
  );
  assert.ok(items.every(({ description }) => /May 4, 2026/.test(description)));
  assert.deepEqual(
    items.map(({ event }) => event),
    events,
  );
});
