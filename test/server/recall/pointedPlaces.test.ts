import assert from "node:assert/strict";
import { test } from "node:test";
import { symbolOfLines } from "../../../server/recall/pointedPlaces.ts";
import type { ParsedSymbol } from "../../../server/types.ts";

const symbol = (first: number, last: number): ParsedSymbol => ({
  ...{ name: "f", kind: "function", containerIdx: -1 },
  range: { start: { line: first, character: 0 }, end: { line: last, character: 1 } },
  nameLine: first,
  signatureEndLine: first + 1,
});
const file = [symbol(2, 4), symbol(8, 40), symbol(10, 14), symbol(20, 30)];

for (const [name, lines, wanted] of [
  ["a line of a function", [3, 3], 0],
  ["a line of an inner function", [12, 12], 2],
  ["a line between two inner functions", [16, 16], 1],
  ["a line of nothing", [6, 6], undefined],
  ["lines that begin at the end of the function before", [4, 40], 1],
  ["most of an inner function", [19, 29], 3],
  ["lines of two inner functions", [10, 30], 1],
] as const)
  test(`which definition is meant by ${name}`, () => {
    const [first, last] = lines;
    assert.equal(symbolOfLines(file, { first, last }), wanted);
  });
