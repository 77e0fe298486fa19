/** How much each line surprises: each token counts once, for its line, and what is remembered surprises less. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { chunksOf, type LmChunk } from "../../../server/lm/chunks.ts";
import { lineSurprises } from "../../../server/lm/surprise.ts";
import { memoryOf, openLm, tinyFolder, trainedFolder } from "./lmHarness.ts";

const [trained, tiny] = [await openLm(trainedFolder), await openLm(tinyFolder)];
after(() => Promise.all([trained.close(), tiny.close()]));
const { signal } = new AbortController();
const nothing = (): undefined => undefined;

test("there is a figure for each line, and every token of the file is in one", async () => {
  const { tokenizer } = tiny.parts;
  for (const text of [
    "",
    "a",
    "\n",
    "a\n",
    "a\r\n\r\nb",
    "\n\n  x\n",
    `${"const a = 1;\n  b();\n".repeat(60)}end`,
  ]) {
    const bytes = Buffer.from(text);
    const lines = await lineSurprises(tiny, "a.ts", bytes, nothing, signal);
    const expected = text.split("\n").length - (text.endsWith("\n") || text === "" ? 1 : 0);
    assert.equal(lines.length, expected, JSON.stringify(text.slice(0, 20)));
    const nTokens = lines.reduce((sum, line) => sum + line.nTokens, 0);
    assert.equal(nTokens, tokenizer.encode(bytes).length);
    for (const { nats } of lines) assert.ok(nats > 0);
  }
});

test("figures are sums of what a sequence says of the tokens", async () => {
  const { tokenizer, manifest } = tiny.parts;
  const bytes = Buffer.from("let a = 1;\nlet b = 2;\n");
  const lines = await lineSurprises(tiny, "src/a.ts", bytes, nothing, signal);
  const shape = { window: manifest.config.window, headerTokens: manifest.headerTokens };
  const [chunk] = chunksOf(tokenizer, shape, "src/a.ts", bytes) as [LmChunk];
  const sequence = tiny.sequence();
  await sequence.append(chunk.tokens.subarray(0, -1));
  const all = await sequence.score(undefined, chunk.tokens.subarray(1));
  const own = all.subarray(chunk.headerLength - 1);
  const total = own.reduce((sum, each) => sum + each, 0);
  const found = lines.reduce((sum, line) => sum + line.nats, 0);
  assert.ok(Math.abs(total - found) < 1e-3);
  const first = own.subarray(0, lines[0]?.nTokens).reduce((sum, each) => sum + each, 0);
  assert.ok(Math.abs(first - (lines[0]?.nats ?? 0)) < 1e-3);
});

test("what is remembered surprises less, and each chunk is asked about with its queries", async () => {
  const { tokenizer, manifest } = trained.parts;
  const shape = { window: manifest.config.window, headerTokens: manifest.headerTokens };
  const text = "export const RETRY_LIMIT_MS = 4821;\nexport const cacheFolder = 7390;\n";
  const told = chunksOf(tokenizer, shape, "src/a.ts", Buffer.from(text));
  const memory = memoryOf(
    trained,
    await Promise.all(told.map(({ tokens }) => trained.encodeChunk(tokens))),
  );
  const asked: number[] = [];
  const known = await lineSurprises(
    trained,
    "src/b.ts",
    Buffer.from(text),
    (queries, chunk) => {
      asked.push(queries.length - chunk.tokens.length);
      return memory;
    },
    signal,
  );
  const unknown = await lineSurprises(trained, "src/b.ts", Buffer.from(text), nothing, signal);
  assert.deepEqual(asked, [-1]);
  for (const [i, { nats, nTokens }] of known.entries()) {
    assert.ok(nats < 0.7 * (unknown[i]?.nats ?? 0), `${nats}, not ${unknown[i]?.nats}`);
    assert.equal(nTokens, unknown[i]?.nTokens);
  }
});

test("it is cancelled between chunks", async () => {
  const controller = new AbortController();
  const reason = new Error("closed");
  let nAsked = 0;
  const recall = (): undefined => {
    nAsked++;
    controller.abort(reason);
  };
  const bytes = Buffer.from("a = 1\n".repeat(300));
  await assert.rejects(lineSurprises(tiny, "a.py", bytes, recall, controller.signal), reason);
  assert.equal(nAsked, 1);
});
