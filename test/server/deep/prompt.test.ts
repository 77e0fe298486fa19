import assert from "node:assert/strict";
import { test } from "node:test";
import { PromptMaker } from "../../../server/deep/prompt.ts";
import { openLm, trainedFolder } from "../lm/lmHarness.ts";

const model = await openLm(trainedFolder);
const { tokenizer } = model.parts;
const shape = { window: 128, headerTokens: 32 };
const room = 100;
const text = Array.from({ length: 200 }, (_, i) => `value${i} = compute(${i})`).join("\n");
const textOf = (tokens: Uint16Array, from: number): string =>
  Buffer.from(tokenizer.decode(tokens.subarray(from))).toString();

test("a prompt is the header and the end of the text, and never longer than there is room", () => {
  const prompts = new PromptMaker(tokenizer, shape);
  for (let end = 0; end < text.length; end += 7) {
    const prefix = text.slice(0, end);
    const { tokens, headerLength } = prompts.promptFor("src/a.py", prefix, room);
    assert.ok(tokens.length <= room);
    assert.equal(tokens[0], tokenizer.fileToken);
    assert.ok(prefix.endsWith(textOf(tokens, headerLength)));
  }
});

test("from one keystroke to the next nearly always only the end differs", () => {
  const prompts = new PromptMaker(tokenizer, shape);
  let nMoved = 0;
  let last: Uint16Array = new Uint16Array(0);
  // The client sends the last 300 characters.
  for (let end = 600; end < 1_200; end++) {
    const { tokens } = prompts.promptFor("src/a.py", text.slice(end - 300, end), room);
    const nCommon = tokens.findIndex((token, i) => token !== last[i]);
    if (nCommon !== -1 && nCommon < Math.min(tokens.length, last.length) - 6) nMoved++;
    last = tokens;
  }
  assert.ok(nMoved < 40, `${nMoved} of 600`);
  assert.ok(nMoved > 0, "the prompt has to leap now and then");
});

test("a cursor that jumps to just below the beginning gets what stands above it", () => {
  const prompts = new PromptMaker(tokenizer, shape);
  const wide = 600;
  const { tokens: first, headerLength } = prompts.promptFor("a.py", text, wide);
  const beginning = text.length - textOf(first, headerLength).length;
  for (const added of ["", "\nx = 1", "\nx = 12"]) {
    const { tokens } = prompts.promptFor("a.py", text.slice(0, beginning + 210) + added, wide);
    assert.ok(tokens.length > wide / 2, `${tokens.length} tokens`);
  }
});

test("another file has another prompt", () => {
  const prompts = new PromptMaker(tokenizer, shape);
  const first = prompts.promptFor("a.py", "x = 1\ny = ", room);
  const second = prompts.promptFor("b.py", "x = 1\ny = ", room);
  assert.notDeepEqual(first.tokens, second.tokens);
});

test("a text without line breaks is cut at its end", () => {
  const prompts = new PromptMaker(tokenizer, shape);
  const long = "ünïcode".repeat(200);
  const { tokens, headerLength } = prompts.promptFor("a.txt", long, room);
  assert.ok(tokens.length <= room && tokens.length > headerLength);
});
