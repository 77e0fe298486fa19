import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Citation, Recall } from "../../protocol/types.ts";
import {
  answerForClipboard,
  fileName,
  folderName,
  labelAddsMeaning,
  longPlace,
  shortLines,
} from "../../webview/citationLabel.ts";
import { reasonTexts } from "../../webview/reasonText.ts";
import { uniqueSources } from "../../webview/sourcesView.ts";
import { englishStrings } from "../../webview/strings.ts";
import { createTexts } from "../../webview/texts.ts";
import { clamp, clampLines, oneLine, visibleText } from "../../webview/visibleText.ts";
import * as sample from "./sampleChat.ts";

const english = createTexts({}, "en");

test("a translation replaces a text; what it lacks stays English", () => {
  const texts = createTexts({ "composer.send": "Senden", "composer.stop": "" }, "de");
  assert.equal(texts.text("composer.send"), "Senden");
  assert.equal(texts.text("composer.stop"), englishStrings["composer.stop"]);
  assert.equal(texts.number(1234567), "1.234.567");
});

test("counts choose their form, also in a language with more of them", () => {
  assert.equal(english.plural("memory.ready", 1), "1 file remembered");
  assert.equal(english.plural("memory.ready", 3391), "3,391 files remembered");
  const polish = createTexts(
    { "memory.ready.few": "{0} pliki", "memory.ready.many": "{0} plików" },
    "pl",
  );
  assert.equal(polish.plural("memory.ready", 3), "3 pliki");
  assert.equal(polish.plural("memory.ready", 5), "5 plików");
});

test("a value that looks like a placeholder stays as it is", () => {
  assert.equal(english.text("citation.open", "{0} {1} $&"), "Open {0} {1} $&");
});

test("a language tag that Intl refuses gives English", () => {
  assert.equal(createTexts({}, "not a tag!").number(1000), "1,000");
});

test("times are told by their size", () => {
  const now = sample.nowMs;
  assert.equal(english.ago(now, now), "now");
  assert.equal(english.ago(now + 5000, now), "now");
  assert.equal(english.ago(now - 5 * 60_000, now), "5m ago");
  assert.equal(english.ago(now - 26 * 3_600_000, now), "yesterday");
  assert.equal(english.ago(now - 800 * 86_400_000, now), "2y ago");
});

test("every placeholder of a plural is the same in all its forms", () => {
  for (const [key, text] of Object.entries(englishStrings)) {
    if (!key.endsWith(".one")) continue;
    const other = (englishStrings as Readonly<Record<string, string>>)[
      key.replace(/one$/, "other")
    ];
    assert.deepEqual(other?.match(/\{\d\}/g), text.match(/\{\d\}/g), key);
  }
});

test("lines are counted from one, the last included", () => {
  assert.equal(shortLines(sample.cite("a", 41, 63).range), "41–63");
  assert.equal(shortLines(sample.cite("a", 7, 7).range), "7");
  assert.equal(
    shortLines({ start: { line: 4, character: 2 }, end: { line: 4, character: 9 } }),
    "5",
  );
  assert.equal(
    shortLines({ start: { line: 4, character: 0 }, end: { line: 4, character: 0 } }),
    "5",
  );
});

test("a place in words", () => {
  const citation = sample.citations[0] as Citation;
  assert.equal(fileName(citation.path), "retryPolicy.ts");
  assert.equal(folderName(citation.path), "src/http");
  assert.equal(folderName("README.md"), "");
  assert.equal(
    longPlace(citation, english),
    "src/http/retryPolicy.ts, lines 41–63, RetryPolicy.delayBefore",
  );
});

test("a label that only repeats the place is dropped", () => {
  const citation = sample.citations[0] as Citation;
  for (const label of [
    "",
    "1",
    "[2]",
    "src/http/retryPolicy.ts:41-63",
    "retryPolicy.ts",
    "weird\\u{202e}.ts:3-9",
  ]) {
    assert.equal(labelAddsMeaning(label, citation), false, label);
  }
  assert.equal(labelAddsMeaning("the retry policy", citation), true);
});

test("a copied answer names places and carries no marks of Lore", () => {
  const copied = answerForClipboard(sample.answerMarkdown, sample.citations);
  assert.doesNotMatch(copied, /#cite|\{start/);
  assert.match(copied, /none\.” `src\/http\/retryPolicy\.ts:34-40`\n/);
  assert.match(copied, /```typescript\n {2}delayBefore/);
  const odd = answerForClipboard("[the `a[1].ts` file](#cite-0) [x](#cite-9)", sample.citations);
  assert.equal(odd, "the `a[1].ts` file (`src/http/retryPolicy.ts:41-63`) [x](#cite-9)");
});

test("the same place is listed once", () => {
  const sources = uniqueSources([...sample.citations, ...sample.citations]);
  assert.deepEqual(
    sources.map(({ index }) => index),
    [0, 1, 2, 3, 4, 5, 6],
  );
});

test("reasons are told strongest first, after the relation, and a reason without detail is whole", () => {
  const [first, second] = sample.recalls as readonly [Recall, Recall];
  assert.deepEqual(reasonTexts(first, english), [
    "the name matches: delay, retry",
    "the comment says: wait before an attempt",
    "is a definition",
    "is source",
  ]);
  const chinese = createTexts({ "reason.definition": "是定义：{0}" }, "zh-cn");
  assert.equal(reasonTexts(first, chinese)[2], "是定义");
  assert.equal(reasonTexts(second, english)[0], "is called by delayBefore");
  const unclear: Recall = {
    ...second,
    relation: { kind: "calledBy", of: "load", nDefinitions: 14 },
  };
  assert.equal(
    reasonTexts(unclear, english)[0],
    "uses load, or another of 14 definitions of this name",
  );
});

test("hidden characters get a name, joiners of emoji and scripts stay", () => {
  assert.equal(
    visibleText("a\u0000\u001b\u007f\u0085\u200b\u{e0041}"),
    "a␀␛␡‹U+0085›‹U+200B›‹U+E0041›",
  );
  assert.equal(visibleText("👩‍💻 می‌خواهم\tx\ny"), "👩‍💻 می‌خواهم\tx\ny");
  assert.equal(oneLine(" a\n\t b "), "a b");
});

test("no text keeps a character that acts unseen", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      assert.doesNotMatch(
        visibleText(text),
        /[\u202a-\u202e\u2066-\u2069\u001b\u0000\u200b\u200e\u200f]/,
      );
    }),
  );
});

test("a cut never splits a pair, and says how much is left out", () => {
  assert.deepEqual(clamp("ab", 2), { text: "ab", nLeftOut: 0 });
  assert.deepEqual(clamp("a😀b", 2), { text: "a", nLeftOut: 3 });
  assert.equal(
    clampLines("aaaa\nbb\ncccc", 2, (count) => `+${count}`),
    "aa +2\nbb\ncc +2",
  );
});
