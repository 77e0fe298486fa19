import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseFenceInfo } from "../../webview/fenceInfo.ts";
import { createIncrementalMarkdown } from "../../webview/incrementalMarkdown.ts";
import { createMarkdownRenderer, type Block } from "../../webview/markdown.ts";
import { createTexts } from "../../webview/texts.ts";
import { answerMarkdown } from "./sampleChat.ts";

const renderer = createMarkdownRenderer(createTexts({}, "en"));
const htmlOf = ({ pieces, list }: Block): string => {
  const inside = pieces.map((piece) => piece.html).join("");
  if (list === undefined) return inside;
  return `<${list.tag}${list.start === "" ? "" : ` start="${list.start}"`}>\n${inside}</${list.tag}>\n`;
};
const codesOf = (block: Block | undefined): readonly string[] =>
  block?.pieces.flatMap(({ codes }) => codes) ?? [];
const html = (markdown: string): string => renderer.blocks(markdown).map(htmlOf).join("");
/** The text that a reader sees. */
const shown = (markdown: string): string =>
  html(markdown)
    .replace(/<[^>]*>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&");

test("each top-level block stands alone", () => {
  const blocks = renderer.blocks("One\n\n- a\n- b\n\n```ts\nx\n```\n# H\n");
  assert.deepEqual(
    blocks.map(({ startLine }) => startLine),
    [0, 2, 5, 8],
  );
  assert.match(blocks[1] ? htmlOf(blocks[1]) : "", /^<ul>[^]*<\/ul>\n$/);
  assert.deepEqual(codesOf(blocks[2]), ["x"]);
});

test("a citation link becomes a mark, whatever its label", () => {
  assert.equal(html("[a](#cite-3)"), '<p><span data-cite="3">a</span></p>\n');
  assert.equal(
    html("[`a.ts:1`](#cite-0)"),
    '<p><span data-cite="0"><code dir="ltr">a.ts:1</code></span></p>\n',
  );
  assert.doesNotMatch(html("[a](#cite-x) [b](#cite-1x) [c](#cite-) [d](#cite--1)"), /data-cite/);
});

test("any other link is text with its address", () => {
  assert.equal(shown("[docs](https://a.example/b)"), "docs (https://a.example/b)\n");
  assert.equal(shown("<https://a.example/b>"), "https://a.example/b\n");
  assert.equal(shown("[x](javascript:alert(1))"), "x (javascript:alert(1))\n");
  assert.equal(shown("[x](data:text/html,hi 'title')"), "x (data:text/html,hi)\n");
  assert.equal(shown("https://bare.example stays"), "https://bare.example stays\n");
});

test("an image is named and not loaded", () => {
  assert.equal(
    shown("![cat](http://a.example/cat.png)"),
    "image not loaded: cat http://a.example/cat.png\n",
  );
});

test("code keeps its first line number, its citation and its text", () => {
  const [block] = renderer.blocks("```ts {start=120 cite=3}\nif (a < b) {}\n\n```\n");
  assert.match(block ? htmlOf(block) : "", /data-language="TypeScript" data-code-cite="3"/);
  assert.match(block ? htmlOf(block) : "", /<span class="gutter">120\n121<\/span>/);
  assert.deepEqual(codesOf(block), ["if (a < b) {}\n"]);
  assert.match(html("```nosuchlanguage\nx\n```"), /data-language="nosuchlanguage"/);
  assert.match(html("    indented"), /data-language=""/);
});

test("the info string of a code block", () => {
  assert.deepEqual(parseFenceInfo("ts {start=120 cite=3}"), {
    language: "ts",
    start: 120,
    cite: 3,
  });
  assert.deepEqual(parseFenceInfo("C++"), { language: "c++", start: undefined, cite: undefined });
  assert.deepEqual(parseFenceInfo("{cite=0}"), { language: "", start: undefined, cite: 0 });
  assert.deepEqual(parseFenceInfo(""), { language: "", start: undefined, cite: undefined });
  assert.deepEqual(parseFenceInfo('"><script> {start=-1 cite=1e9}'), {
    language: "",
    start: undefined,
    cite: undefined,
  });
});

test("headings stand below the turn's own", () => {
  assert.equal(html("# A\n###### B"), "<h3>A</h3>\n<h6>B</h6>\n");
});

test("a table's alignment is a class, since the page's policy forbids styles", () => {
  const table = html("|a|b|\n|:-:|--:|\n|1|2|");
  assert.doesNotMatch(table, /style=/);
  assert.match(table, /<th class="align-center">a<\/th>\s*<th class="align-right">b<\/th>/);
});

const hostile: readonly string[] = [
  "<script>window.hostileScriptRan='1'</script>",
  "<img src=x onerror=\"window.hostileScriptRan='1'\">",
  "<!-- <b>comment</b> -->",
  "<svg/onload=alert(1)>",
  "</span></div></pre><iframe src=javascript:alert(1)>",
  "&lt;b&gt; &#60;script&#62;",
  "`<b>`",
  "```html\n<script>alert(1)</script>\n```",
  '```"><script>alert(1)</script>\nx\n```',
  '[<b>x</b>](#cite-1"onclick=alert(1))',
  '[x](#cite-1 "><script>alert(1)</script>")',
  '![<b>](x"onerror=alert(1))',
  "````\n```\n<b>\n```\n````",
  "> <b>quoted</b>\n> - <i>nested</i>",
  "|<b>|\n|-|\n|<i>|",
  "# <b>\n\n<b>\n===",
  "[x]: javascript:alert(1)\n\n[x]",
];
/** Everything the renderer may write by itself. */
const ownTags =
  /<\/?(?:p|h[3-6]|ul|ol(?: start="\d+")?|li|blockquote|hr|br|strong|em|s|table|thead|tbody|tr|pre(?: dir="ltr")?|code(?: dir="ltr")?|(?:th|td)(?: class="align-(?:right|center)")?|bdi class="address"|bdi|span(?: class="[\w -]+"| data-cite="\d+")?|div(?: class="(?:table-wrap|code-block)"(?: data-language="[^"<>]*")?(?: data-code-cite="\d+")?)?)>/g;

function checkInert(markdown: string): void {
  const rest = html(markdown).replace(ownTags, "");
  assert.doesNotMatch(rest, /[<>]/, `markup of the text came through: ${markdown}`);
}

for (const markdown of hostile) {
  test(`shown as text: ${JSON.stringify(markdown)}`, () => checkInert(markdown));
}

test("no text makes markup of its own", () => {
  const pieces = fc.constantFrom(
    ..."< > \" ' & ` * _ [ ] ( ) ! # - | \n \\ : / = { } ~ + . 1".split(" "),
    "\n",
    " ",
    "    ",
    "```",
    "~~~ts {start=1 cite=2}\n",
    "<b>",
    "<!--",
    "](#cite-1)",
    "javascript:",
    "&lt;",
    "onerror=",
    "\u202e",
    "\u001b[31m",
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(pieces, fc.string({ maxLength: 8 })), { maxLength: 40 }),
      (parts) => {
        checkInert(parts.join(""));
      },
    ),
    { numRuns: 1000 },
  );
});

test("escape sequences and direction overrides are shown by name", () => {
  assert.equal(
    shown("a\u001b[31mred \u202egnp.exe\u2069 `\u0007`"),
    "a␛[31mred ‹U+202E›gnp.exe‹U+2069› ␇\n",
  );
  assert.match(html("```\n\u202e\n```"), /<span class="hidden-character">‹U\+202E›<\/span>/);
});

test("a line of a million characters is cut with a note, its code still copies whole", () => {
  const line = "x".repeat(1_000_000);
  for (const markdown of [line, `\`\`\`ts\n${line}\n\`\`\``, `# ${line}`, `[${line}](#cite-0)`]) {
    assert.ok(html(markdown).length < 50_000);
    assert.match(shown(markdown), /… 99\d,\d{3} more characters not shown/);
  }
});

test("a code block of very many lines is cut with a note", () => {
  const [block] = renderer.blocks(`\`\`\`ts {start=1}\n${"a\n".repeat(100_000)}\`\`\`\n`);
  assert.ok((block ? htmlOf(block).length : 0) < 100_000);
  assert.match(block ? htmlOf(block) : "", /… 98,000 more lines not shown/);
  assert.equal(codesOf(block)[0]?.length, 199_999);
});

/** Renders the text as it grows, cut at the given places, and returns what is then on the screen. */
function grow(text: string, cuts: readonly number[]): readonly string[] {
  const incremental = createIncrementalMarkdown(renderer);
  const screen: string[] = [];
  const steps = [...cuts.map((cut) => [text.slice(0, cut), false] as const), [text, true] as const];
  for (const [part, complete] of steps) {
    const { keep, blocks } = incremental.update(part, complete);
    screen.splice(keep, screen.length, ...blocks.map(htmlOf));
  }
  return screen;
}

const whole = (text: string): readonly string[] => renderer.blocks(text).map(htmlOf);

test("an answer that grows letter by letter ends as it would have been rendered at once", () => {
  const cuts = Array.from({ length: answerMarkdown.length }, (_, index) => index);
  assert.deepEqual(grow(answerMarkdown, cuts), whole(answerMarkdown));
});

test("any text, cut anywhere, ends as it would have been rendered at once", () => {
  const piece = fc.constantFrom(
    "word",
    " ",
    "\n",
    "\n\n",
    "- ",
    "1. ",
    "    ",
    "# ",
    "#",
    "> ",
    "```\n",
    "```",
    "~~~",
    "---",
    "***",
    "===",
    "*",
    "|a|b|\n|-|-|\n",
    "|c|",
    "[x](#cite-1)",
    "[y]: z",
    "`",
    "**",
    "\t",
    "\r\n",
    "\\",
    "  \n",
    "<b>",
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 60 }),
      fc.array(fc.nat(300), { maxLength: 20 }),
      (parts, cuts) => {
        const text = parts.join("");
        const inside = cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b);
        assert.deepEqual(grow(text, inside), whole(text));
      },
    ),
    { numRuns: 3000 },
  );
});

test("finished blocks are not rendered again", () => {
  const incremental = createIncrementalMarkdown(renderer);
  const paragraph = "A paragraph of some words.\n\n";
  incremental.update(paragraph.repeat(1000), false);
  const { keep, blocks } = incremental.update(`${paragraph.repeat(1000)}And`, false);
  assert.equal(keep, 999);
  assert.equal(blocks.length, 2);
});

test("a link that is cut in the middle waits for its end", () => {
  const incremental = createIncrementalMarkdown(renderer);
  const at = (text: string): string => incremental.update(text, false).blocks.map(htmlOf).join("");
  assert.equal(at("See [`a.ts"), "<p>See</p>\n");
  assert.equal(at("See [`a.ts`]"), "<p>See</p>\n");
  assert.equal(at("See [`a.ts`](#ci"), "<p>See</p>\n");
  assert.match(at("See [`a.ts`](#cite-1)"), /data-cite="1"/);
});

test("another text than before is rendered anew", () => {
  const incremental = createIncrementalMarkdown(renderer);
  incremental.update("One\n\nTwo\n\nThree\n\n", false);
  const { keep, blocks } = incremental.update("Uno\n\nTwo\n\n", true);
  assert.equal(keep, 0);
  assert.deepEqual(blocks.map(htmlOf), ["<p>Uno</p>\n", "<p>Two</p>\n"]);
});

test("nothing hostile takes long", () => {
  const long = 300_000;
  for (const unit of [
    "[",
    "](",
    "*",
    "_a ",
    "`",
    "> ",
    "- ",
    "|",
    "![",
    "<",
    "&",
    "[a](",
    "**a*",
    "\\",
    "~",
    "# ",
    "```\n",
    "((",
    "a:b ",
    "\u202e",
  ]) {
    const before = process.cpuUsage();
    html(unit.repeat(long / unit.length));
    html(`${unit.repeat(90)}\n`.repeat(long / 90 / unit.length));
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1000;
    assert.ok(tookMs < 4000, `${JSON.stringify(unit)} took ${Math.round(tookMs)} ms`);
  }
});
