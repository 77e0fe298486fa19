import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import llamaTokenizer from "llama-tokenizer-js";
import {
  ContinueChunker,
  lineChunks,
  nTokens,
} from "../../../bench/recall/baselines/continueChunks.ts";
import { mergeQuotas, nearest } from "../../../bench/recall/baselines/continueRecipe.ts";
import type { SourceFile } from "../../../bench/recall/baselines/sourceTree.ts";
import { TrigramIndex, trigramQuery } from "../../../bench/recall/baselines/trigramIndex.ts";

const grammars = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const body = Array.from({ length: 90 }, (_, idx) => `        total = total + ${idx}`);
const method = (name: string, lines: readonly string[]): string[] => [
  `    def ${name}(self):`,
  ...lines,
  "",
];

async function chunksOf(file: SourceFile): Promise<string[]> {
  const chunker = await ContinueChunker.open(grammars);
  return (await chunker.chunksOf(file)).map(({ text }) => text);
}

describe("Continue's chunks", () => {
  it("are a small file whole", async () => {
    const lines = ["def small():", "    return 1"];
    const chunker = await ContinueChunker.open(grammars);
    assert.deepEqual(await chunker.chunksOf({ path: "a.py", lines }), [
      { path: "a.py", startLine: 1, endLine: 2, text: lines.join("\n") },
    ]);
  });

  it("are a large class without its bodies, then a large method without its own, then a small one", async () => {
    const lines = [
      ...["class Sum:", ...method("large", body)],
      ...method("small", ["        return 1"]),
    ];
    assert.deepEqual(await chunksOf({ path: "a.py", lines }), [
      "class Sum:\n    def large(self):\n        ...\n\n    def small(self):\n        ...",
      "class Sum:\n    ...\n\n    def large(self):\n        ...",
      "def small(self):\n        return 1",
    ]);
  });

  it("are none of an empty file", async () => {
    assert.deepEqual(await chunksOf({ path: "a.py", lines: ["", "  "] }), []);
  });

  it("are runs of lines where there is no grammar, a line that is too long left out", () => {
    const lines = ["one", "two", "x1 ".repeat(300), "three"];
    assert.deepEqual(lineChunks({ path: "a.txt", lines }, 20), [
      { path: "a.txt", startLine: 1, endLine: 2, text: "one\ntwo\n" },
      { path: "a.txt", startLine: 3, endLine: 4, text: "three\n" },
    ]);
  });

  it("have as many tokens as Llama gives their texts", () => {
    const texts = [
      "",
      "\n",
      "\n\n x",
      " a\n  b\r\n",
      "é\t\nü😀",
      "def small():\n        return 1\n",
    ];
    assert.deepEqual(
      texts.map(nTokens),
      texts.map((text) => llamaTokenizer.encode(text).length),
    );
  });

  it("leave out what is far too large to count", async () => {
    assert.deepEqual(await chunksOf({ path: "a.txt", lines: ["ab ".repeat(100_000)] }), []);
  });
});

describe("Continue's places", () => {
  it("come from each list in turn, each once", () => {
    assert.deepEqual(
      mergeQuotas([
        [1, 2, 3],
        [2, 4],
      ]),
      [1, 2, 4, 3],
    );
    assert.deepEqual(mergeQuotas([[], []]), []);
  });

  it("are the rows with the largest dot product, the first of equals first", () => {
    const rows = new Float32Array(4 * 384);
    rows[0] = 0.5;
    rows[384] = 1;
    rows[2 * 384] = 0.5;
    rows[3 * 384] = -1;
    const question = new Float32Array(384);
    question[0] = 1;
    assert.deepEqual(nearest(question, rows, 4, 3), [1, 0, 2]);
  });

  it("are asked for by trigrams of content words, whose quotes cannot end the query", () => {
    assert.equal(trigramQuery('the ab"c'), '"ab " OR "b c"');
    assert.equal(trigramQuery("of sockets"), '"soc" OR "ock" OR "cke" OR "ket"');
    assert.equal(trigramQuery("a"), "");
  });

  it("hold the trigrams, and a path counts for more", () => {
    const filler = Array.from({ length: 40 }, (_, idx) => ({
      ...{ path: `f${idx}.ts`, startLine: 1, endLine: 1 },
      text: "nothing of that kind here",
    }));
    const index = new TrigramIndex([
      ...filler,
      { path: "x.ts", startLine: 1, endLine: 1, text: "a websocket" },
      { path: "websocket.ts", startLine: 1, endLine: 1, text: "a timer" },
    ]);
    assert.deepEqual(index.search("websocket", 7), [41, 40]);
    assert.deepEqual(index.search("q", 7), []);
  });
});
