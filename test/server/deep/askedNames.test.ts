/** Names of blocks and of prompts: what is asked for is what stands in the blocks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { askedNames } from "../../../server/deep/askedNames.ts";
import { bankChunk, cutFile } from "../../../server/deep/chunkWork.ts";
import { NameReader } from "../../../server/lm/names.ts";
import { openLm, trainedFolder } from "../lm/lmHarness.ts";

const model = await openLm(trainedFolder);
const { tokenizer, shape } = model.parts;
const encode = (text: string): Uint16Array => tokenizer.encode(new TextEncoder().encode(text));
const hashOf = (name: string): number => {
  const [hash] = NameReader.of(tokenizer).distinctNames(encode(name));
  assert.ok(hash !== undefined, name);
  return hash;
};

test("the last names are the heaviest, each of them once", () => {
  const asked = askedNames(tokenizer, encode("alpha = beta(gamma, delta) + 12 * alpha.zeta\n"));
  assert.deepEqual(
    asked.map(({ hash }) => hash),
    ["zeta", "alpha", "delta", "gamma", "beta"].map(hashOf),
  );
  const weights = asked.map(({ weight }) => weight);
  assert.ok(weights.every((weight, i) => weight > 0 && weight < (weights[i - 1] ?? Infinity)));
  assert.ok((weights[2] as number) > 1 && (weights[3] as number) < 1);
});

test("a name that the cursor is in counts as far as it is there", () => {
  assert.equal(
    askedNames(tokenizer, encode("call(unfinished_na"))[0]?.hash,
    hashOf("unfinished_na"),
  );
});

test("names of the last 256 tokens, 32 at most, lighter by half every 64 tokens", () => {
  const filler = "+ ".repeat(150);
  const near = askedNames(tokenizer, encode(`far ${filler}\nnear ${"( ".repeat(20)}`));
  assert.equal(near[0]?.hash, hashOf("near"));
  const tokens = encode(`one two three four ${"+ - ".repeat(40)}`);
  const [last] = askedNames(tokenizer, tokens);
  const reader = NameReader.of(tokenizer);
  const at = reader.namesWithPlaces(tokens).at(-1)?.at as number;
  assert.ok(Math.abs((last?.weight as number) - 2 * 2 ** ((at - tokens.length) / 64)) < 1e-12);
  const many = Array.from({ length: 400 }, (_, i) => `name${i}`).join(" ");
  const asked = askedNames(tokenizer, encode(many));
  assert.equal(asked.length, 32);
  assert.equal(asked[0]?.hash, hashOf("name399"));
  assert.deepEqual(askedNames(tokenizer, new Uint16Array(0)), []);
  const long = Uint16Array.of(...encode("lost "), ...encode("+ - * / ".repeat(200)));
  assert.deepEqual(askedNames(tokenizer, long), []);
});

test("a block has the names that stand in it", async () => {
  const text = "const limit = 12;\n\nfunction first_one(a) {\n  return a + limit;\n}\n".repeat(4);
  for (const cut of cutFile(tokenizer, shape, "src/a.ts", text)) {
    const chunk = bankChunk(cut, await model.encodeChunk(cut.chunk.tokens), tokenizer);
    assert.equal(chunk.blockNames?.length, chunk.blockStarts.length);
    chunk.blockNames.forEach((names, i) => {
      const [start, end] = [chunk.blockStarts[i] as number, chunk.blockStarts[i + 1]];
      const words = Buffer.from(tokenizer.decode(chunk.tokens.subarray(start, end)))
        .toString()
        .split(/\W+/)
        .filter((word) => word.length > 1 && !/^\d+$/.test(word));
      assert.deepEqual(new Set(names), new Set(words.map(hashOf)));
    });
  }
});
