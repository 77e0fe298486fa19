/** What a completion may not read of its own file: what is in the prompt, and what was saved where the cursor is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linesToLeaveOut } from "../../../server/deep/ownMemory.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";

/** A line of the edited text, and where it was saved. */
interface EditedLine {
  readonly text: string;
  /** `undefined` for a new one. */
  readonly savedAt: number | undefined;
}

const shownLines = 30;
const asText = (lines: readonly EditedLine[]): string => lines.map(({ text }) => text).join("\n");
const saved = (n: number): EditedLine[] =>
  Array.from({ length: n }, (_, i) => ({
    text: i % 3 === 2 ? "  }" : `  const value${i} = read(${i});`,
    savedAt: i,
  }));

/** What is left out for a cursor at the end of a line. */
function leftOut(
  before: readonly EditedLine[],
  edited: readonly EditedLine[],
  line: number,
  nShown = shownLines,
) {
  const first = Math.max(0, line - nShown);
  return linesToLeaveOut("f", {
    shown: asText(edited.slice(first, line + 1)),
    suffix: `\n${asText(edited.slice(line + 1, line + 60))}`,
    line,
    saved: asText(before),
  });
}

test("in a file that was not edited it is what the prompt shows and forty lines behind the cursor", () => {
  const lines = saved(1_000);
  const { fromLine, toLine } = leftOut(lines, lines, 500);
  assert.ok(fromLine <= 470 && fromLine >= 455, `${fromLine}`);
  assert.ok(toLine > 540 && toLine <= 582, `${toLine}`);
});

test("at the ends of a file it goes as far as the file does", () => {
  const lines = saved(300);
  assert.equal(leftOut(lines, lines, 10).fromLine, 0);
  assert.equal(leftOut(lines, lines, 299).toLine, Number.MAX_SAFE_INTEGER);
  assert.ok(leftOut(lines, lines, 299).fromLine > 200);
});

test("all of it where nothing tells where the cursor was", () => {
  const lines = saved(300);
  const all = { fileId: "f", fromLine: 0, toLine: Number.MAX_SAFE_INTEGER };
  const place = { shown: "one\ntwo\n", suffix: "\nthree", line: 100 };
  assert.deepEqual(linesToLeaveOut("f", { ...place, saved: undefined }), all);
  assert.deepEqual(linesToLeaveOut("f", { ...place, saved: asText(lines) }), all);
  // Brackets and lines that are repeated do not tell.
  const repeated = asText(lines)
    .replaceAll(/value\d+/g, "value")
    .replaceAll(/\d+/g, "0");
  assert.deepEqual(
    linesToLeaveOut("f", {
      shown: repeated.slice(0, 400),
      suffix: repeated.slice(0, 400),
      line: 100,
      saved: repeated,
    }),
    all,
  );
  // New above and known below, and the other way round.
  const known = asText(lines.slice(100, 130));
  for (const [shown, suffix] of [
    [known, "\nunknown one\nunknown two"],
    ["unknown one\nunknown two\n", `\n${known}`],
  ] as const)
    assert.deepEqual(linesToLeaveOut("f", { shown, suffix, line: 110, saved: asText(lines) }), all);
});

test("a line is never recalled from its own saved place, whatever was edited around it", () => {
  const random = randomNumbers(31);
  const below = (n: number): number => Math.floor(random() * n);
  let nParts = 0;
  for (let round = 0; round < 400; round++) {
    const before = saved(200 + below(600));
    let edited = [...before];
    for (let n = 1 + below(6); n > 0; n--) {
      const at = below(edited.length);
      const size = 1 + below(random() < 0.3 ? 150 : 20);
      const fresh = Array.from({ length: size }, (_, i) => ({
        text: `  added${round}_${n}_${i}();`,
        savedAt: undefined,
      }));
      switch (below(4)) {
        case 0:
          edited.splice(at, 0, ...fresh);
          break;
        case 1:
          edited.splice(at, Math.min(size, 30));
          break;
        case 2:
          edited.splice(at, Math.min(size, 20), ...fresh.slice(0, 20));
          break;
        default: {
          // A copy of what stands elsewhere.
          const from = below(edited.length);
          const copy = edited.slice(from, from + Math.min(size, 20));
          edited.splice(at, 0, ...copy.map(({ text }) => ({ text, savedAt: undefined })));
        }
      }
    }
    for (let tries = 0; tries < 20; tries++) {
      const line = below(edited.length);
      const savedAt = edited[line]?.savedAt;
      if (savedAt === undefined) continue;
      // The line is being written again, so it reads otherwise now.
      edited = edited.with(line, { text: "  const val", savedAt });
      const { fromLine, toLine } = leftOut(before, edited, line);
      assert.ok(fromLine <= savedAt && savedAt < toLine, `${savedAt} of ${fromLine} to ${toLine}`);
      if (toLine - fromLine < before.length / 2) nParts++;
    }
  }
  // It is not that all was left out each time.
  assert.ok(nParts > 2_000, `${nParts}`);
});
