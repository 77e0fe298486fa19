import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import xxhash from "xxhash-wasm";
import { FileParser } from "../../../server/ingest/parseTask.ts";
import { createSyntaxChunker } from "../../../server/ingest/syntax/syntaxChunker.ts";
import { createNodeFileSystem, nodeClock } from "../../../server/nodePorts.ts";
import { grammarFolderUrl } from "../../../server/threads.ts";
import { plantSecrets } from "../secrets/plantedSecrets.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";

const parser = new FileParser(
  createNodeFileSystem(),
  await xxhash(),
  await createSyntaxChunker(fileURLToPath(grammarFolderUrl())),
  nodeClock,
  () => undefined,
  undefined,
);
/** A shorter term may be a word, or a part of one, that stands elsewhere as well. */
const minTermLength = 8;

for (const bySyntax of [false, true]) {
  test(`no key or token becomes a term or a name ${bySyntax ? "by syntax" : "by lines"}, and what stands around it does`, async () => {
    for (const [idx, { kind, secret, text }] of plantSecrets(200, randomNumbers(29)).entries()) {
      const overlay = `function tideHeight() {}\n${text}\nfunction moonPhase() {}\n`;
      const result = await parser.run({
        ...{ rootFolder: "/work", path: `f${idx}.ts`, overlay, bySyntax },
        ...{ maxFileBytes: 1_000_000, included: false },
      });
      assert.ok(result.kind === "parsed");
      const { columns, symbols } = result.content;
      const terms = columns.join(" ").split(" ");
      assert.ok(terms.includes("tideheight") && terms.includes("moonphase"));
      const plain = secret.toLowerCase().replace(/[^a-z0-9]/g, "");
      const found = terms.filter((term) => term.length >= minTermLength && plain.includes(term));
      assert.deepEqual(found, [], kind);
      assert.ok(!Buffer.from(symbols).includes(secret), kind);
    }
  });
}
