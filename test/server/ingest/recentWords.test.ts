import assert from "node:assert/strict";
import { test } from "node:test";
import { RecentWords } from "../../../server/ingest/recentWords.ts";

const units = Uint16Array.from("one two one twx", (character) => character.charCodeAt(0));

test("a word is held from the second time on, in its column, until it is forgotten", () => {
  const recent = new RecentWords();
  recent.forget();
  assert.equal(recent.holds(units, 0, 3, 7, 0), false);
  assert.equal(recent.holds(units, 8, 11, 7, 0), true);
  assert.equal(recent.holds(units, 8, 11, 7, 1), false);
  recent.forget();
  assert.equal(recent.holds(units, 0, 3, 7, 1), false);
});

test("two words with one hash are two words", () => {
  const recent = new RecentWords();
  recent.forget();
  assert.equal(recent.holds(units, 4, 7, 9, 0), false);
  assert.equal(recent.holds(units, 12, 15, 9, 0), false);
  assert.equal(recent.holds(units, 4, 6, 9, 0), false);
});
