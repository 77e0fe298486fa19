import assert from "node:assert/strict";
import { test } from "node:test";
import MarkdownIt from "markdown-it";
import { conversationMarkdown } from "../../../extension/chat/conversationMarkdown.ts";
import type { Prose } from "../../../protocol/prose.ts";
import type { Citation, CitationCheck, Turn } from "../../../protocol/types.ts";
import { makeTurn } from "../../server/memory/conversationTurns.ts";
import { translate } from "../translate.ts";

function cite(path: string, first: number, last: number, more: Partial<Citation> = {}): Citation {
  const range = { start: { line: first - 1, character: 0 }, end: { line: last, character: 0 } };
  return { rootId: "r", path, range, contentHash: "0011223344556677", ...more };
}
const current = (citation: Citation): CitationCheck => ({ kind: "current", citation, text: "" });
const document = (...turns: readonly { turn: Turn; checks: readonly CitationCheck[] }[]): string =>
  conversationMarkdown(
    "Retries",
    turns.map((each) => ({ proseChecks: [], ...each })),
    translate,
  );

function proseOf(fields: Partial<Prose>): Prose {
  const nothing = { markdown: "", citations: [], marks: [], nSentences: 0, nSupported: 0 };
  return { ...nothing, model: "Model", state: "done", ...fields };
}

test("each citation has its lines, its commit or hash, and what became of it", () => {
  const citations = [
    cite("src/a.ts", 12, 40),
    cite("src/b.ts", 3, 3, { commit: "a".repeat(40) }),
    cite("src/c.ts", 1, 2),
    cite("src/d.ts", 5, 6),
    cite("src/e.ts", 7, 8),
  ];
  const text =
    "`RetryPolicy` decides [`src/a.ts:12-40`](#cite-0), before [x](#cite-1) and [y](#cite-9).\n\n```ts {start=12 cite=0}\nconst a = 1;\n```\n\nYou said [earlier](#turn-c/t).";
  const checks: CitationCheck[] = [
    current(citations[0] as Citation),
    current(citations[1] as Citation),
    { kind: "moved", citation: cite("src/c.ts", 11, 12), text: "" },
    { kind: "stale" },
    { kind: "gone" },
  ];
  const question = makeTurn({ text: "Where is it?", createdMs: Date.UTC(2026, 2, 2, 10, 5) });
  const answer = makeTurn({ id: "a", role: "lore", text, citations });
  assert.equal(
    document({ turn: question, checks: [] }, { turn: answer, checks }),
    `# Retries

## Where is it?

*2026-03-02 10:05 UTC*

\`RetryPolicy\` decides \`src/a.ts:12-40\` [1], before x [2] and [y]\\(#cite-9).

\`\`\`ts
const a = 1;
\`\`\`

You said earlier.

**Sources**

1. \`src/a.ts:12-40\` (text 0011223344556677)
2. \`src/b.ts:3\` (commit aaaaaaaaaaaa)
3. \`src/c.ts:1-2\` (text 0011223344556677) — now at \`src/c.ts:11-12\`
4. \`src/d.ts:5-6\` (text 0011223344556677) — **has changed since**
5. \`src/e.ts:7-8\` (text 0011223344556677) — **no longer there**
`,
  );
});

test("what a model wrote stands above its evidence, with its marks in words", () => {
  const shown = cite("src/a.ts", 12, 40);
  const turn = makeTurn({
    ...{ id: "a", role: "lore", text: "It is [x](#cite-0).", citations: [shown] },
    prose: proseOf({
      markdown:
        "It retries [`src/b.ts:3`](#cite-0). It never stops.[*](#mark-0) It calls `halt`.[*](#mark-1)",
      citations: [cite("src/b.ts", 3, 3)],
      marks: [
        { fault: "noCitation", detail: "" },
        { fault: "nameNotInEvidence", detail: "halt" },
      ],
      ...{ nSentences: 3, nSupported: 1 },
    }),
  });
  assert.equal(
    conversationMarkdown(
      "Retries",
      [{ turn, checks: [current(shown)], proseChecks: [{ kind: "stale" }] }],
      translate,
    ),
    `# Retries

*Written by Model from the evidence below*

It retries \`src/b.ts:3\` [1]. It never stops. *(Not supported: cites no place)* It calls \`halt\`. *(Not supported: not in the cited lines: halt)*

*1 of 3 sentences are supported by what they cite.*

**Sources**

1. \`src/b.ts:3\` (text 0011223344556677) — **has changed since**

### Evidence

It is x [1].

**Sources**

1. \`src/a.ts:12-40\` (text 0011223344556677)
`,
  );
});

test("a model that failed says why, and its evidence stands", () => {
  const prose = proseOf({ markdown: "", state: "failed", failure: "offline" });
  const turn = makeTurn({ id: "a", role: "lore", text: "It is here.", prose });
  const lines = document({ turn, checks: [] }).split("\n\n");
  assert.match(lines[1] ?? "", /^\*Nothing answers at the model’s address\./);
  assert.deepEqual(lines.slice(2), ["### Evidence", "It is here.\n"]);
});

test("what a user asked and what a file is called becomes no markup, link or image", () => {
  const hostile = "![x](http://evil/x.png) <img src=y> [a](b)\n# head\n`code` http://evil";
  const citations = [cite("a`](http://evil).ts", 1, 1), cite("<img src=z>\n# x.ts", 1, 1)];
  const written =
    "![x](http://evil) [a](http://evil) <img src=x> http://evil www.evil.com a@evil.com [r][1]\n\n[1]: http://evil\n\n`<b>` and \\<i>\n";
  const markdown = conversationMarkdown(
    hostile,
    [
      { turn: makeTurn({ text: hostile }), checks: [], proseChecks: [] },
      { turn: makeTurn({ id: "a", role: "lore", citations }), checks: [], proseChecks: [] },
      { turn: makeTurn({ id: "b", role: "lore", text: written }), checks: [], proseChecks: [] },
      {
        turn: makeTurn({
          ...{ id: "c", role: "lore" },
          prose: proseOf({
            markdown: `${written} [*](#mark-0)`,
            model: hostile,
            marks: [{ fault: "nameNotInEvidence", detail: hostile }],
          }),
        }),
        ...{ checks: [], proseChecks: [] },
      },
    ],
    translate,
  );
  const html = new MarkdownIt({ html: true, linkify: true }).render(markdown);
  assert.ok(!/<(?:img|a)\b/.test(html), html);
  assert.equal(html.match(/<h[123]>/g)?.length, 3, html);
});
