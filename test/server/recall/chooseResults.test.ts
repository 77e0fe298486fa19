import assert from "node:assert/strict";
import { test } from "node:test";
import type { Recall } from "../../../protocol/types.ts";
import { chooseResults } from "../../../server/recall/chooseResults.ts";
import type { RankedChunk } from "../../../server/recall/rankInBank.ts";

let nTexts = 0;
/** A ranked place: `a.ts:3-7` covers the lines 3 to 7. */
function ranked(
  place: string,
  score: number,
  more: { root?: string; hash?: string } = {},
): RankedChunk {
  const [path, lines] = place.split(":") as [string, string];
  const [first, last] = lines.split("-").map(Number) as [number, number];
  const recall: Recall = {
    citation: {
      rootId: more.root ?? "root",
      path,
      range: { start: { line: first, character: 0 }, end: { line: last, character: 5 } },
      contentHash: more.hash ?? `text ${nTexts++}`,
    },
    score,
    reasons: [],
    role: "source",
    language: "typescript",
    text: "",
    boundary: "syntax",
  };
  return { recall, toRead: "" };
}

function chosen(
  places: readonly RankedChunk[],
  folderOf = (rootId: string): string => rootId,
  share = 1,
): string[] {
  return chooseResults(places, 10, folderOf, share).map(
    ({ citation: { path, range } }) => `${path}:${range.start.line}-${range.end.line}`,
  );
}

test("lines that are shown are not shown again", () => {
  const places = [
    ranked("a.ts:3-7", 3),
    ranked("a.ts:3-7", 2),
    ranked("a.ts:4-5", 2),
    ranked("a.ts:5-8", 1),
    ranked("a.ts:7-12", 1),
    ranked("b.ts:3-7", 1),
  ];
  assert.deepEqual(chosen(places), ["a.ts:3-7", "a.ts:7-12", "b.ts:3-7"]);
});

test("a file that two roots hold is shown once", () => {
  const places = [
    ranked("src/a.ts:1-2", 2, { root: "outer" }),
    ranked("a.ts:1-2", 1, { root: "inner" }),
  ];
  assert.deepEqual(
    chosen(places, (rootId) => (rootId === "outer" ? "/w" : "/w/src")),
    ["src/a.ts:1-2"],
  );
});

test("copies, and more than five places of a file, come after the others", () => {
  const many = Array.from({ length: 7 }, (_, i) => ranked(`a.ts:${i * 10}-${i * 10 + 5}`, 9 - i));
  const places = [
    ...many,
    ranked("b.ts:1-2", 1, { hash: "x" }),
    ranked("c.ts:1-2", 0.9, { hash: "x" }),
  ];
  assert.deepEqual(chosen(places).slice(5), ["b.ts:1-2", "a.ts:50-55", "a.ts:60-65", "c.ts:1-2"]);
});

test("a further place of a file counts for less, where that is asked for", () => {
  const places = [
    ranked("a.ts:1-2", 10),
    ranked("a.ts:11-12", 9),
    ranked("a.ts:21-22", 8),
    ranked("b.ts:1-2", 4),
    ranked("c.ts:1-2", 1),
  ];
  const ids = ["a.ts:1-2", "a.ts:11-12", "a.ts:21-22", "b.ts:1-2", "c.ts:1-2"];
  assert.deepEqual(chosen(places), ids);
  assert.deepEqual(chosen(places, undefined, 0.4), [
    "a.ts:1-2",
    "b.ts:1-2",
    "a.ts:11-12",
    "a.ts:21-22",
    "c.ts:1-2",
  ]);
  const scores = chooseResults(places, 10, (rootId) => rootId, 0.4).map(({ score }) => score);
  assert.deepEqual(
    scores.map((score) => Math.round(score * 100)),
    [1000, 400, 360, 128, 100],
  );
});
