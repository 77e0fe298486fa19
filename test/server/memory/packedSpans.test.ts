import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SymbolKind } from "../../../protocol/types.ts";
import {
  packSpans,
  packSymbols,
  unpackSpans,
  unpackSymbols,
} from "../../../server/memory/packedSpans.ts";

const line = fc.nat({ max: 5_000_000 });
const character = fc.nat({ max: 100_000_000 });
const range = fc
  .tuple(line, character, fc.nat({ max: 10_000 }), character)
  .map(([start, from, length, to]) => ({
    start: { line: start, character: from },
    end: { line: start + length, character: to },
  }));
const kinds: readonly SymbolKind[] = ["function", "method", "class", "key", "section", "test"];

test("spans come back as they were", () => {
  const span = fc.record(
    { range, enclosingSymbolIdx: fc.integer({ min: -1, max: 9_999 }) },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(span), (spans) => assert.deepEqual(unpackSpans(packSpans(spans)), spans)),
  );
});

test("symbols come back as they were", () => {
  const symbol = fc
    .record(
      {
        name: fc.string({ unit: "grapheme" }),
        kind: fc.constantFrom(...kinds),
        containerIdx: fc.integer({ min: -1, max: 9_999 }),
        range,
        lead: fc.nat({ max: 50 }),
        signature: fc.nat({ max: 50 }),
      },
      { noNullPrototype: true },
    )
    .map(({ lead, signature, ...rest }) => ({
      ...rest,
      nameLine: rest.range.start.line + lead,
      signatureEndLine: rest.range.start.line + lead + signature,
    }));
  fc.assert(
    fc.property(fc.array(symbol), (symbols) =>
      assert.deepEqual(unpackSymbols(packSymbols(symbols)), symbols),
    ),
  );
});

test("truncated bytes are refused", () => {
  const bytes = packSpans([
    {
      range: { start: { line: 3, character: 0 }, end: { line: 9, character: 0 } },
      enclosingSymbolIdx: -1,
    },
  ]);
  assert.throws(() => unpackSpans(bytes.subarray(0, bytes.length - 1)), RangeError);
  assert.throws(() => unpackSymbols(new Uint8Array()), RangeError);
});
