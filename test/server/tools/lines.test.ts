/** Where lines are found again, and how long they are looked for. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { SourceFile } from "../../../server/recall/sourceFile.ts";
import { findLines, type Lines } from "../../../server/tools/lines.ts";

const text = Array.from({ length: 40 }, (_, n) => `line ${n}`).join("\n");

/** A file that fails when it is looked into more often than any search of its lines needs. */
function watchedFile(): SourceFile {
  const file = new SourceFile("root", "a.txt", text, "text");
  const { nLines } = file;
  let nLooks = 0;
  Object.defineProperty(file, "nLines", {
    get: () => {
      assert.ok(++nLooks <= nLines * 4, "the search goes on behind the end of the file");
      return nLines;
    },
  });
  return file;
}

const far = 2 ** 31 - 2;
const cases: readonly {
  readonly name: string;
  readonly asked: Lines;
  readonly hash: string;
  readonly found: number | undefined;
}[] = [
  { name: "where they were", asked: { firstLine: 3, lastLine: 3 }, hash: "line 3", found: 3 },
  { name: "above", asked: { firstLine: 30, lastLine: 30 }, hash: "line 0", found: 0 },
  { name: "below", asked: { firstLine: 0, lastLine: 0 }, hash: "line 39", found: 39 },
  { name: "nowhere", asked: { firstLine: 3, lastLine: 3 }, hash: "other", found: undefined },
  {
    name: "from far behind the end",
    asked: { firstLine: far, lastLine: far },
    hash: "line 5",
    found: 5,
  },
  {
    name: "nowhere, from far behind the end",
    asked: { firstLine: far, lastLine: far },
    hash: "other",
    found: undefined,
  },
  {
    name: "nowhere, more lines than there are",
    asked: { firstLine: 0, lastLine: far },
    hash: "other",
    found: undefined,
  },
];

for (const { name, asked, hash, found } of cases)
  it(`looks for lines no further than the file goes: ${name}`, () => {
    const lines = findLines((each) => each, watchedFile(), asked, hash);
    assert.equal(lines?.firstLine, found);
  });
