/** Chunks of random, broken and hostile files: whatever the text, the chunks equal it and cover it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { languageOf, type LanguageId } from "../../../server/ingest/languages.ts";
import { createSyntaxChunker } from "../../../server/ingest/syntax/syntaxChunker.ts";
import { checkChunks } from "./checkChunks.ts";

const fixtures = new URL("../../fixtures/syntax/", import.meta.url);
const chunker = await createSyntaxChunker(
  fileURLToPath(new URL("../../../node_modules", import.meta.url)),
);

const samples = readdirSync(fixtures).map((file) => ({
  language: languageOf(file),
  text: readFileSync(new URL(file, fixtures), "utf8"),
}));
const languages = [...new Set(samples.map((sample) => sample.language))];
for (const language of languages) assert.ok(await chunker.prepare(language, ""));

function check(text: string, language: LanguageId): void {
  const parsed = chunker.chunk(text, language);
  assert.ok(parsed !== undefined);
  if (parsed.fallback === undefined) checkChunks(text, parsed);
  else assert.deepEqual(parsed.chunks, []);
}

const language = fc.constantFrom(...languages);
const sample = fc.constantFrom(...samples);
const lineBreak = fc.constantFrom("\n", "\r\n", "\r", "\n\n", "\r\n\r");

test("samples with mixed line breaks, truncated anywhere", () => {
  fc.assert(
    fc.property(
      sample,
      fc.array(lineBreak, { minLength: 1, maxLength: 7 }),
      fc.nat(),
      (from, breaks, cut) => {
        const lines = from.text
          .split("\n")
          .map((line, i) => line + (breaks[i % breaks.length] ?? "\n"));
        const text = lines.join("");
        check(text.slice(0, cut % (text.length + 1)), from.language);
      },
    ),
    { numRuns: 400 },
  );
});

test("samples with pieces moved, doubled, lost and replaced by odd characters", () => {
  const odd = fc.constantFrom(
    "\0",
    "\t\t",
    "😀",
    "\ud83d",
    "\u2028",
    "\u202e",
    "}",
    "{",
    "(((",
    '"',
    "'''",
    "`",
    "/*",
    "*/",
    "\v",
    "\u00a0",
    "é",
    "end\n",
  );
  const edit = fc.tuple(fc.nat(), fc.nat(200), odd, fc.constantFrom("insert", "delete", "double"));
  fc.assert(
    fc.property(sample, fc.array(edit, { minLength: 1, maxLength: 8 }), (from, edits) => {
      let { text } = from;
      for (const [at, length, mark, kind] of edits) {
        const start = at % (text.length + 1);
        const part = text.slice(start, start + length);
        const middle =
          kind === "insert" ? mark + part : kind === "double" ? part + mark + part : "";
        text = text.slice(0, start) + middle + text.slice(start + length);
      }
      check(text, from.language);
    }),
    { numRuns: 400 },
  );
});

test("random bytes read as text, in any language", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), language, (bytes, id) => {
      check(new TextDecoder("latin1").decode(bytes), id);
      check(new TextDecoder().decode(bytes), id);
    }),
    { numRuns: 300 },
  );
});

test("files without content", () => {
  for (const id of languages) {
    for (const text of ["", " ", "\n", "\r", "\r\n\t\r\n", "\0", "x"]) check(text, id);
  }
});

test("a line of a megabyte", () => {
  for (const unit of [
    "x = 1; ",
    "a",
    "😀",
    "(",
    "{ ",
    '"',
    "a,\t",
    " ",
    "<a>",
    "- ",
    "# ",
    "``` ",
  ]) {
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
    for (const id of ["typescript", "python", "markdown", "sql"] as const)
      check(`first\n${text}\nlast`, id);
  }
});

test("nesting without end", () => {
  const depth = 30_000;
  const nested: readonly (readonly [LanguageId, string, string])[] = [
    ["typescript", "(", ")"],
    ["typescript", "{\n", "}\n"],
    ["javascript", "f(() => {", "})"],
    ["python", "[", "]"],
    ["json", '{"a":', "}"],
    ["c", "{", "}"],
    ["cpp", "namespace a {\n", "}\n"],
    ["rust", "mod a {\n", "}\n"],
    ["html", "<div>", "</div>"],
    ["yaml", "- ", ""],
    ["css", "a {", "}"],
    ["go", "func f() {\n", "}\n"],
    ["ruby", "module A\n", "end\n"],
  ];
  for (const [id, open, close] of nested) {
    check(open.repeat(depth) + close.repeat(depth), id);
    check(open.repeat(depth), id);
  }
});

test("a Kotlin file that ends inside an annotation comes to an end", () => {
  check("package a\n\n/** A service. */\n@Ser", "kotlin");
  check("@Ser(", "kotlin");
});
