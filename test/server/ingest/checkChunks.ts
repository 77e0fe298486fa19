import assert from "node:assert/strict";
import { lineStarts, offsetAt } from "../../../server/ingest/lineIndex.ts";
import type { ParsedFile } from "../../../server/types.ts";

/** Longest chunk that may come out: whole lines up to a chunk's limit, the last of them up to a line's. */
const maxChunkLength = 9_000;

/** Asserts what holds for the chunks and symbols of any text. */
export function checkChunks(text: string, { chunks, symbols }: ParsedFile): void {
  const starts = lineStarts(text);
  const offsetOf = (position: { line: number; character: number }): number => {
    assert.ok(
      position.line < starts.length && position.character >= 0,
      "position outside of the text",
    );
    return offsetAt(starts, text.length, position);
  };
  let covered = 0;
  for (const chunk of chunks) {
    assert.ok(
      chunk.startOffset >= covered && chunk.endOffset > chunk.startOffset,
      "order or overlap",
    );
    assert.ok(!/[^\s\uFEFF]/.test(text.slice(covered, chunk.startOffset)), "text between chunks");
    assert.equal(offsetOf(chunk.range.start), chunk.startOffset);
    assert.equal(offsetOf(chunk.range.end), chunk.endOffset);
    assert.ok(chunk.endOffset - chunk.startOffset <= maxChunkLength, "too long");
    assert.ok(/[^ \t-\r]/.test(text.slice(chunk.startOffset, chunk.endOffset)), "blank chunk");
    assert.equal(new Set(chunk.uses).size, chunk.uses.length);
    const enclosing = symbols[chunk.enclosingSymbolIdx];
    if (chunk.enclosingSymbolIdx !== -1) {
      assert.ok(enclosing !== undefined && offsetOf(enclosing.range.start) < chunk.startOffset);
      assert.ok(
        offsetOf(enclosing.range.end) > chunk.startOffset,
        "the enclosing definition has ended",
      );
    }
    for (const idx of chunk.symbolIdxs) {
      const start = offsetOf(symbols[idx]?.range.start ?? { line: -1, character: -1 });
      assert.ok(
        start >= chunk.startOffset && start < chunk.endOffset,
        "symbol outside of its chunk",
      );
    }
    covered = chunk.endOffset;
  }
  assert.ok(!/[^\s\uFEFF]/.test(text.slice(covered)), "text after the last chunk");
  assert.deepEqual(
    chunks.flatMap((chunk) => chunk.symbolIdxs),
    symbols.map((_, idx) => idx),
  );
  for (const [idx, symbol] of symbols.entries()) {
    assert.ok(symbol.name !== "" && symbol.name.isWellFormed());
    assert.ok(
      symbol.containerIdx >= -1 &&
        symbol.containerIdx < symbols.length &&
        symbol.containerIdx !== idx,
    );
    assert.ok(offsetOf(symbol.range.start) < offsetOf(symbol.range.end));
    assert.ok(
      symbol.nameLine >= symbol.range.start.line && symbol.nameLine <= symbol.range.end.line,
    );
    assert.ok(
      symbol.signatureEndLine > symbol.nameLine &&
        symbol.signatureEndLine <= symbol.range.end.line + 1,
    );
  }
}
