import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf } from "../../protocol/errorPlace.ts";

test("an error's place holds its name, code and frames and never its message", () => {
  const error = Object.assign(new RangeError("secret\n    at /home/me/plan.txt"), {
    code: "EFULL",
  });
  error.stack = `RangeError: ${error.message}\n    at open (file.ts:1:2)\n    at run (main.ts:3:4)`;
  assert.equal(placeOf(error), "RangeError EFULL | at open (file.ts:1:2) | at run (main.ts:3:4)");
});

test("what was thrown without being an error is known by its type alone", () => {
  assert.equal(placeOf("secret"), "string");
  assert.equal(placeOf(undefined), "undefined");
});
