import assert from "node:assert/strict";
import { test } from "node:test";
import { isCompletablePlace, type CompletionPlace } from "../../../extension/completions/place.ts";
import { testRoot } from "../inMemoryServer.ts";

const good: CompletionPlace = {
  trusted: true,
  scheme: "file",
  file: "/work/one/src/a.ts",
  suggestionChosen: false,
  selections: [{ isEmpty: true }],
};
const cursor = { isEmpty: true };

for (const [change, wanted] of [
  [{}, true],
  [{ selections: undefined }, true],
  [{ trusted: false }, false],
  [{ scheme: "untitled" }, false],
  [{ scheme: "vscode-notebook-cell" }, false],
  [{ file: "/work/two/a.ts" }, true],
  [{ file: "/work/three/a.ts" }, false],
  [{ file: "/work/onemore/a.ts" }, false],
  [{ suggestionChosen: true }, false],
  [{ selections: [{ isEmpty: false }] }, false],
  [{ selections: [cursor, cursor] }, false],
  [{ selections: [] }, false],
] as [Partial<CompletionPlace>, boolean][]) {
  test(`${JSON.stringify(change)}: ${wanted ? "completed" : "left alone"}`, () => {
    const roots = [testRoot("one"), testRoot("two")];
    assert.equal(isCompletablePlace({ ...good, ...change }, roots), wanted);
  });
}
