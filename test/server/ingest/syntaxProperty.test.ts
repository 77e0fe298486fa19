/** Chunks of random, broken and hostile files: whatever the text, the chunks equal it and cover it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { languageOf, type LanguageId } from "../../../server/ingest/languages.ts";
import { hangingText } from "./hangingText.ts";
import { checkInTime } from "./watchedChunker.ts";

const fixtures = new URL("../../fixtures/syntax/", import.meta.url);
const samples = readdirSync(fixtures).map((file) => ({
  language: languageOf(file),
  text: readFileSync(new URL(file, fixtures), "utf8"),
}));
const languages = [...new Set(samples.map((sample) => sample.language))];

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
        checkInTime(text.slice(0, cut % (text.length + 1)), from.language);
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
      checkInTime(text, from.language);
    }),
    { numRuns: 400 },
  );
});

test("random bytes read as text, in any language", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), language, (bytes, id) => {
      checkInTime(new TextDecoder("latin1").decode(bytes), id);
      checkInTime(new TextDecoder().decode(bytes), id);
    }),
    { numRuns: 300 },
  );
});

test("files without content", () => {
  for (const id of languages) {
    for (const text of ["", " ", "\n", "\r", "\r\n\t\r\n", "\0", "x"]) checkInTime(text, id);
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
      checkInTime(`first\n${text}\nlast`, id);
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
    checkInTime(open.repeat(depth) + close.repeat(depth), id);
    checkInTime(open.repeat(depth), id);
  }
});

test("a Kotlin file that ends inside an annotation comes to an end", () => {
  checkInTime("package a\n\n/** A service. */\n@Ser", "kotlin");
  checkInTime("@Ser(", "kotlin");
});

/** The last test: after it the thread is gone. */
test("a text that hangs the parser is told with its hash and the seed", () => {
  const run = fc.check(
    fc.property(fc.constant(hangingText), (text) => checkInTime(text, "typescript", 3_000)),
    { seed: 7 },
  );
  assert.ok(run.failed && run.errorInstance instanceof Error);
  const sha256 = createHash("sha256").update(hangingText).digest("hex");
  assert.equal(
    run.errorInstance.message,
    `no end after 3000 ms: typescript, ${hangingText.length} characters, ${sha256}`,
  );
  assert.equal(run.seed, 7);
});
