import assert from "node:assert/strict";
import { test } from "node:test";
import { changeText, hereParagraphs, usesText } from "../../../extension/editor/hereText.ts";
import { createWording } from "../../../extension/wording.ts";
import type { PastResult } from "../../../protocol/history.ts";
import type { Note } from "../../../protocol/notes.ts";
import type { UsesResult } from "../../../protocol/outline.ts";
import { translate } from "../translate.ts";

const wording = createWording(translate, "en");
const dayMs = 86_400_000;
const range = { start: { line: 3, character: 0 }, end: { line: 6, character: 0 } };
const uses: UsesResult = {
  uses: [
    {
      citation: { rootId: "root", path: "src/b_c.ts", range, contentHash: "0123456789abcdef" },
      ...{ text: "fooBar()", role: "source", holder: "main", isClear: true },
    },
  ],
  ...{ nUses: 1_234, nFiles: 9, isWhole: true },
};
const past = {
  kind: "past",
  events: [{ commit: { authoredMs: 0, author: "A [b](c)" }, change: "body", path: "src/a.ts" }],
} as unknown as PastResult;
const unknownPast = { kind: "unknown" } as unknown as PastResult;

test("uses are counted in words, with a limit where there may be more", () => {
  assert.equal(usesText(uses, wording), "1,234 uses");
  assert.equal(usesText({ ...uses, nUses: 1 }, wording), "1 use");
  assert.equal(usesText({ ...uses, isWhole: false }, wording), "at least 1,234 uses");
});

test("the last change is told with its age and author, or not at all", () => {
  assert.equal(changeText(past, wording, 3 * dayMs), "last changed 3 days ago by A [b](c)");
  assert.equal(changeText(unknownPast, wording, 0), undefined);
});

test("what is remembered here is markdown in which nothing of others acts", () => {
  const definition = {
    name: "fooBar",
    kind: "function",
    container: "",
    range,
    nameLine: 3,
  } as const;
  const text = "![x](http://a.example) <b>";
  const notes = [{ text, health: "needsCheck" } as Note];
  const shown = hereParagraphs({ definition, uses, past, notes }, wording, 3 * dayMs).join("\n\n");
  assert.ok(shown.startsWith("**fooBar** — 1,234 uses\n\n- main in src/b\\_c\\.ts\\:4"), shown);
  assert.ok(
    shown.includes("Note: \\!\\[x\\]\\(http\\://a\\.example\\) \\<b\\> (needs check"),
    shown,
  );
  assert.ok(shown.endsWith("last changed 3 days ago by A \\[b\\]\\(c\\)"), shown);
  const less = hereParagraphs({ definition, uses, past: unknownPast, notes: [] }, wording, 0);
  assert.equal(less.at(-1), "Its history is not in memory.");
});
