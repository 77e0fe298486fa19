import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mergeAdjacent, type ScoredChunk } from "../../../server/recall/mergeAdjacent.ts";

function chunk(
  chunkIdx: number,
  score: number,
  startLine = chunkIdx * 10,
  endLine = startLine + 10,
): ScoredChunk {
  return { chunkIdx, score, startLine, endLine };
}

function spans(chunks: readonly ScoredChunk[]): [number, number, number][] {
  return mergeAdjacent(chunks, 0.1).map(({ first, last, best }) => [first, last, best.chunkIdx]);
}

test("neighbours that are good enough become one place, the best speaks for it", () => {
  assert.deepEqual(spans([chunk(1, 5), chunk(2, 10), chunk(3, 6), chunk(7, 9)]), [
    [1, 3, 2],
    [7, 7, 7],
  ]);
});

test("a poor neighbour stays alone", () => {
  assert.deepEqual(spans([chunk(1, 0.9), chunk(2, 10)]), [
    [2, 2, 2],
    [1, 1, 1],
  ]);
});

test("a place has at most eighty lines", () => {
  assert.deepEqual(spans([chunk(0, 9, 0, 40), chunk(1, 10, 40, 81)]), [
    [1, 1, 1],
    [0, 0, 0],
  ]);
});

test("nothing gives nothing, and each chunk is in exactly one run", () => {
  assert.deepEqual(mergeAdjacent([], 0.1), []);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(40), { maxLength: 20 }),
      fc.infiniteStream(fc.nat(100)),
      (idxs, scores) => {
        const chunks = idxs.map((idx) => chunk(idx, Number(scores.next().value)));
        const runs = mergeAdjacent(chunks, 0.1);
        const covered = runs.flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, i) => first + i),
        );
        assert.deepEqual(
          covered.sort((a, b) => a - b),
          [...idxs].sort((a, b) => a - b),
        );
        const bests = runs.map(({ best }) => best.score);
        assert.deepEqual(
          bests,
          [...bests].sort((a, b) => b - a),
        );
        for (const { first, last } of runs) assert.ok((last - first + 1) * 10 <= 80);
      },
    ),
  );
});
