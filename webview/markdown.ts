import MarkdownIt, { type Token } from "markdown-it";
import { escapeHtml, highlight, languageLabel } from "./codeHighlight.ts";
import { parseFenceInfo } from "./fenceInfo.ts";
import type { Texts } from "./texts.ts";
import { turnOfAddress } from "./turnLinks.ts";
import { clamp, clampLines, markHidden } from "./visibleText.ts";

/** Longest line of text and of a code block that is shown whole, in UTF-16 code units. */
const maxTextLine = 10_000;
/** Longest paragraph or table cell that is shown whole, in UTF-16 code units. */
const maxParagraph = 50_000;
const maxCodeLine = 2_000;
/** Most lines of one code block that are shown. */
const maxCodeLines = 2_000;

/** HTML that holds nothing of the text but escaped characters. */
export interface Piece {
  readonly html: string;
  /** The code of each code block in it as it was written, in order; for copying. */
  readonly codes: readonly string[];
}

/** One top-level block of a text. A list comes item by item, so that a long one can grow at its end. */
export interface Block {
  readonly pieces: readonly Piece[];
  /** Present when the pieces are the items of a list; `start` is the number of the first. */
  readonly list: { readonly tag: "ul" | "ol"; readonly start: string } | undefined;
  /** First source line, zero-based, of the text that was rendered. */
  readonly startLine: number;
}

/** Renders the markdown of answers. Blocks do not depend on each other, so a text can be rendered piecewise. */
export interface MarkdownRenderer {
  /** Returns the text's top-level blocks in order. Lines end with a line feed. */
  blocks(markdown: string): readonly Block[];
}

/**
 * Returns a renderer. Raw HTML is text, images are never loaded, and links lead nowhere: a link to
 * `#cite-N` becomes `<span data-cite="N">`, one to `#mark-N` `<span data-mark="N">`, one to `#turn-C/T`
 * `<span data-said="C/T">`, any other link its label with the address beside it.
 */
export function createMarkdownRenderer(texts: Texts): MarkdownRenderer {
  const parser = new MarkdownIt({ html: false, linkify: false, typographer: false });
  // A definition far below would change blocks that are on the screen already.
  parser.disable("reference");
  // Every address is shown as text, so none needs to be refused; refusing would leave half a link as markdown.
  parser.validateLink = () => true;
  const moreCharacters = (count: number): string =>
    texts.text("markdown.moreCharacters", texts.number(count));

  // Before the inline rules run, whose time grows with the line; code keeps its whole text for copying.
  parser.core.ruler.before("inline", "clampLines", ({ tokens }) => {
    for (const token of tokens) {
      if (token.type !== "inline") continue;
      const lines = clampLines(token.content, maxTextLine, moreCharacters);
      const { text, nLeftOut } = clamp(lines, maxParagraph);
      token.content = nLeftOut === 0 ? text : `${text} ${moreCharacters(nLeftOut)}`;
    }
  });

  const rules = parser.renderer.rules;
  rules.text = (tokens, index) => escapedText(tokens[index]?.content ?? "");
  rules.code_inline = (tokens, index) =>
    `<code dir="ltr">${escapedText(tokens[index]?.content ?? "")}</code>`;
  rules.image = (tokens, index) => {
    const label = [tokens[index]?.content, tokens[index]?.attrGet("src")].filter(Boolean).join(" ");
    const text = texts.text("markdown.image", clamp(label, maxCodeLine).text);
    return `<span class="inert-image">${escapedText(text)}</span>`;
  };
  rules.link_open = (tokens, index) => {
    const cite = citeIndex(addressOf(tokens[index]));
    if (cite !== undefined) return `<span data-cite="${cite}">`;
    const mark = markIndex(addressOf(tokens[index]));
    if (mark !== undefined) return `<span data-mark="${mark}">`;
    const said = turnOfAddress(addressOf(tokens[index]));
    return said === undefined ? `<span class="inert-link">` : `<span data-said="${said}">`;
  };
  rules.link_close = (tokens, index) => `${addressBeside(tokens, index)}</span>`;
  rules.fence = (tokens, index) =>
    codeBlock(tokens[index]?.content ?? "", tokens[index]?.info ?? "");
  rules.code_block = (tokens, index) => codeBlock(tokens[index]?.content ?? "", "");
  // The turn's own heading is the second level.
  rules.heading_open = (tokens, index) => `<${lowerHeading(tokens[index]?.tag)}>`;
  rules.heading_close = (tokens, index) => `</${lowerHeading(tokens[index]?.tag)}>\n`;
  rules.table_open = () => `<div class="table-wrap"><table>\n`;
  rules.table_close = () => `</table></div>\n`;
  rules.th_open = (tokens, index) => `<th${alignment(tokens[index])}>`;
  rules.td_open = (tokens, index) => `<td${alignment(tokens[index])}>`;

  function codeBlock(content: string, info: string): string {
    const { language, start, cite } = parseFenceInfo(info);
    const lines = withoutLastNewline(content).split("\n");
    const shown = lines.slice(0, maxCodeLines);
    const code = markHidden(
      highlight(clampLines(shown.join("\n"), maxCodeLine, moreCharacters), language),
    );
    const nLeftOut = lines.length - shown.length;
    const data = [
      `data-language="${escapeHtml(languageLabel(language) ?? "")}"`,
      ...(cite === undefined ? [] : [`data-code-cite="${cite}"`]),
    ];
    const gutter =
      start === undefined ? "" : `<span class="gutter">${lineNumbers(start, shown.length)}</span>`;
    const note =
      nLeftOut === 0
        ? ""
        : `<p class="note">${texts.text("markdown.moreLines", texts.number(nLeftOut))}</p>`;
    return `<div class="code-block" ${data.join(" ")}><pre dir="ltr">${gutter}<code>${code}</code></pre>${note}</div>\n`;
  }

  const pieceOf = (tokens: Token[]): Piece => ({
    html: parser.renderer.render(tokens, parser.options, {}),
    codes: tokens
      .filter(({ type }) => type === "fence" || type === "code_block")
      .map(({ content }) => withoutLastNewline(content)),
  });

  function blockOf(tokens: Token[]): Block {
    const [first] = tokens;
    const startLine = first?.map?.[0] ?? 0;
    const tag = first?.tag;
    if (tag !== "ul" && tag !== "ol")
      return { pieces: [pieceOf(tokens)], list: undefined, startLine };
    const items = splitAtLevel(tokens.slice(1, -1), 1);
    const start = String(first?.attrGet("start") ?? "");
    return { pieces: items.map(pieceOf), list: { tag, start }, startLine };
  }

  return { blocks: (markdown) => splitAtLevel(parser.parse(markdown, {}), 0).map(blockOf) };
}

/** Returns the tokens of each element that stands at the nesting level, in order. */
function splitAtLevel(tokens: Token[], level: number): Token[][] {
  const groups: Token[][] = [];
  let from = 0;
  tokens.forEach((token, index) => {
    if (token.level !== level || token.nesting === 1) return;
    groups.push(tokens.slice(from, index + 1));
    from = index + 1;
  });
  return groups;
}

function escapedText(text: string): string {
  return markHidden(escapeHtml(text));
}

function withoutLastNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

function lowerHeading(tag: string | undefined): string {
  return `h${Math.min(6, Number(tag?.slice(1) ?? 1) + 2)}`;
}

/** The parser writes a `style` attribute, which the page's policy forbids. */
function alignment(token: Token | undefined): string {
  const side = /right|center/.exec(String(token?.attrGet("style") ?? ""))?.[0];
  return side === undefined ? "" : ` class="align-${side}"`;
}

function addressOf(token: Token | undefined): string {
  return String(token?.attrGet("href") ?? "");
}

/** Returns what follows the label of the link that ends at `close`: its address, unless the label shows it. */
function addressBeside(tokens: readonly Token[], close: number): string {
  let open = close;
  while (open > 0 && tokens[open]?.type !== "link_open") open--;
  const address = addressOf(tokens[open]);
  if (address === "" || citeIndex(address) !== undefined) return "";
  if (markIndex(address) !== undefined || turnOfAddress(address) !== undefined) return "";
  const label = tokens
    .slice(open + 1, close)
    .map(({ content }) => content)
    .join("");
  if (label === address) return "";
  return ` <bdi class="address">(${escapedText(clamp(address, maxCodeLine).text)})</bdi>`;
}

function lineNumbers(start: number, count: number): string {
  return Array.from({ length: count }, (_, index) => String(start + index)).join("\n");
}

function citeIndex(address: string): number | undefined {
  const digits = /^#cite-(\d{1,9})$/.exec(address)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function markIndex(address: string): number | undefined {
  const digits = /^#mark-(\d{1,9})$/.exec(address)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
