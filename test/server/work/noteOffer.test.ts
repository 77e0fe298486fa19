import assert from "node:assert/strict";
import { test } from "node:test";
import { isYes, noteOffer } from "../../../server/work/noteOffer.ts";

const offers: readonly (readonly [said: string, text: string, kind: string])[] = [
  ["We decided to use SQLite. Where is it opened?", "We decided to use SQLite.", "decision"],
  ["where is it? I prefer short functions", "I prefer short functions", "preference"],
  ["I prefer short functions.\nwhere is the longest?", "I prefer short functions.", "preference"],
  ["From now on we never sleep in tests!", "From now on we never sleep in tests!", "decision"],
  ["Actually, we use Postgres for that.", "Actually, we use Postgres for that.", "decision"],
  ["我们决定用SQLite。它在哪里打开？", "我们决定用SQLite。", "decision"],
  ["where do we decide to retry?", "", ""],
  ["we decided", "", ""],
  ["what does `we decided to use it` mean?", "", ""],
  ["```\nWe decided to use SQLite.\n```", "", ""],
  [`We decided to use ${"x".repeat(3_000)}`, "", ""],
];
for (const [said, text, kind] of offers) {
  test(`${text === "" ? "nothing" : "a sentence"} is offered of “${said.slice(0, 60)}”`, () => {
    const offer = noteOffer(said);
    if (text === "") assert.equal(offer, undefined);
    else assert.deepEqual({ text: offer?.text, kind: offer?.kind }, { text, kind });
  });
}

test("only a bare yes is a yes", () => {
  for (const yes of ["y", " Yes. ", "ja!", "好的", "はい"]) assert.ok(isYes(yes), yes);
  for (const no of ["", "n", "yes, but where?", "why", "yesterday"]) assert.ok(!isYes(no), no);
});
