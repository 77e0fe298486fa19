import assert from "node:assert/strict";
import { test } from "node:test";
import { similarPlaces, tellingLine } from "../../extension/commands/similarPlaces.ts";
import type { Recall } from "../../protocol/types.ts";
import { testRoot } from "./inMemoryServer.ts";

const root = testRoot("one");

function recall(path: string, startLine: number, endLine: number, endCharacter = 0): Recall {
  return {
    citation: {
      rootId: root.id,
      path,
      range: {
        start: { line: startLine, character: 0 },
        end: { line: endLine, character: endCharacter },
      },
      contentHash: "0123456789abcdef",
    },
    score: 1,
    reasons: [],
    role: "source",
    language: "typescript",
    text: "",
    boundary: "syntax",
  };
}

const selected = { file: "/work/one/a.ts", range: { startLine: 10, endLine: 20 } };

test("places that overlap the selection are left out, the others keep their order", () => {
  const before = recall("a.ts", 5, 10);
  const touching = recall("a.ts", 5, 10, 3);
  const within = recall("a.ts", 12, 14);
  const around = recall("a.ts", 0, 99);
  const after = recall("a.ts", 20, 30);
  const elsewhere = recall("b.ts", 12, 14);
  const kept = similarPlaces(
    [after, touching, elsewhere, within, around, before],
    [root],
    selected,
  );
  assert.deepEqual(kept, [after, elsewhere, before]);
});

test("places in folders that are not in the window, or outside theirs, are not confused with it", () => {
  const other = recall("a.ts", 12, 14);
  assert.deepEqual(similarPlaces([other], [], selected), []);
  const outside = recall("../two/a.ts", 12, 14);
  assert.deepEqual(similarPlaces([outside], [root], selected), [outside]);
});

for (const [text, name, line] of [
  [
    "/**\n * Adds tide to tide.\n */\n  export function tide() {\n}",
    "tide",
    "export function tide() {",
  ],
  ["// tide\nconst a = 1;", "tide", "// tide"],
  ["{\n\n  });\n  run();\n", undefined, "run();"],
  ["\n)\n", undefined, ""],
] as const) {
  test(`the line that tells of a place: ${line}`, () => {
    const place = recall("a.ts", 0, 9);
    const { range } = place.citation;
    const symbol =
      name === undefined
        ? {}
        : { symbol: { name, kind: "function", container: "", range } as const };
    assert.equal(tellingLine({ ...place, text, citation: { ...place.citation, ...symbol } }), line);
  });
}
