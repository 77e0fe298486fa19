import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { markdownLine, messageLine, oneLine, pickLabel } from "../../extension/displayText.ts";

test("ordinary text of any language stays as it is", () => {
  for (const text of ["src/a b.ts", "日本語.md", "café—x", "👩‍💻.txt", "<b>&amp;`*_"]) {
    assert.equal(oneLine(text), text);
  }
});

test("controls, line breaks and reordering marks become visible", () => {
  assert.equal(oneLine("a\nb\r\u2028c"), "a\\u{a}b\\u{d}\\u{2028}c");
  assert.equal(oneLine("gpj.\u202eexe"), "gpj.\\u{202e}exe");
  assert.equal(oneLine("\u001b[31mred"), "\\u{1b}[31mred");
  assert.equal(oneLine("a\tb\ud800"), "a b\\u{d800}");
});

test("words written in characters that show nothing become visible", () => {
  const hidden = String.fromCodePoint(...[..."rm"].map((char) => 0xe0000 + char.charCodeAt(0)));
  assert.equal(markdownLine(`tabs${hidden}`), "tabs\\\\u\\{e0072\\}\\\\u\\{e006d\\}");
  assert.equal(oneLine("a\u200bb\u2060c\u00add"), "a\\u{200b}b\\u{2060}c\\u{ad}d");
});

test("no address is left that the editor makes a link of by itself", () => {
  for (const [address, shown] of [
    ["http://evil.example", "http\\://evil\\.example"],
    ["www.evil.example", "www\\.evil\\.example"],
    ["www.-evil-.example", "www\\.-evil-.example"],
    ["a@evil.example", "a\\@evil\\.example"],
  ] as const)
    assert.equal(markdownLine(address), shown);
});

test("long text is cut, a megabyte as fast as a page", () => {
  const startMs = performance.now();
  assert.equal(oneLine("x".repeat(1_000_000), 10), "xxxxxxxxxx…");
  assert.ok(performance.now() - startMs < 50);
});

test("a label never draws an icon", () => {
  assert.equal(pickLabel("$(bug) $(sync~spin)"), "\\$(bug) \\$(sync~spin)");
});

test("a message never draws a link, which could run a command", () => {
  // What the editor takes for a link in the text of a message.
  const link = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)[^)\s]+/i;
  for (const address of ["command:workbench.action.quit", "https://example.com/a", "file:///a"]) {
    const text = `Fix [the cache](${address}) and [x](${address} "title")`;
    assert.match(oneLine(text), link);
    assert.doesNotMatch(messageLine(text), link);
  }
  assert.equal(messageLine("x".repeat(20), 10), "xxxxxxxxxx…");
});

test("the result is one line without invisible characters, whatever comes in", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.ok(
        !/[\p{Cc}\u00ad\u200b\u2028-\u202e\u2060-\u206f\u{e0000}-\u{e007f}]/u.test(oneLine(text)),
      );
    }),
  );
});
