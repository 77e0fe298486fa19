import assert from "node:assert/strict";
import { test } from "node:test";
import { packagedMarkdown } from "../../scripts/packagedMarkdown.ts";

const places: Readonly<Record<string, string>> = {
  "docs/guide.md": "docs/guide.md",
  "media/answer.png": "media/answer.png",
  "CHANGELOG.md": "changelog.md",
};

for (const [what, file, markdown, packaged] of [
  ["a link to what is there stays", "README.md", "[a](docs/guide.md#b)", "[a](docs/guide.md#b)"],
  ["one to what is not there is its text", "README.md", "See [`b`](bench/b.md#c).", "See `b`."],
  ["one to a renamed file follows it", "README.md", "[c](CHANGELOG.md)", "[c](changelog.md)"],
  ["a picture stays", "docs/guide.md", "![a](../media/answer.png)", "![a](../media/answer.png)"],
  ["one that is not there is its words", "docs/guide.md", "![a b](../media/b.png)", "a b"],
  ["a neighbour is found", "docs/cli.md", "[g](guide.md) [h](other.md)", "[g](guide.md) h"],
  ["two in a line", "docs/a.md", "[1](x.md), [2](../CHANGELOG.md)", "1, [2](../changelog.md)"],
  [
    "addresses and anchors stay",
    "a.md",
    "[a](https://b.c/d) [e](#f)",
    "[a](https://b.c/d) [e](#f)",
  ],
  ["code is no link", "a.md", "`[a](b.md)` [`c`](d.md)", "`[a](b.md)` `c`"],
  ["nor is a block of code", "a.md", "```\n[a](b.md)\n```\n[c](d.md)", "```\n[a](b.md)\n```\nc"],
] as const)
  test(`in a package, ${what}`, () => {
    assert.equal(
      packagedMarkdown(markdown, file, (each) => places[each]),
      packaged,
    );
  });
