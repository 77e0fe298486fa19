import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { answerParts, type AnswerPart } from "../../../extension/participant/answerParts.ts";
import { plainAnswer } from "../../../extension/participant/plainAnswer.ts";

const text = (markdown: string): AnswerPart => ({ kind: "text", markdown });
const citation = (index: number, label: string): AnswerPart => ({ kind: "citation", index, label });

for (const [name, markdown, parts] of [
  ["no link", "All is **well**.\n", [text("All is **well**.\n")]],
  [
    "a citation between words",
    "It is in [`src/a.ts:1-5`](#cite-0).\n\n",
    [text("It is in "), citation(0, "src/a.ts:1-5"), text(".\n\n")],
  ],
  ["a label with a backtick", "[`` a`b ``](#cite-3)", [citation(3, "a`b")]],
  ["a label of escaped words", "[a\\_b \\[c\\]](#cite-1)", [citation(1, "a_b [c]")]],
  [
    "a mark behind a sentence",
    "It retries.[*](#mark-2) So",
    [text("It retries."), { kind: "mark", index: 2 }, text(" So")],
  ],
  ["a link to a turn", "As [you said](#turn-c1/t-2).", [text("As "), text("you said"), text(".")]],
  ["a link that code shows", "see `[a](#cite-0)` there", [text("see `[a](#cite-0)` there")]],
  ["an escaped link", "\\[a](#cite-0)", [text("\\[a](#cite-0)")]],
  [
    "another link",
    "[a](https://a.example) [b](#cite-x)",
    [text("[a](https://a.example) [b](#cite-x)")],
  ],
  ["a bracket that never closes", "[a [`b`](#cite-0)", [text("[a "), citation(0, "b")]],
  [
    "code that quotes a citation",
    "Look:\n```typescript {start=7 cite=1}\na[`x`](#cite-0)\n```\nDone.",
    [
      text("Look:\n"),
      { kind: "code", markdown: "```typescript\na[`x`](#cite-0)\n```\n", citation: 1 },
      text("Done."),
    ],
  ],
  [
    "code with a fence in it, to the end",
    "````\n```\n````",
    [{ kind: "code", markdown: "````\n```\n````\n", citation: undefined }],
  ],
] as const satisfies readonly (readonly [string, string, readonly AnswerPart[]])[]) {
  test(`the parts of an answer: ${name}`, () => assert.deepEqual(answerParts(markdown), parts));
}

test("no text makes the parts fail, and without links and code they are the text", () => {
  const pieces = fc.constantFrom("[", "]", "(#cite-1)", "`", "``", "\\", "a", " ", "\n", "```\n");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (all) => {
      const markdown = all.join("");
      const parts = answerParts(markdown);
      if (parts.every(({ kind }) => kind === "text"))
        assert.equal(
          parts.map((part) => (part as { markdown: string }).markdown).join(""),
          markdown,
        );
    }),
  );
});

test("a plain answer has its citations as code and no link or mark", () => {
  const markdown = "In [`a.ts:1`](#cite-0) and [`` b`c ``](#cite-1).[*](#mark-0)\n";
  assert.equal(plainAnswer(markdown), "In `a.ts:1` and `` b`c ``.\n");
});
