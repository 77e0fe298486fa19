import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Citation } from "../../../protocol/types.ts";
import { linesOf, placeText } from "../../../server/cli/places.ts";
import { safe, safeLine, Terminal } from "../../../server/cli/terminal.ts";
import { renderForTerminal } from "../../../server/cli/terminalMarkdown.ts";

const citations: Citation[] = [
  {
    rootId: "r",
    path: "src/retry.ts",
    range: { start: { line: 11, character: 0 }, end: { line: 30, character: 0 } },
    contentHash: "0",
  },
];

function check(markdown: string, expected: string): void {
  assert.equal(
    renderForTerminal(markdown, citations, (_style, text) => text),
    expected,
  );
}

describe("an answer in the terminal", () => {
  it("shows a citation as its place, once", () => {
    check("See [`src/retry.ts:12-30`](#cite-0).", "See src/retry.ts:12-30.");
    check("See [the policy](#cite-0).", "See the policy (src/retry.ts:12-30).");
  });

  it("shows a link that is no citation as its label", () => {
    check("[a](#cite-9) [b](https://x.example)", "a b");
  });

  it("numbers the lines of code that says where it starts", () => {
    check(
      "```typescript {start=9 cite=0}\nlet a\n\nlet b\n```\n\nafter",
      "   9 | let a\n  10 |\n  11 | let b\n\nafter",
    );
  });

  it("keeps headings, lists and emphasis readable", () => {
    check(
      "## Where\n\n- **one** `code`\n- two\n\n1. first\n2. second\n   - inner\n\n> quoted",
      "Where\n\n- one code\n- two\n\n1. first\n2. second\n  - inner\n\n> quoted",
    );
  });

  it("undoes the escapes that protect workspace text", () => {
    check("a\\_b\\*c \\<script\\> foo\\.bar", "a_b*c <script> foo.bar");
  });

  it("shows hostile characters instead of sending them to the terminal", () => {
    const text = renderForTerminal(
      "a\x1b[31mred `b\x1b]0;t\x07` \u202eevil\n\n```text\nx\ry\x9b2J\n```\n\n<b>&amp;\n\n[`x\x1b`](#cite-0)",
      [{ ...citations[0], path: "src/\x1b[2J\u202e.ts" } as Citation],
      (_style, shown) => shown,
    );
    assert.doesNotMatch(text, /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    assert.match(text, /\\u\{1b\}\[31mred/);
    assert.match(text, /src\/\\u\{1b\}\[2J\\u\{202e\}\.ts:12-30/);
  });
});

describe("places", () => {
  it("count lines from one and include the last", () => {
    const range = (startLine: number, endLine: number, endCharacter: number) => ({
      start: { line: startLine, character: 0 },
      end: { line: endLine, character: endCharacter },
    });
    assert.deepEqual(linesOf(range(0, 3, 0)), { startLine: 1, endLine: 3 });
    assert.deepEqual(linesOf(range(0, 3, 1)), { startLine: 1, endLine: 4 });
    assert.deepEqual(linesOf(range(4, 4, 0)), { startLine: 5, endLine: 5 });
    assert.equal(
      placeText({ ...citations[0], range: range(2, 2, 5) } as Citation),
      "src/retry.ts:3",
    );
  });
});

describe("the terminal", () => {
  const stream = (isTTY: boolean) => ({ isTTY, write: () => {} });

  it("colours only what a person reads, and not against NO_COLOR", () => {
    const styled = (isTTY: boolean, env: NodeJS.ProcessEnv): string =>
      new Terminal(stream(isTTY), stream(isTTY), env).style("place", "x");
    assert.notEqual(styled(true, {}), "x");
    assert.equal(styled(false, {}), "x");
    assert.equal(styled(true, { NO_COLOR: "1" }), "x");
    assert.notEqual(styled(true, { NO_COLOR: "" }), "x");
    assert.equal(styled(true, { TERM: "dumb" }), "x");
  });

  it("keeps line breaks and tabs of foreign text and nothing else that acts", () => {
    assert.equal(safe("a\r\nb\tc"), "a\nb\tc");
    assert.equal(safe("a\rb\x0cc\x00"), "a\\u{d}b\\u{c}c\\u{0}");
    assert.equal(safeLine("a\nb"), "a\\nb");
    assert.equal(safe("日本語 é 👩‍👩‍👧"), "日本語 é 👩‍👩‍👧");
  });
});
