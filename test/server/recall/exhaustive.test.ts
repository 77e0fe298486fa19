import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ExhaustiveResult } from "../../../protocol/types.ts";
import type { ExhaustiveParams } from "../../../protocol/methods.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import { findAllPlaces } from "../../../server/recall/exhaustive.ts";
import { SourceFile } from "../../../server/recall/sourceFile.ts";
import type { SourceReader } from "../../../server/services.ts";

const hashText = await createHashText();

/** A file whose text is `undefined` cannot be read. */
function sourceOf(files: Readonly<Record<string, string | undefined>>): SourceReader {
  return {
    readText: (_rootId, path) => {
      const text = files[path];
      return text === undefined ? undefined : { text, language: "plaintext" };
    },
    files: () =>
      Object.keys(files).map((path) => ({
        rootId: "r",
        path,
        language: "plaintext",
        role: "source",
      })),
  };
}

function scan(
  files: Readonly<Record<string, string | undefined>>,
  params: Partial<ExhaustiveParams>,
  signal = new AbortController().signal,
  onTick: () => void = () => undefined,
): Promise<ExhaustiveResult> {
  let nowMs = 0;
  const elapsedMs = (): number => {
    onTick();
    return (nowMs += 5);
  };
  return findAllPlaces(
    { literal: "", wholeWord: false, limit: 100, ...params },
    { source: sourceOf(files), hashText, filesNotInMemory: 2, elapsedMs },
    signal,
  );
}
const linesOf = (result: ExhaustiveResult): string[] => result.places.map(({ line }) => line);

const files = { "a.ts": "const Max = 1;\nmax(Max)\n", "b.ts": "maximum\nno\n", "c.bin": undefined };

test("smart case: an upper-case letter asks for exactly this", async () => {
  assert.deepEqual(linesOf(await scan(files, { literal: "max" })), [
    "const Max = 1;",
    "max(Max)",
    "maximum",
  ]);
  assert.deepEqual(linesOf(await scan(files, { literal: "Max" })), ["const Max = 1;", "max(Max)"]);
});

test("a whole word is not a part of a longer name", async () => {
  assert.deepEqual(linesOf(await scan(files, { literal: "max", wholeWord: true })), [
    "const Max = 1;",
    "max(Max)",
  ]);
  assert.deepEqual(
    linesOf(await scan({ a: "$max max_ 東max max" }, { literal: "max", wholeWord: true })).length,
    1,
  );
  assert.deepEqual(
    linesOf(await scan({ a: "a->b\nxa->by" }, { literal: "->b", wholeWord: true })),
    ["a->b"],
  );
});

test("counts say how complete the list is", async () => {
  const result = await scan(files, { literal: "max" });
  assert.equal(result.filesScanned, 2);
  assert.equal(result.filesKnown, 5);
  assert.deepEqual(result.unreadable, [{ path: "c.bin", reason: "gone or not readable as text" }]);
  assert.equal(result.truncated, false);
  const cut = await scan(files, { literal: "max", limit: 1 });
  assert.deepEqual([cut.places.length, cut.nPlaces, cut.truncated], [1, 3, true]);
});

test("an empty literal matches nothing", async () => {
  assert.deepEqual((await scan(files, { literal: "" })).nPlaces, 0);
});

test("literals are literal, over several lines too", async () => {
  assert.deepEqual(linesOf(await scan({ a: "a.c\nabc\n(x[" }, { literal: "a.c" })), ["a.c"]);
  assert.deepEqual(linesOf(await scan({ a: "a.c\nabc\n(x[" }, { literal: "(x[" })), ["(x["]);
  assert.deepEqual(linesOf(await scan({ a: "one\ntwo\nthree" }, { literal: "ne\ntw" })), [
    "one\ntwo",
  ]);
  assert.deepEqual(linesOf(await scan({ a: "İx\nSTRASSE straße ſ" }, { literal: "straße" })), [
    "STRASSE straße ſ",
  ]);
});

test("a megabyte on one line gives stretches around the places", async () => {
  const text = `${"🎉".repeat(250_000)}needle${"x".repeat(500)}needle${"🎉".repeat(250_000)}`;
  const result = await scan({ a: text }, { literal: "needle" });
  assert.equal(result.nPlaces, 2);
  for (const { line } of result.places) {
    assert.ok(line.includes("needle") && line.length < 300 && line.isWellFormed());
  }
});

test("a literal that starts with a character of two units ends as well", async () => {
  assert.equal((await scan({ a: "𐐀𐐀x" }, { literal: "𐐨", wholeWord: true })).nPlaces, 0);
  assert.equal((await scan({ a: "𐐀 x" }, { literal: "𐐨", wholeWord: true })).nPlaces, 1);
});

test("it yields, and stops when it is cancelled", async () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, "x"]));
  const controller = new AbortController();
  let nTicks = 0;
  const scanning = scan(many, { literal: "x" }, controller.signal, () => nTicks++);
  setImmediate(() => controller.abort());
  await assert.rejects(scanning, { name: "AbortError" });
  assert.ok(nTicks < 100, `${nTicks}`);
});

test("every line with the literal is found once, and its citation shows exactly the line", async () => {
  const unit = fc.constantFrom("a", "A", "b", " ", "\n", "\r\n", "é", "🎉", "_");
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit, maxLength: 60 }),
      fc.string({
        unit: fc.constantFrom("a", "A", "b", "é", "🎉", "_"),
        minLength: 1,
        maxLength: 3,
      }),
      async (text, literal) => {
        const result = await scan({ a: text }, { literal });
        const hasUpper = literal !== literal.toLowerCase();
        const expected = text
          .split(/\r\n|\r|\n/)
          .filter((line) =>
            hasUpper ? line.includes(literal) : line.toLowerCase().includes(literal),
          );
        assert.deepEqual(linesOf(result), expected);
        const file = new SourceFile("r", "a", text, "");
        for (const { citation, line } of result.places) {
          assert.equal(file.textOf(citation.range), line);
          assert.equal(citation.contentHash, hashText(line));
        }
      },
    ),
    { numRuns: 500 },
  );
});
