import assert from "node:assert/strict";
import { test } from "node:test";
import { unusualText } from "../../../extension/unusual/unusualText.ts";
import { translate } from "../translate.ts";

test("a mark says how the line stands among the others", () => {
  const text = unusualText({ line: 3, timesMean: 1.76, above: 0.9799 }, translate);
  assert.ok(text.includes("of 100 lines of this file, 97 are less of a surprise"));
  assert.ok(text.includes("1.8 times as surprising"));
});
