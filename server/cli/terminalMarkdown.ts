import MarkdownIt, { type Token } from "markdown-it";
import type { Citation } from "../../protocol/types.ts";
import { placeText } from "./places.ts";
import { safe, safeLine, type Style } from "./terminal.ts";

/** Gives text a style; returns it unchanged where there are no colours. */
export type ApplyStyle = (style: Style, text: string) => string;

/** Markdown as plain text for a terminal; a link to a citation becomes its place, `path:3-9`. */
export function renderForTerminal(
  markdown: string,
  citations: readonly Citation[],
  style: ApplyStyle,
): string {
  const renderer = new Renderer(citations, style);
  return renderer.render(parser.parse(markdown, {}));
}

const parser = new MarkdownIt({ html: false, linkify: false });

interface OpenList {
  /** The number of the next item, `undefined` in a list without numbers. */
  next: number | undefined;
}

class Renderer {
  readonly #citations: readonly Citation[];
  readonly #style: ApplyStyle;
  readonly #blocks: string[] = [];
  readonly #lists: OpenList[] = [];
  #quotes = 0;
  #bullet = "";
  #heading = false;

  constructor(citations: readonly Citation[], style: ApplyStyle) {
    this.#citations = citations;
    this.#style = style;
  }

  render(tokens: readonly Token[]): string {
    for (const token of tokens) this.#block(token);
    return this.#blocks
      .join("")
      .replace(/\n{3,}/g, "\n\n")
      .replace(/^\n+/, "")
      .trimEnd();
  }

  #block(token: Token): void {
    switch (token.type) {
      case "heading_open":
        this.#heading = true;
        break;
      case "heading_close":
        this.#heading = false;
        break;
      case "bullet_list_open":
        this.#lists.push({ next: undefined });
        break;
      case "ordered_list_open":
        this.#lists.push({ next: Number(token.attrGet("start") ?? 1) });
        break;
      case "bullet_list_close":
      case "ordered_list_close":
        this.#lists.pop();
        this.#blocks.push("\n");
        break;
      case "list_item_open":
        this.#bullet = this.#nextBullet();
        break;
      case "blockquote_open":
        this.#quotes++;
        break;
      case "blockquote_close":
        this.#quotes--;
        break;
      case "inline":
        this.#text(this.#inline(token.children ?? []), token.level);
        break;
      case "fence":
      case "code_block":
        this.#code(token);
        break;
      case "hr":
        this.#text("-".repeat(20), 0);
        break;
    }
  }

  #text(text: string, level: number): void {
    const shown = this.#heading ? this.#style("heading", text) : text;
    const first = this.#margin() + this.#bullet;
    const rest = this.#margin() + " ".repeat(this.#bullet.length);
    this.#bullet = "";
    const inTightList = this.#lists.length > 0 && level > 0;
    this.#blocks.push(`${first}${shown.replaceAll("\n", `\n${rest}`)}\n${inTightList ? "" : "\n"}`);
  }

  /** Lines of a code block are numbered when the block says where it starts. */
  #code({ content, info }: Token): void {
    const startLine = /\bstart=(\d{1,9})\b/.exec(info)?.[1];
    const lines = safe(content.replace(/\n$/, "")).split("\n");
    const width = startLine === undefined ? 0 : String(Number(startLine) + lines.length - 1).length;
    const shown = lines.map((line, idx) => {
      const number = startLine === undefined ? "" : String(Number(startLine) + idx).padStart(width);
      return `${this.#margin()}  ${this.#style("quiet", number === "" ? "|" : `${number} |`)} ${line}`;
    });
    this.#blocks.push(`${shown.map((line) => line.trimEnd()).join("\n")}\n\n`);
  }

  #inline(tokens: readonly Token[]): string {
    let text = "";
    let link: { readonly href: string; readonly from: number } | undefined;
    for (const token of tokens) {
      switch (token.type) {
        case "text":
        case "text_special":
          text += safe(token.content);
          break;
        case "code_inline":
          text +=
            link === undefined
              ? this.#style("code", safeLine(token.content))
              : safeLine(token.content);
          break;
        case "softbreak":
        case "hardbreak":
          text += "\n";
          break;
        case "link_open":
          link = { href: String(token.attrGet("href") ?? ""), from: text.length };
          break;
        case "link_close":
          if (link !== undefined) {
            text = text.slice(0, link.from) + this.#link(link.href, text.slice(link.from));
          }
          link = undefined;
          break;
        case "image":
          text += safeLine(token.content);
          break;
      }
    }
    return text;
  }

  #link(href: string, label: string): string {
    const idx = /^#cite-(\d{1,6})$/.exec(href)?.[1];
    const citation = idx === undefined ? undefined : this.#citations[Number(idx)];
    if (citation === undefined) return label;
    const place = placeText(citation);
    const shown = this.#style("place", place);
    return label === place || label === "" ? shown : `${label} (${shown})`;
  }

  #margin(): string {
    const nested = "  ".repeat(Math.max(0, this.#lists.length - 1));
    return "> ".repeat(this.#quotes) + nested;
  }

  #nextBullet(): string {
    const list = this.#lists.at(-1);
    if (list?.next === undefined) return "- ";
    return `${list.next++}. `;
  }
}
