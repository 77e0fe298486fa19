import assert from "node:assert/strict";
import { test } from "node:test";
import { markText } from "../../extension/proseTexts.ts";
import { translate } from "./translate.ts";

test("a mark says why in words, and the name at fault acts nowhere", () => {
  const detail = "[x](command:y) `z`";
  const words = markText({ fault: "nameNotInEvidence", detail }, translate);
  assert.match(words, /^Not supported: not in the cited lines: /);
  assert.ok(words.includes("\\[x\\]\\(command\\:y\\) \\`z\\`"), words);
  assert.equal(markText({ fault: "stale", detail: "" }, translate).includes("{0}"), false);
});
