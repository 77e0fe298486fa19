import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Citation, Range, SymbolInfo } from "../../../protocol/types.ts";
import { checkCitations } from "../../../server/answer/citations.ts";
import { citeRange, createHashText } from "../../../server/recall/citation.ts";
import { SourceFile } from "../../../server/recall/sourceFile.ts";
import type { SourceReader } from "../../../server/services.ts";

const hashText = await createHashText();

function sourceOf(text: string | undefined): SourceReader {
  return {
    readText: (rootId, path) =>
      text === undefined || rootId !== "r" || path !== "a.ts"
        ? undefined
        : { text, language: "typescript" },
    files: () => [],
  };
}
const cite = (text: string, range: Range, symbol?: SymbolInfo): Citation =>
  citeRange(hashText, new SourceFile("r", "a.ts", text, ""), range, symbol);
const recheck = (
  citation: Citation,
  text: string | undefined,
): ReturnType<typeof checkCitations>[0] =>
  checkCitations([citation], sourceOf(text), hashText)[0] as ReturnType<typeof checkCitations>[0];
const span = (startLine: number, start: number, endLine: number, end: number): Range => ({
  start: { line: startLine, character: start },
  end: { line: endLine, character: end },
});

test("the hash is XXH64 of the span's UTF-8", () => {
  // Reference values of the XXH64 specification's test program.
  assert.equal(hashText(""), "ef46db3751d8e999");
  assert.equal(hashText("abc"), "44bc2cf5ad770999");
  assert.equal(cite("xabcx", span(0, 1, 0, 4)).contentHash, "44bc2cf5ad770999");
  assert.match(hashText("é\ud800"), /^[0-9a-f]{16}$/);
});

const text = "one\ntwo\n  three(3);\nfour\n";
const three = cite(text, span(2, 2, 2, 11));

test("each outcome", () => {
  assert.deepEqual(recheck(three, text), { kind: "current", citation: three, text: "three(3);" });
  assert.deepEqual(recheck(three, undefined), { kind: "gone" });
  assert.deepEqual(recheck(three, text.replace("(3)", "(4)")), { kind: "stale" });
  assert.deepEqual(recheck(three, ""), { kind: "stale" });
  const moved = recheck(three, `zero\n${text}`);
  assert.equal(moved.kind, "moved");
  assert.deepEqual(moved.kind === "moved" && moved.citation.range, span(3, 2, 3, 11));
});

test("a span that moved within its line, and one that was indented", () => {
  const shifted = recheck(three, text.replace("three", "await three"));
  assert.deepEqual(shifted.kind === "moved" && shifted.citation.range, span(2, 8, 2, 17));
  const indented = recheck(three, text.replace("  three", "      three"));
  assert.deepEqual(indented.kind === "moved" && indented.citation.range, span(2, 6, 2, 15));
});

test("the nearest of equal texts is taken, and the definition moves along", () => {
  const symbol: SymbolInfo = {
    name: "b",
    kind: "function",
    container: "",
    range: span(4, 0, 5, 1),
  };
  const lines = ["b()", "x", "x", "x", "b()", "}", "x", "b()"];
  const citation = cite(lines.join("\n"), span(4, 0, 4, 3), symbol);
  const after = recheck(citation, ["new", ...lines].join("\n"));
  assert.equal(after.kind, "moved");
  if (after.kind !== "moved") return;
  assert.equal(after.citation.range.start.line, 5);
  assert.deepEqual(after.citation.symbol?.range, span(5, 0, 6, 1));
});

test("line breaks that were turned round move a citation to its new hash", () => {
  const citation = cite(text, span(1, 0, 2, 11));
  const crlf = text.replaceAll("\n", "\r\n");
  const after = recheck(citation, crlf);
  assert.equal(after.kind, "moved");
  if (after.kind !== "moved") return;
  assert.equal(after.text, "two\r\n  three(3);");
  assert.equal(recheck(after.citation, crlf).kind, "current");
  assert.equal(recheck(after.citation, text).kind, "moved");
});

test("a part of a line of a megabyte", () => {
  const long = `${"a".repeat(500_000)}needle${"b".repeat(500_000)}`;
  const citation = cite(long, span(0, 500_000, 0, 500_006));
  assert.equal(recheck(citation, long).kind, "current");
  const after = recheck(citation, `xyz${long}`);
  assert.equal(after.kind === "moved" && after.citation.range.start.character, 500_003);
  const start = performance.now();
  assert.equal(recheck(citation, long.replace("needle", "nothing")).kind, "stale");
  assert.ok(performance.now() - start < 3000);
});

test("each file is read once, and answers keep the order", () => {
  let nReads = 0;
  const source: SourceReader = {
    readText: (_root, path) => {
      nReads++;
      return path === "a.ts" ? { text, language: "" } : undefined;
    },
    files: () => [],
  };
  const gone = { ...three, path: "b.ts" };
  const checks = checkCitations([three, gone, three, gone], source, hashText);
  assert.deepEqual(
    checks.map(({ kind }) => kind),
    ["current", "gone", "current", "gone"],
  );
  assert.equal(nReads, 2);
});

const line = fc.string({ unit: fc.constantFrom("a", "b", " ", "é", "🎉", "\t"), maxLength: 8 });
const document = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 12 }), fc.constantFrom("\n", "\r\n", "\r"))
  .map(([lines, lineBreak]) => ({ lines, lineBreak, text: lines.join(lineBreak) }));

test("edits above and below: the span is found with the very same text", () => {
  fc.assert(
    fc.property(
      document,
      fc.nat(),
      fc.nat(),
      fc.array(line, { maxLength: 6 }),
      fc.array(line, { maxLength: 6 }),
      (doc, a, b, above, below) => {
        const file = new SourceFile("r", "a.ts", doc.text, "");
        const [first, last] = [a % file.nLines, b % file.nLines].sort((x, y) => x - y) as [
          number,
          number,
        ];
        const range = file.linesRange(first, last);
        fc.pre(file.textOf(range) !== "");
        const citation = cite(doc.text, range);
        const edited = [...above, ...doc.lines, ...below].join(doc.lineBreak);
        const after = recheck(citation, edited);
        assert.ok(after.kind === "current" || after.kind === "moved", after.kind);
        assert.equal(after.text, file.textOf(range));
        const edit = new SourceFile("r", "a.ts", edited, "");
        assert.equal(edit.textOf(after.citation.range), after.text);
        if (above.length === 0) assert.equal(after.kind, "current");
      },
    ),
    { numRuns: 500 },
  );
});

test("whatever the edit: what is shown has the hash, and what is stale is nowhere on a line of its own", () => {
  fc.assert(
    fc.property(
      document,
      fc.nat(),
      fc.nat(),
      fc.nat(),
      fc.nat(),
      fc.string({ unit: fc.constantFrom("a", "b", "\n", "🎉") }),
      (doc, a, b, at, n, inserted) => {
        const file = new SourceFile("r", "a.ts", doc.text, "");
        const [first, last] = [a % file.nLines, b % file.nLines].sort((x, y) => x - y) as [
          number,
          number,
        ];
        const range = file.linesRange(first, last);
        const citation = cite(doc.text, range);
        const from = at % (doc.text.length + 1);
        const edited = doc.text.slice(0, from) + inserted + doc.text.slice(from + (n % 5));
        const after = recheck(citation, edited);
        if (after.kind === "current" || after.kind === "moved") {
          assert.equal(hashText(after.text), after.citation.contentHash);
          assert.equal(
            new SourceFile("r", "a.ts", edited, "").textOf(after.citation.range),
            after.text,
          );
          assert.equal(
            after.text.replaceAll("\r\n", "\n"),
            file.textOf(range).replaceAll("\r\n", "\n"),
          );
        } else {
          assert.equal(after.kind, "stale");
          const wanted = file.textOf(range);
          const lines = `\n${edited.replace(/\r\n?/g, "\n")}\n`;
          if (wanted !== "" && !wanted.includes("\r"))
            assert.ok(!lines.includes(`\n${wanted}\n`), JSON.stringify([wanted, edited]));
        }
      },
    ),
    { numRuns: 1000 },
  );
});
