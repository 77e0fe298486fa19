import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isCompletable,
  prefixStart,
  shownText,
  suffixOf,
  wholeLines,
  type Prompt,
} from "../../../extension/completions/prompt.ts";
import { maxPrefixLength, maxSuffixLength } from "../../../protocol/deepMemory.ts";

const at = (prefix: string, suffix: string): Prompt => ({
  file: "/work/a.ts",
  line: 7,
  languageId: "typescript",
  prefix,
  suffix,
});

test("a prefix is never too long, and its beginning rests while somebody types", () => {
  let nStarts = 0;
  let last = -1;
  for (let offset = 0; offset < 100_000; offset++) {
    const start = prefixStart(offset);
    assert.ok(start <= offset && offset - start <= maxPrefixLength);
    assert.ok(start === 0 || offset - start > maxPrefixLength - 2_049);
    if (start !== last) nStarts++;
    last = start;
  }
  assert.ok(nStarts < 50, `${nStarts} beginnings in 100,000 keystrokes`);
});

test("a prefix begins with a whole line, unless lines are very long", () => {
  assert.equal(wholeLines("ne one\nline two\n", 2_048), "line two\n");
  assert.equal(wholeLines("line one\nline two\n", 0), "line one\nline two\n");
  const long = "x".repeat(5_000);
  assert.equal(wholeLines(`${long}\nrest`, 2_048), `${long}\nrest`);
  assert.equal(wholeLines(`\udf00${long}`, 2_048), long);
});

test("a suffix is cut between characters", () => {
  assert.equal(suffixOf("short"), "short");
  assert.equal(suffixOf("x".repeat(9_000)).length, maxSuffixLength);
  const cut = suffixOf(`${"x".repeat(maxSuffixLength - 1)}\u{1f300}`);
  assert.equal(cut, "x".repeat(maxSuffixLength - 1));
  assert.equal(suffixOf(""), "");
});

test("nothing is completed within a word", () => {
  for (const suffix of ["ight", "_", "7", "é", "字", "$"])
    assert.equal(isCompletable(at("he", suffix)), false);
  for (const suffix of ["", "\n", ")", " and", ";", "\r\n"])
    assert.ok(isCompletable(at("he", suffix)));
});

test("several lines are shown only where nothing but closing follows on the line", () => {
  const text = "one(\n  two,\n)";
  for (const suffix of ["", "\nmore", ");\nmore", "\r\nmore", ' "']) {
    assert.equal(shownText(text, at("a", suffix)), text);
  }
  assert.equal(shownText(text, at("a", " + b\n")), "one(");
  assert.equal(shownText("one\r\ntwo", at("a", " + b\n")), "one");
  assert.equal(shownText("\n  two", at("a", " + b\n")), undefined);
  assert.equal(shownText(" \n\t", at("a", "")), undefined);
});
