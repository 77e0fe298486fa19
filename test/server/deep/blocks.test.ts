import assert from "node:assert/strict";
import { test } from "node:test";
import { maxBlockTokens } from "../../../server/bank/bankTypes.ts";
import { bankChunk, cutFile } from "../../../server/deep/chunkWork.ts";
import { blocksOf } from "../../../server/deep/blocks.ts";
import { openLm, trainedFolder } from "../lm/lmHarness.ts";
import { plantSecrets } from "../secrets/plantedSecrets.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";

const model = await openLm(trainedFolder);
const { tokenizer, manifest } = model.parts;
const shape = { window: 512, headerTokens: manifest.headerTokens };
const body = (n: number): string =>
  Array.from({ length: n }, (_, i) => `  call${i}(argument${i});\n`).join("");

test("blocks cover what is behind the header, in order, none too long", () => {
  const random = randomNumbers(7);
  const pieces = [
    "\n",
    "\n\n",
    "  x = 1;",
    "long".repeat(60),
    "}",
    "\n}\n\n",
    " ",
    "ü",
    "0123456789",
  ];
  for (let round = 0; round < 60; round++) {
    const text = Array.from(
      { length: 200 },
      () => pieces[Math.floor(random() * pieces.length)],
    ).join("");
    for (const { chunk } of cutFile(tokenizer, shape, "a/b.ts", text)) {
      const { starts, lines } = blocksOf(chunk.tokens, chunk.headerLength, tokenizer);
      assert.equal(starts[0], chunk.headerLength);
      assert.equal(lines.length, starts.length);
      const ends = [...starts.slice(1), chunk.tokens.length];
      for (const [i, start] of starts.entries()) {
        const length = (ends[i] as number) - start;
        assert.ok(length >= 1 && length <= maxBlockTokens, `${length} tokens`);
      }
    }
  }
});

test("a block ends where a function does", () => {
  const text = `function first() {\n${body(4)}}\n\nfunction second() {\n${body(4)}}\n`;
  const [cut] = cutFile(tokenizer, shape, "a.ts", text);
  assert.ok(cut !== undefined);
  const { starts } = blocksOf(cut.chunk.tokens, cut.chunk.headerLength, tokenizer);
  const texts = starts.map((start, i) =>
    Buffer.from(tokenizer.decode(cut.chunk.tokens.subarray(start, starts[i + 1]))).toString(),
  );
  const second = texts.findIndex((block) => block.includes("function second"));
  assert.ok(second > 0);
  assert.ok(!texts[second]?.includes("call3(argument3);\n}\n\nfunction first"));
  assert.match(texts[second] as string, /^\s*function second/);
});

test("lines of blocks are those of the file", async () => {
  const text = Array.from({ length: 90 }, (_, i) => `const name${i} = ${i};`).join("\n");
  const lines = text.split("\n");
  const cuts = cutFile(tokenizer, { ...shape, window: 128 }, "a.ts", text);
  assert.ok(cuts.length > 2);
  for (const cut of cuts) {
    const chunk = bankChunk(cut, await model.encodeChunk(cut.chunk.tokens), tokenizer);
    for (const [i, start] of chunk.blockStarts.entries()) {
      const shown = Buffer.from(
        tokenizer.decode(chunk.tokens.subarray(start, chunk.blockStarts[i + 1])),
      ).toString();
      const [first, last] = chunk.blockLines?.[i] ?? [0, 0];
      assert.ok(
        lines
          .slice(first, last + 1)
          .join("\n")
          .includes(shown.trim()),
        `${first}-${last}`,
      );
    }
  }
});

test("the same text under the same path is the same chunk, under another path another", () => {
  const [a] = cutFile(tokenizer, shape, "a.ts", "x = 1\n");
  const [again] = cutFile(tokenizer, shape, "a.ts", "x = 1\n");
  const [elsewhere] = cutFile(tokenizer, shape, "b.ts", "x = 1\n");
  assert.equal(a?.chunkHash, again?.chunkHash);
  assert.notEqual(a?.chunkHash, elsewhere?.chunkHash);
  assert.deepEqual(cutFile(tokenizer, shape, "a.ts", ""), []);
});

test("no key or token of a file is in its chunks, and its lines keep their numbers", () => {
  const planted = plantSecrets(1_000, randomNumbers(31));
  const text = planted.map((each) => each.text).join("\n");
  const cuts = cutFile(tokenizer, shape, "a.ts", text);
  const held = cuts
    .map(({ chunk }) => Buffer.from(tokenizer.decode(chunk.tokens.subarray(chunk.headerLength))))
    .join("");
  for (const { kind, secret } of planted) assert.ok(!held.includes(secret), kind);
  assert.equal(cuts.at(-1)?.lastLine, text.split("\n").length - 1);
});
