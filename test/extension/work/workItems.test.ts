import assert from "node:assert/strict";
import { test } from "node:test";
import { ageText } from "../../../extension/ageText.ts";
import { childrenOf, rowOf, workRoots, type WorkNode } from "../../../extension/work/workItems.ts";
import { createWording } from "../../../extension/wording.ts";
import type { Note } from "../../../protocol/notes.ts";
import { translate } from "../translate.ts";

const wording = createWording(translate, "en");
const hourMs = 3_600_000;
const conversation = { id: "c1", title: "Retries\nof $(x)", createdMs: 0, updatedMs: 0, nTurns: 2 };

function note(id: string, more: Partial<Note> = {}): Note {
  return {
    ...{ id, text: `note ${id}`, who: "A", createdMs: 0, rootId: "root", evidence: [], tags: [] },
    ...{ links: [], isPinned: false, nUses: 0 },
    kind: "decision",
    health: "ok",
    ...more,
  };
}

const rows = (nodes: readonly WorkNode[]): string[] =>
  nodes.map((node) => {
    const { label, description, icon } = rowOf(node, wording, 2 * hourMs);
    return `${icon} ${label}${description === "" ? "" : ` (${description})`}`;
  });

test("nothing kept is no row at all, so that the view says what to do", () => {
  assert.deepEqual(workRoots([], []), []);
});

test("notes are listed by kind, pinned ones first, with what is wrong with them in words", () => {
  const notes = [
    note("1", { kind: "todo" }),
    note("2"),
    note("3", { isPinned: true }),
    note("4", { health: "needsCheck", isPinned: true }),
    note("5", { health: "gone" }),
  ];
  const [conversations, all] = workRoots([conversation], notes);
  assert.ok(conversations !== undefined && all !== undefined);
  assert.deepEqual(rows([conversations, all]), [
    "comment-discussion Conversations (1)",
    "note Notes (5)",
  ]);
  assert.deepEqual(rows(childrenOf(conversations)), ["comment Retries\\u{a}of $(x) (2 hours ago)"]);
  const [decisions, todo] = childrenOf(all);
  assert.ok(decisions !== undefined && todo !== undefined);
  assert.deepEqual(rows([decisions, todo]), ["milestone Decisions (4)", "checklist To do (1)"]);
  assert.deepEqual(rows(childrenOf(decisions)), [
    "pinned note 3 (pinned)",
    "warning note 4 (needs check, pinned)",
    "milestone note 2",
    "warning note 5 (its code is gone)",
  ]);
});

test("a screen reader hears a note's kind, words and marks", () => {
  const node: WorkNode = { kind: "note", note: note("1", { health: "needsCheck" }) };
  assert.equal(rowOf(node, wording, 0).spoken, "Decisions, note 1, needs check");
  assert.equal(rowOf(node, wording, 0).context, "note.loose");
  assert.deepEqual(childrenOf(node), []);
});

for (const [ageMs, words] of [
  [-5, "this minute"],
  [90_000, "1 minute ago"],
  [25 * hourMs, "yesterday"],
  [15 * 24 * hourMs, "2 weeks ago"],
  [800 * 24 * hourMs, "2 years ago"],
] as const) {
  test(`an age in words: ${words}`, () => assert.equal(ageText(0, ageMs, "en"), words));
}
