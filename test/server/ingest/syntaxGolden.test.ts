/** What the chunker makes of one small file in each language, compared with a committed outline. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { languageOf } from "../../../server/ingest/languages.ts";
import { createSyntaxChunker } from "../../../server/ingest/syntax/syntaxChunker.ts";
import { printOutline } from "./printOutline.ts";

const fixtures = new URL("../../fixtures/syntax/", import.meta.url);
const golden = new URL("../../golden/syntax/", import.meta.url);
const grammars = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const chunker = await createSyntaxChunker(grammars);

for (const file of readdirSync(fixtures).toSorted()) {
  test(`${file} is cut and described as before`, async () => {
    const text = readFileSync(new URL(file, fixtures), "utf8");
    const language = languageOf(file);
    assert.ok(await chunker.prepare(language, text), `no grammar for ${language}`);
    const parsed = chunker.chunk(text, language);
    assert.ok(parsed);
    const printed = printOutline(parsed);
    const expected = new URL(`${file}.txt`, golden);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(expected, printed);
    assert.equal(printed, readFileSync(expected, "utf8"));
  });
}
