import assert from "node:assert/strict";
import { test } from "node:test";
import { globFor } from "../../../extension/picture/exclusion.ts";
import { Globs } from "../../../server/ingest/globs.ts";

const paths = [
  "src",
  "src/a.ts",
  "test/src",
  "[slug]",
  "s",
  "a{b,c}",
  "ab",
  "a*b",
  "axb",
  "what?",
  "whatx",
  "!no",
  "#x",
  "+(a)",
  "a",
  "back\\slash",
  "blank ",
  " front",
  "grüße/日本",
];

test("an excluded path hides itself alone, whatever signs it holds", () => {
  for (const path of paths) {
    for (const given of [path, `${path}/`]) {
      const globs = new Globs([globFor(given)], false);
      const hidden = paths.filter((each) => globs.match(each, each.split("/").at(-1) ?? ""));
      assert.deepEqual(hidden, [path], given);
    }
  }
});
