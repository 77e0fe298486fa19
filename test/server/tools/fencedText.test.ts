/** Texts that are cut to a budget of tokens: how much is left, and how little is counted for it. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { firstLines, type CutText } from "../../../server/tools/fencedText.ts";

/** A word is a token, and of a text without spaces each four units. */
const count = (text: string): number =>
  text.split(/\s+/).reduce((sum, word) => sum + Math.ceil(word.length / 4), 0);

const cases: readonly { readonly text: string; readonly max: number; readonly cut: CutText }[] = [
  { text: "a\nb", max: 2, cut: { text: "a\nb", nLines: 2, isCut: false, isLineCut: false } },
  { text: "a\nb\nc", max: 2, cut: { text: "a\nb", nLines: 2, isCut: true, isLineCut: false } },
  { text: "abcdefgh", max: 1, cut: { text: "abcd", nLines: 1, isCut: true, isLineCut: true } },
  { text: "abcdefgh\nb", max: 1, cut: { text: "abcd", nLines: 1, isCut: true, isLineCut: true } },
  { text: "abc🎉", max: 1, cut: { text: "abc", nLines: 1, isCut: true, isLineCut: true } },
  { text: "", max: 1, cut: { text: "", nLines: 1, isCut: false, isLineCut: false } },
];

it("shows whole lines, and the beginning of one that is too long", () => {
  for (const { text, max, cut } of cases) assert.deepEqual(firstLines(text, max, count), cut);
});

it("counts no more of a long text than may be shown", () => {
  for (const text of ["x".repeat(400_000), "x\n".repeat(200_000)]) {
    let nCounted = 0;
    const cut = firstLines(text, 200, (part) => {
      nCounted = Math.max(nCounted, part.length);
      return count(part);
    });
    assert.ok(nCounted <= 200 * 8, `${nCounted}`);
    assert.ok(cut.isCut && count(cut.text) <= 200);
  }
});
