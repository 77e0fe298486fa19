/** Every model that is there gives what was written down when it was made: its tokens, and its embeddings but for rounding. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadEncoder } from "../../../server/encoderParts.ts";
import { StaticEncoder } from "../../../server/model/staticEncoder.ts";
import { Tokenizer } from "../../../server/model/tokenizer.ts";
import { modelFolderUrl } from "../../../server/threads.ts";
import { fixtureModelFolder } from "../workspaceMemoryHarness.ts";

interface GoldenText {
  readonly base64: string;
  readonly tokens: readonly number[];
  readonly vector: readonly number[];
}

/** Trainer and kernel may round a value that lies between two numbers differently. */
const tolerance = 1;

const shipped = fileURLToPath(modelFolderUrl("static"));
for (const folder of existsSync(shipped) ? [fixtureModelFolder, shipped] : [fixtureModelFolder]) {
  describe(path.basename(path.dirname(folder)), () => {
    const loaded = loadEncoder(folder);
    assert.ok(loaded.kind === "ready");
    const encoder = new StaticEncoder(loaded.parts);
    const tokenizer = new Tokenizer(loaded.parts);
    const file = readFileSync(path.join(folder, "golden.json"), "utf8");
    const { texts } = JSON.parse(file) as { texts: readonly GoldenText[] };
    assert.ok(texts.length >= 20);
    for (const [i, { base64, tokens, vector }] of texts.entries())
      test(`text ${i}`, () => {
        const bytes = Buffer.from(base64, "base64");
        assert.deepEqual([...tokenizer.tokenize(bytes)], tokens);
        const embedding = [...encoder.encodeBytes(bytes)];
        assert.equal(embedding.length, vector.length);
        for (const [d, value] of embedding.entries())
          assert.ok(Math.abs(value - (vector[d] as number)) <= tolerance, `dimension ${d}`);
      });
  });
}
