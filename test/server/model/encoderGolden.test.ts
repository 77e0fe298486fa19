/** Every encoder that is there gives what was written down when it was exported, but for rounding: the fixture's, and the shipped one. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadEncoder } from "../../../server/encoderParts.ts";
import { loadEncoderManifest } from "../../../server/model/encoderManifest.ts";
import { modelFolder, readGraphFile } from "../../../server/model/modelFolder.ts";
import { OnnxSession } from "../../../server/model/onnxSession.ts";
import { Tokenizer } from "../../../server/model/tokenizer.ts";
import { modelFolderUrl } from "../../../server/threads.ts";
import { fixtureModelFolder } from "../workspaceMemoryHarness.ts";

interface Golden {
  /** Largest difference of an entry: an int8 graph rounds differently on another processor. */
  readonly allowedError: number;
  readonly texts: readonly {
    readonly base64: string;
    readonly tokens: readonly number[];
    readonly embedding: readonly number[];
  }[];
}

const fixture = path.resolve(import.meta.dirname, "../../fixtures/encoder");
const shipped = fileURLToPath(modelFolderUrl("encoder"));
const encoders: readonly (readonly [string, string])[] = [
  [fixture, fixtureModelFolder],
  ...(existsSync(shipped) ? [[shipped, fileURLToPath(modelFolderUrl("static"))] as const] : []),
];

for (const [folder, languageFolder] of encoders)
  describe(path.relative(process.cwd(), folder), async () => {
    const language = loadEncoder(languageFolder);
    assert.ok(language.kind === "ready");
    const outcome = loadEncoderManifest(modelFolder(folder), language.parts.model);
    assert.ok(outcome.kind === "read", JSON.stringify(outcome));
    const { graph, dimensions, maxCodeTokens } = outcome.manifest;
    const tokenizer = new Tokenizer(language.parts);
    const bytes = readGraphFile(folder, graph);
    const { vocabulary } = tokenizer;
    const spec = { file: graph.file, dimensions, vocabulary, maxTokens: maxCodeTokens };
    const session = await OnnxSession.open(bytes, spec);
    const file = readFileSync(path.join(folder, "golden.json"), "utf8");
    const { texts, allowedError } = JSON.parse(file) as Golden;
    assert.ok(texts.length >= 20);
    for (const [i, { base64, tokens, embedding }] of texts.entries())
      test(`text ${i}`, async () => {
        const read = tokenizer.tokenize(Buffer.from(base64, "base64")).slice(0, maxCodeTokens);
        assert.deepEqual([...read], tokens);
        // A text without a word is not given to the graph.
        const found = read.length === 0 ? new Float32Array(dimensions) : await session.embed(read);
        assert.equal(found.length, embedding.length);
        for (const [d, value] of embedding.entries())
          assert.ok(Math.abs((found[d] as number) - value) <= allowedError, `dimension ${d}`);
      });
  });
