import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { LineSurprise } from "../../protocol/deepMemory.ts";
import { unusualLines } from "../../protocol/unusualLines.ts";

const code = (): string => "const a = b;";

/** Lines 0, 1, … of ten tokens each. */
function linesOf(nats: readonly number[]): LineSurprise[] {
  return nats.map((value, line) => ({ line, nats: value, nTokens: 10 }));
}

/** A file of ten usual lines and what comes behind them. */
function behindUsual(...nats: number[]): LineSurprise[] {
  return linesOf([...Array.from({ length: 10 }, (_, i) => 2 + (i % 3) / 10), ...nats]);
}

test("a line far above the others is told with how far", () => {
  const [only, ...others] = unusualLines(behindUsual(6), code);
  assert.equal(others.length, 0);
  assert.equal(only?.line, 10);
  assert.equal(only.above, 1);
  assert.ok(only.timesMean > 2 && only.timesMean < 3);
});

test("where all lines are alike none is unusual, nor in a file of few lines", () => {
  assert.deepEqual(unusualLines(linesOf(Array.from({ length: 20 }, () => 2.5)), code), []);
  assert.deepEqual(unusualLines(linesOf([2, 2, 2, 9]), code), []);
  assert.deepEqual(unusualLines([], code), []);
});

test("comments and lines of few tokens are none", () => {
  const lines = behindUsual(6);
  for (const comment of ["// why", "  /** why", " * why", "# why", "-- why", '"""Why'])
    assert.deepEqual(
      unusualLines(lines, (line) => (line === 10 ? comment : code())),
      [],
      comment,
    );
  assert.equal(unusualLines(lines, (line) => (line === 10 ? "#include <a>" : code())).length, 1);
  const short = lines.map((line) => (line.line === 10 ? { ...line, nTokens: 3 } : line));
  assert.deepEqual(unusualLines(short, code), []);
});

test("there are five at most, in order, and each is above what is not told", () => {
  const nats = fc.array(fc.double({ min: 0, max: 12, noNaN: true }), { maxLength: 200 });
  fc.assert(
    fc.property(nats, (values) => {
      const found = unusualLines(linesOf(values), code);
      assert.ok(found.length <= 5);
      const told = new Set(found.map(({ line }) => line));
      assert.deepEqual(
        [...told],
        [...told].toSorted((a, b) => a - b),
      );
      const least = Math.min(...[...told].map((line) => values[line] as number));
      const higher = (value: number, line: number): boolean =>
        line > 0 && value > least && !told.has(line);
      assert.equal(values.filter(higher).length, 0);
      for (const { timesMean, above } of found)
        assert.ok(timesMean > 1 && above >= 0 && above <= 1);
    }),
  );
});
