import assert from "node:assert/strict";
import { test } from "node:test";
import type * as vscode from "vscode";
import { answerParts } from "../../../extension/participant/answerParts.ts";
import { PartStream, type Place } from "../../../extension/participant/partStream.ts";
import type { Citation } from "../../../protocol/types.ts";
import { translate } from "../translate.ts";

const citation: Citation = {
  ...{ rootId: "root", path: "src/a.ts", contentHash: "0123456789abcdef" },
  range: { start: { line: 6, character: 0 }, end: { line: 9, character: 0 } },
};
const place = { uri: "a" } as unknown as vscode.Location;

function shown(markdown: string, places: readonly Place[]): string {
  let all = "";
  const stream = {
    markdown: (text: string | vscode.MarkdownString) => void (all += text as string),
    anchor: (_value: unknown, title?: string) => void (all += `<${title}>`),
  };
  const facts = { citations: [citation], places, marks: [{ fault: "stale", detail: "" }] as const };
  new PartStream(stream, translate).show(answerParts(markdown), facts);
  return all;
}

const code = "```ts {start=7 cite=0}\nold()\n```\n";

for (const [name, markdown, places, expected] of [
  ["a citation is a place", "In [`a.ts:7`](#cite-0).", [place], "In <a.ts:7>."],
  [
    "one that changed says so",
    "In [`a.ts:7`](#cite-0).",
    [undefined],
    "In `a.ts:7` (changed since).",
  ],
  ["code is named by its place", code, [place], "<src/a.ts:7>\n```ts\nold()\n```\n"],
  ["once", `[\`a.ts:7\`](#cite-0)\n${code}`, [place], "<a.ts:7>\n\n```ts\nold()\n```\n"],
  [
    "code that changed is not shown",
    code,
    [undefined],
    "\nThe code that stood here has changed since; ask again.\n",
  ],
  [
    "a mark is said in words",
    "So.[*](#mark-0)",
    [],
    "So. _(Not supported: the cited lines have changed since)_",
  ],
  ["a mark that is not there is nothing", "So.[*](#mark-4)", [], "So."],
] as const) {
  test(`in the editor's chat: ${name}`, () => assert.equal(shown(markdown, places), expected));
}
