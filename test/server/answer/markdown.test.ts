import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import MarkdownIt from "markdown-it";
import {
  citeLink,
  code,
  codeBlock,
  listed,
  prose,
  shortened,
} from "../../../server/answer/markdown.ts";
import { hostileText } from "./hostileText.ts";

/** A renderer that lets everything through, so that only the escaping protects. */
const loose = new MarkdownIt({ html: true, linkify: true, typographer: false, breaks: true });

interface Shown {
  readonly text: string;
  readonly kinds: ReadonlySet<string>;
}
function shownBy(markdown: string): Shown {
  const kinds = new Set<string>();
  let text = "";
  for (const block of loose.parse(markdown, {})) {
    kinds.add(block.type);
    for (const token of block.children ?? []) {
      kinds.add(token.type);
      text += token.content;
    }
  }
  return { text, kinds };
}

test("prose shows hostile text as one plain line", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const { kinds, text: shown } = shownBy(`> ${prose(text)}`);
      for (const kind of kinds) {
        assert.match(
          kind,
          /^(?:blockquote_(?:open|close)|paragraph_(?:open|close)|inline|text)$/,
          `${kind} in ${prose(text)}`,
        );
      }
      assert.ok(!/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]/.test(shown));
    }),
    { numRuns: 3000 },
  );
});

test("prose keeps ordinary text as it is", () => {
  for (const text of [
    "It doubles, a `x*y` later.",
    "See a_b and [this](http://x.y) & <b>",
    "1. one #2 - three",
    "e.g. foo.bar(x)",
    "重试 策略",
  ]) {
    assert.equal(shownBy(prose(text)).text, text);
  }
});

test("a code span shows exactly its line", () => {
  fc.assert(
    fc.property(hostileText, hostileText, (first, second) => {
      const { kinds } = shownBy(`- ${code(first)} and ${prose(second)} in ${code(second)}`);
      assert.ok(
        !kinds.has("link_open") &&
          !kinds.has("html_inline") &&
          !kinds.has("html_block") &&
          !kinds.has("image"),
      );
    }),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("`", " ", "a", "\\", "[", "*"), minLength: 1 }),
      (text) => {
        fc.pre(text.trim() !== "");
        assert.equal(shownBy(`x ${code(text)} y`).text, `x ${text} y`);
      },
    ),
    { numRuns: 1000 },
  );
});

test("a link leads to its citation, whatever its label", () => {
  fc.assert(
    fc.property(hostileText, fc.nat(50), (label, n) => {
      const inline = loose
        .parse(`- ${citeLink(label, n)}: x`, {})
        .find(({ type }) => type === "inline");
      const links = (inline?.children ?? []).filter(({ type }) => type === "link_open");
      assert.deepEqual(
        links.map((link) => link.attrGet("href")),
        [`#cite-${n}`],
      );
    }),
    { numRuns: 2000 },
  );
});

test("a code block shows exactly its text", () => {
  fc.assert(
    fc.property(hostileText, hostileText, fc.nat(9), (text, language, n) => {
      const normal = text.replace(/\r\n?/g, "\n");
      const tokens = loose.parse(`before\n\n${codeBlock(normal, language, 4, n)}\nafter`, {});
      const fence = tokens.filter(({ type }) => type === "fence");
      assert.equal(fence.length, 1);
      assert.equal(fence[0]?.content, `${normal.replaceAll("\0", "\ufffd")}\n`);
      assert.match(fence[0]?.info ?? "", new RegExp(`^[\\w+#-]+ \\{start=5 cite=${n}\\}$`));
      assert.equal(tokens.at(-2)?.content, "after");
    }),
    { numRuns: 2000 },
  );
});

test("small words", () => {
  assert.equal(listed(["a", "b", "c"]), "a, b and c");
  assert.equal(listed([]), "");
  assert.equal(shortened("ab🎉cd", 3), "ab…");
  assert.equal(code(" \n "), "(empty)");
  assert.equal(code("a\u202eb\u001b[31m"), "`a\\u{202e}b\\u{1b}[31m`");
});
