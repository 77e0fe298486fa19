import assert from "node:assert/strict";
import { test } from "node:test";
import { answerProse } from "../../../server/answer/answerProse.ts";
import { citeLink, codeBlock } from "../../../server/answer/markdown.ts";

const answers: Readonly<Record<string, readonly [markdown: string, prose: string]>> = {
  nothing: ["", ""],
  "words and a place": [`It waits. ${citeLink("a.ts:1-2", 0)}`, "It waits. <0>"],
  "a block of code": [
    `Here:\n\n${codeBlock("let a;\n```\n# no heading", "typescript", 0, 1)}\nand there ${citeLink("b`c", 2)}.`,
    "Here:\n\nand there <2>.",
  ],
  "a block without an end": ["Here:\n```ts\nlet a;\n", "Here:"],
  "a link that is none of ours": ["[`a`](#cite-x) [b](http://a)", "[`a`](#cite-x) [b](http://a)"],
};
for (const [name, [markdown, prose]] of Object.entries(answers)) {
  test(`an answer's words: ${name}`, () => {
    assert.equal(
      answerProse(markdown, (n) => `<${n}>`),
      prose,
    );
  });
}
