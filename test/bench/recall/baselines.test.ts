import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Bm25Index, countsOf } from "../../../bench/recall/baselines/bm25.ts";
import { createFunctionFinder } from "../../../bench/recall/baselines/functionUnits.ts";
import { GrepFile } from "../../../bench/recall/baselines/grep.ts";
import { fuse } from "../../../bench/recall/baselines/reciprocalRank.ts";
import {
  windowsOf,
  type SourceFile,
  type TextUnit,
} from "../../../bench/recall/baselines/sourceTree.ts";
import { splitTerms, TfIdfIndex, tokenChunksOf } from "../../../bench/recall/baselines/tfIdf.ts";
import { plainWordsOf, termsOf, wordStemsOf } from "../../../bench/recall/baselines/words.ts";

const grammars = fileURLToPath(new URL("../../../node_modules", import.meta.url));

function fileOf(path: string, ...lines: string[]): SourceFile {
  return { path, lines };
}

describe("the words of the baselines", () => {
  it("are an identifier's stems, and the identifier", () => {
    assert.deepEqual(termsOf("the parsedURLs"), ["pars", "ur", "ls", "parsedurls"]);
    assert.deepEqual(termsOf("closing"), ["close"]);
    assert.deepEqual(termsOf("a 1 of"), []);
  });

  it("of grep are typed as they stand", () => {
    assert.deepEqual(plainWordsOf("Why is the Closing of a socket, socket slow"), [
      "closing",
      "socket",
      "slow",
    ]);
  });

  it("of the agent that stems are beginnings of the words", () => {
    assert.deepEqual(wordStemsOf("closing happily maxRetries"), ["clos", "happil", "retri"]);
  });
});

describe("BM25", () => {
  const units = ["a.ts", "b.ts", "c.ts"].map((path): TextUnit => ({
    path,
    startLine: 1,
    endLine: 1,
  }));
  const texts = new Map([
    ["a.ts", "socket socket"],
    ["b.ts", "socket timer"],
    ["c.ts", "timer timer"],
  ]);
  const index = new Bm25Index(units, ({ path }) => texts.get(path) ?? "");
  const pathsOf = (found: readonly TextUnit[]): string[] => found.map(({ path }) => path);

  it("puts a unit with the word twice before one with it once", () => {
    assert.deepEqual(pathsOf(index.search("sockets", 10)), ["a.ts", "b.ts"]);
  });

  it("finds a unit by its path, and nothing for a word that nowhere stands", () => {
    assert.deepEqual(pathsOf(index.search("b.ts", 1)), ["a.ts"]);
    assert.deepEqual(index.search("zebra", 10), []);
    assert.deepEqual(index.search("", 10), []);
  });

  it("counts a rare word for more than a common one", () => {
    const many = ["a", "b", "c", "d"].map((path): TextUnit => ({ path, startLine: 1, endLine: 1 }));
    const common = new Bm25Index(many, ({ path }) => (path === "d" ? "rare" : "common"));
    assert.deepEqual(pathsOf(common.search("common rare", 1)), ["d"]);
  });

  it("has no units", () => {
    assert.deepEqual(new Bm25Index([], () => "").search("socket", 10), []);
  });
});

describe("windows", () => {
  it("overlap, and the last one ends with the file", () => {
    const file = fileOf("a", ...Array.from({ length: 125 }, () => "x"));
    assert.deepEqual(
      windowsOf(file, 60, 50).map(({ startLine, endLine }) => [startLine, endLine]),
      [
        [1, 60],
        [51, 110],
        [101, 125],
      ],
    );
  });
});

describe("functions as units", () => {
  it("are the outermost ones, with what lies between them", async () => {
    const finder = await createFunctionFinder(grammars);
    const file = fileOf(
      "a.py",
      "import os",
      "",
      "def outer():",
      "    def inner():",
      "        return 1",
      "    return inner",
      "",
      "LIMIT = 3",
    );
    const units = await finder.unitsOf(file);
    assert.deepEqual(
      units.map(({ startLine, endLine }) => [startLine, endLine]),
      [
        [1, 2],
        [3, 6],
        [7, 8],
      ],
    );
  });

  it("are windows where there is no grammar", async () => {
    const finder = await createFunctionFinder(grammars);
    const units = await finder.unitsOf(
      fileOf("a.unknown", ...Array.from({ length: 61 }, () => "x")),
    );
    assert.deepEqual(units, [
      { path: "a.unknown", startLine: 1, endLine: 60 },
      { path: "a.unknown", startLine: 61, endLine: 61 },
    ]);
  });
});

describe("the former TF-IDF", () => {
  it("takes words apart and keeps them whole", () => {
    assert.deepEqual(splitTerms("readFile max_size v2 of3 x"), [
      ...["readfile", "read", "file", "max_size", "max", "size", "of3"],
    ]);
  });

  it("cuts after a thousand characters without indentation, and never inside a line", () => {
    const file = fileOf("a", "x".repeat(600), ` ${"y".repeat(398)}`, "z", "w".repeat(2_000));
    assert.deepEqual(
      tokenChunksOf(file).map(({ startLine, endLine }) => [startLine, endLine]),
      [
        [1, 2],
        [3, 3],
        [4, 4],
      ],
    );
  });

  it("does not care how long a chunk is", () => {
    const index = new TfIdfIndex([
      fileOf("short", "socket"),
      fileOf("long", `${"filler ".repeat(50)} socket socket`),
      fileOf("other", "timer"),
    ]);
    assert.deepEqual(
      index.search("socket", 10).map(({ path }) => path),
      ["long", "short"],
    );
    assert.deepEqual(index.search("zebra", 10), []);
  });
});

describe("grep", () => {
  it("counts hits inside other words, in any case", () => {
    const file = new GrepFile(fileOf("a", "Socket socketPair", "timer"));
    assert.deepEqual(file.count(["socket", "timer", "zebra"]), { nDistinct: 2, nHits: 3 });
  });

  it("points to the window with the most distinct words, not with the most hits", () => {
    const lines = Array.from({ length: 130 }, () => "x");
    lines[0] = "socket socket socket";
    lines[70] = "socket";
    lines[80] = "timer";
    const place = new GrepFile(fileOf("a", ...lines)).bestPlace(["socket", "timer"]);
    assert.deepEqual(place, { path: "a", startLine: 61, endLine: 120 });
  });
});

describe("fusion by reciprocal rank", () => {
  it("adds up 1 / (60 + rank) over files, each once a list", () => {
    const lists = [["a", "a", "b"], ["b"], ["c", "a"]].map((list) =>
      list.map((path) => ({ path })),
    );
    // a: 1/61 + 1/62, b: 1/62 + 1/61, c: 1/61; of equals the first one seen.
    assert.deepEqual(fuse(lists), [{ path: "a" }, { path: "b" }, { path: "c" }]);
    assert.deepEqual(fuse([[], []]), []);
  });
});

it("items are counted in the order of their first occurrence", () => {
  assert.deepEqual(
    [...countsOf(["b", "a", "b"])],
    [
      ["b", 2],
      ["a", 1],
    ],
  );
});
