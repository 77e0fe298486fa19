/** Where chunks begin and end, and what becomes of files that cannot be parsed. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isLanguageId, type LanguageId } from "../../../server/ingest/languages.ts";
import { languageFacts } from "../../../server/ingest/languageTable.ts";
import { GrammarLoader } from "../../../server/ingest/syntax/grammars.ts";
import { createSyntaxChunker, SyntaxChunker } from "../../../server/ingest/syntax/syntaxChunker.ts";
import type { ParsedFile } from "../../../server/types.ts";
import { checkChunks } from "./checkChunks.ts";

const grammars = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const chunker = await createSyntaxChunker(grammars);

async function parse(text: string, language: LanguageId, by = chunker): Promise<ParsedFile> {
  assert.ok(await by.prepare(language, text), language);
  const parsed = by.chunk(text, language);
  assert.ok(parsed);
  if (parsed.fallback === undefined) checkChunks(text, parsed);
  return parsed;
}

/** The chunks as `first-last: defined names (enclosing name)`, 1-based inclusive lines. */
function shape({ chunks, symbols }: ParsedFile): string[] {
  return chunks.map(({ range, symbolIdxs, enclosingSymbolIdx }) => {
    const last = range.end.character === 0 ? range.end.line : range.end.line + 1;
    const names = symbolIdxs.map((idx) => symbols[idx]?.name).join(" ");
    const enclosing = symbols[enclosingSymbolIdx]?.name;
    return `${range.start.line + 1}-${last}: ${names}${enclosing === undefined ? "" : ` (${enclosing})`}`;
  });
}

const statement = (i: number): string => `  const value${i} = compute(${i}, "some longer text");`;
const lines = (n: number, of: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => of(i)).join("\n");

test("a long function is cut between statements, and every piece knows it", async () => {
  const text = `/** Doc. */\nfunction long() {\n${lines(120, statement)}\n}\n\nfunction next() {\n${lines(8, statement)}\n}\n`;
  const found = shape(await parse(text, "typescript"));
  assert.equal(found[0]?.endsWith(": long"), true);
  assert.equal(found.at(-1), "125-134: next");
  const pieces = found.slice(1, -1);
  assert.ok(
    pieces.length >= 2 && pieces.every((piece) => piece.endsWith(":  (long)")),
    found.join("\n"),
  );
});

test("a statement is not torn apart by a cut", async () => {
  const block = (i: number): string => `  if (a${i}) {\n    first(${i});\n    second(${i});\n  }`;
  const text = `function long() {\n${lines(40, block)}\n}\n`;
  const { chunks } = await parse(text, "typescript");
  assert.ok(chunks.length > 2);
  for (const chunk of chunks.slice(1)) {
    assert.match(text.slice(chunk.startOffset), /^ {2}if \(a/);
  }
});

test("a large class becomes its head and its members", async () => {
  const method = (i: number): string =>
    `  /** Doc ${i}. */\n  method${i}(): void {\n${lines(8, statement)}\n  }\n`;
  const text = `class Large {\n  one = 1;\n  two = 2;\n${" ".repeat(150)}\n${lines(8, method)}}\n`;
  assert.deepEqual(shape(await parse(text, "typescript")), [
    "1-15: Large one two method0",
    ...[1, 2, 3, 4, 5, 6].map((i) => `${5 + 12 * i}-${15 + 12 * i}: method${i} (Large)`),
    "89-100: method7 (Large)",
  ]);
});

test("small neighbours share a chunk, large ones do not", async () => {
  const small = lines(10, (i) => `export const limit${i} = ${i};`);
  const large = (name: string): string =>
    `export function ${name}() {\n${lines(8, statement)}\n}\n`;
  const text = `${small}\n\n${large("first")}\n${large("second")}`;
  assert.deepEqual(shape(await parse(text, "typescript")), [
    `1-10: ${Array.from({ length: 10 }, (_, i) => `limit${i}`).join(" ")}`,
    "12-21: first",
    "23-32: second",
  ]);
});

test("imports stay apart from the code", async () => {
  const imports = lines(12, (i) => `import { name${i} } from "./some/module${i}.ts";`);
  const code = lines(6, (i) => `export const limit${i} = compute(${i});`);
  const text = `// Licence.\n${imports}\n\n${code}\n`;
  assert.deepEqual(shape(await parse(text, "typescript")), [
    "1-13: ",
    "15-20: limit0 limit1 limit2 limit3 limit4 limit5",
  ]);
});

test("comments and attributes stay with their definition", async () => {
  const body = lines(12, (i) => `    call_number_${i}(some, arguments);`);
  const text = `use a::b;\n\n/// Doc.\n///\n/// More.\n#[derive(Debug)]\n#[inline]\npub fn f() {\n${body}\n}\n\n// About g.\nfn g() {\n${body}\n}\n`;
  const parsed = await parse(text, "rust");
  assert.deepEqual(shape(parsed), ["1-21: f", "23-37: g"]);
  assert.equal(parsed.symbols[0]?.range.start.line, 2);
});

test("what stands right below a definition stays with it", async () => {
  const body = lines(12, (i) => `\tcall_number_${i}(some, arguments);`);
  const text = `int f(void)\n{\n${body}\n}\nEXPORT_SYMBOL(f);\n\nint g(void)\n{\n${body}\n}\n`;
  assert.deepEqual(shape(await parse(text, "c")), ["1-16: f", "18-32: g"]);
});

test("a line too long for a chunk is cut inside, but never inside a character", async () => {
  const text = `a = "${"😀".repeat(6_000)}"\nb = 1\n`;
  const { chunks } = await parse(text, "python");
  assert.ok(chunks.length >= 4);
  for (const { startOffset, endOffset } of chunks)
    assert.ok(text.slice(startOffset, endOffset).isWellFormed());
});

test("uses are names, each once, without the common ones, and not too many", async () => {
  const text = `import { a1 } from "mod";\nconst x: Map<Key, Value> = new Store(a1(), a1(), f.g());\n${lines(300, (i) => `call${i}();`)}`;
  const { chunks } = await parse(text, "typescript");
  assert.deepEqual(chunks[0]?.uses.slice(0, 6), ["a1", "mod", "Key", "Value", "Store", "call0"]);
  const one = `f(${lines(300, (i) => `call${i}(),`)})`;
  assert.equal((await parse(one.replaceAll("\n", " "), "typescript")).chunks[0]?.uses.length, 200);
});

test("a header that holds C++ is read as C++", async () => {
  const { symbols } = await parse(
    "#pragma once\nnamespace a {\nclass B {\n  void c();\n};\n}\n",
    "c",
  );
  assert.deepEqual(
    symbols.map((symbol) => symbol.kind),
    ["module", "class", "method"],
  );
});

test("an SQL statement whose name is only its schema's dot creates no symbol", async () => {
  const { symbols } = await parse('CREATE TABLE "public.";\nCREATE TABLE b (id int);\n', "sql");
  assert.deepEqual(
    symbols.map(({ name }) => name),
    ["b"],
  );
});

test("errors condemn a file only when little else is left", async () => {
  const good = lines(30, (i) => `int f${i}(int a)\n{\n\treturn a + ${i};\n}\n`);
  assert.equal((await parse(`${good}\n@@ what is this $$$\n${good}`, "c")).boundary, "syntax");
  const { fallback, chunks } = await parse(
    "%% @@ ] ) this $$ is ~~ no ## code ` at all )) ((".repeat(40),
    "java",
  );
  assert.deepEqual({ fallback, chunks }, { fallback: "parseErrors", chunks: [] });
});

test("a file that takes too long falls back, and the next one is parsed as ever", async () => {
  let nowMs = 0;
  const slow = await createSyntaxChunker(grammars, () => (nowMs += 1_500));
  const text = lines(500, (i) => `const a${i} = f(${i});`);
  assert.equal((await parse(text, "typescript", slow)).fallback, "timeout");
  const usual = await parse(text, "typescript");
  assert.equal(usual.fallback, undefined);
  assert.equal(usual.symbols.length, 500);
  slow.close();
});

test("texts that would cost too much are refused at once", async () => {
  assert.equal((await parse("a;\n".repeat(700_000), "typescript")).fallback, "tooLarge");
  assert.equal((await parse(`x = [${"1,".repeat(40_000)}]`, "python")).fallback, "tooLarge");
  assert.equal((await parse("(".repeat(2_000), "java")).fallback, "tooLarge");
  assert.equal((await parse("a<\n".repeat(2_000), "csharp")).fallback, "tooLarge");
  assert.equal(
    (
      await parse(
        lines(3_000, (i) => `if (a < ${i}) { b(); }`),
        "csharp",
      )
    ).fallback,
    undefined,
  );
});

test("a language without a grammar, and one that was not prepared, give nothing", async () => {
  const fresh = await createSyntaxChunker(grammars);
  assert.equal(fresh.has("plaintext"), false);
  assert.equal(await fresh.prepare("plaintext", "text"), false);
  assert.equal(fresh.chunk("text", "plaintext"), undefined);
  assert.equal(fresh.has("go"), true);
  assert.equal(fresh.chunk("package a", "go"), undefined);
  fresh.close();
});

test("a grammar that was not shipped is no error", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "lore-grammars-"));
  after(() => rmSync(folder, { recursive: true }));
  const bare = await createSyntaxChunker(folder);
  assert.equal(await bare.prepare("go", "package a"), false);
  assert.equal(bare.chunk("package a", "go"), undefined);
  assert.equal(await bare.prepare("markdown", "# A"), true);
  bare.close();
});

test("every language that claims a grammar has one that its query fits", async () => {
  for (const language of Object.keys(languageFacts).filter(isLanguageId)) {
    if (chunker.has(language)) assert.ok(await chunker.prepare(language, ""), language);
  }
});

test("parsing gives its memory back", async () => {
  const loader = await GrammarLoader.open(grammars);
  const own = new SyntaxChunker(loader, () => 0);
  const text = lines(4_000, (i) => `function f${i}(a) { return g(a, ${i}); }`);
  await parse(text, "typescript", own);
  const before = loader.memoryBytes();
  for (let i = 0; i < 12; i++) own.chunk(text, "typescript");
  assert.equal(loader.memoryBytes(), before);
  assert.equal(own.isWorn, false);
  own.close();
});
