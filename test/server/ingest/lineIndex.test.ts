import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lineAt, lineStarts, offsetAt, rangeAt } from "../../../server/ingest/lineIndex.ts";

const textOfBreaks = fc.string({
  unit: fc.constantFrom("a", "\n", "\r", "\r\n", "😀", "\u2028", "\0"),
  maxLength: 60,
});

test("lines break at \\r\\n, \\n and a lone \\r, and nowhere else", () => {
  assert.deepEqual([...lineStarts("")], [0]);
  assert.deepEqual([...lineStarts("a\nb\r\nc\rd")], [0, 2, 5, 7]);
  assert.deepEqual([...lineStarts("\r\r\n\n")], [0, 1, 3, 4]);
  assert.deepEqual([...lineStarts("a\u2028b\u0085c")], [0]);
});

test("line starts agree with a split at the same breaks", () => {
  fc.assert(
    fc.property(textOfBreaks, (text) => {
      const expected: number[] = [0];
      for (const match of text.matchAll(/\r\n|\n|\r/g))
        expected.push(match.index + match[0].length);
      assert.deepEqual([...lineStarts(text)], expected);
    }),
  );
});

test("an offset survives the way to a position and back", () => {
  fc.assert(
    fc.property(textOfBreaks, (text) => {
      const starts = lineStarts(text);
      for (let offset = 0; offset <= text.length; offset++) {
        const { start: position } = rangeAt(starts, offset, offset);
        assert.equal(position.line, lineAt(starts, offset));
        assert.equal(offsetAt(starts, text.length, position), offset);
      }
    }),
  );
});

test("positions outside of the text are brought inside", () => {
  const starts = lineStarts("ab\ncd");
  assert.equal(offsetAt(starts, 5, { line: 9, character: 0 }), 5);
  assert.equal(offsetAt(starts, 5, { line: 0, character: 99 }), 3);
  assert.deepEqual(rangeAt(starts, 1, 5), {
    start: { line: 0, character: 1 },
    end: { line: 1, character: 2 },
  });
});
