/** Every memory language model that is there gives what was written down when it was exported: the fixtures, and the shipped one. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chunksOf } from "../../../server/lm/chunks.ts";
import type { MemoryTokens } from "../../../server/lm/memoryTokens.ts";
import { NameReader } from "../../../server/lm/names.ts";
import { modelFolderUrl } from "../../../server/threads.ts";
import { assertNear, openLm, tinyFolder, trainedFolder } from "./lmHarness.ts";

interface Golden {
  /** Largest difference of a number: int8 is rounded differently on another processor. */
  readonly allowedError: number;
  readonly memory: {
    readonly ids: readonly number[];
    /** int8 as base64. */
    readonly keys: string;
    readonly keyScales: readonly number[];
    readonly values: string;
    readonly valueScales: readonly number[];
  };
  readonly texts: readonly {
    readonly base64: string;
    readonly tokens: readonly number[];
    /** The last names up to each token, as hashes. */
    readonly names: readonly number[];
  }[];
  readonly files: readonly {
    readonly path: string;
    readonly base64: string;
    readonly chunks: readonly (readonly number[])[];
  }[];
  readonly prompts: readonly {
    readonly tokens: readonly number[];
    readonly withMemory: boolean;
    readonly encoded: readonly {
      readonly at: number;
      readonly key: readonly number[];
      readonly value: readonly number[];
      readonly query: readonly number[];
      readonly salience: number;
    }[];
    readonly best: readonly (readonly [token: number, logProb: number])[];
    readonly memoryWeight: number;
  }[];
}

const shipped = fileURLToPath(modelFolderUrl("memory-lm"));

for (const folder of [trainedFolder, tinyFolder, ...(existsSync(shipped) ? [shipped] : [])])
  describe(path.relative(process.cwd(), folder), async () => {
    const model = await openLm(folder);
    const { tokenizer, manifest } = model.parts;
    const reader = NameReader.of(tokenizer);
    const golden = JSON.parse(readFileSync(path.join(folder, "golden.json"), "utf8")) as Golden;
    const { allowedError, texts, files, prompts } = golden;
    assert.ok(texts.length >= 20 && files.length > 0 && prompts.length >= 4);

    for (const [i, { base64, tokens, names }] of texts.entries())
      test(`text ${i} has the trainer's tokens and names`, () => {
        const bytes = Buffer.from(base64, "base64");
        assert.deepEqual([...tokenizer.encode(bytes)], tokens);
        assert.deepEqual(Buffer.from(tokenizer.decode(tokens)), bytes);
        assert.deepEqual([...reader.namesOf(Uint16Array.from(tokens))], names);
      });

    for (const { path: file, base64, chunks } of files)
      test(`${file} has the trainer's chunks`, () => {
        const shape = { window: manifest.config.window, headerTokens: manifest.headerTokens };
        const found = chunksOf(tokenizer, shape, file, Buffer.from(base64, "base64"));
        assert.deepEqual(
          found.map(({ tokens }) => [...tokens]),
          chunks,
        );
      });

    for (const [i, prompt] of prompts.entries())
      test(`prompt ${i} has the trainer's keys, values, queries and predictions`, async () => {
        const tokens = Uint16Array.from(prompt.tokens);
        const chunk = await model.encodeChunk(tokens);
        const sequence = model.sequence();
        await sequence.append(tokens);
        const queries = sequence.lastQueries(tokens.length);
        const width = (queries[0] as Float32Array).length;
        const near = (found: Float32Array, expected: readonly number[]): void =>
          assertNear(found, Float32Array.from(expected), allowedError);
        for (const { at, ...row } of prompt.encoded) {
          const ofRow = (rows: Float32Array): Float32Array =>
            rows.subarray(at * width, (at + 1) * width);
          near(ofRow(chunk.keys), row.key);
          near(ofRow(chunk.values), row.value);
          near(queries[at] as Float32Array, row.query);
          near(chunk.salience.subarray(at, at + 1), [row.salience]);
        }
        const memory = prompt.withMemory ? memoryIn(golden) : undefined;
        const { logProbs, memoryWeight } = await sequence.read(memory);
        assert.equal(memoryWeight.length, memory?.ids.length ?? 0);
        near(Float32Array.of(memoryWeight.reduce((sum, each) => sum + each, 0)), [
          prompt.memoryWeight,
        ]);
        for (const [token, logProb] of prompt.best)
          near(logProbs.subarray(token, token + 1), [logProb]);
      });
  });

function memoryIn({ memory }: Golden): MemoryTokens {
  const int8 = (base64: string): Int8Array => new Int8Array(Buffer.from(base64, "base64"));
  return {
    ids: Uint16Array.from(memory.ids),
    keys: int8(memory.keys),
    keyScales: Float32Array.from(memory.keyScales),
    values: int8(memory.values),
    valueScales: Float32Array.from(memory.valueScales),
  };
}
