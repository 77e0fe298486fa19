/** Whether anything that a model wrote acts once it is shown: in a renderer that lets everything act. */
import MarkdownIt from "markdown-it";
import type { CheckedProse } from "../../protocol/prose.ts";
import type { Citation } from "../../protocol/types.ts";

/** More than the chat and the terminal allow. */
const generous = new MarkdownIt({ html: true, linkify: true, typographer: true });

/** What acts of a checked text. */
export interface Acted {
  /** Links other than to checked citations and marks. */
  readonly links: readonly string[];
  readonly images: readonly string[];
  readonly html: readonly string[];
  /** Characters that hide text, turn it round, or command a terminal. */
  readonly controls: readonly string[];
}

/** Returns everything in checked prose that would act. `known` are the citations that may be linked. */
export function actedIn(
  { markdown, citations, marks }: CheckedProse,
  known: readonly Citation[],
): Acted {
  const tokens = generous
    .parse(markdown, {})
    .flatMap((token) => [token, ...(token.children ?? [])]);
  const hashes = new Set(known.map(({ contentHash }) => contentHash));
  const isOurs = (href: string): boolean => {
    const [, kind, n = ""] = /^#(cite|mark)-(\d+)$/.exec(href) ?? [];
    if (kind === "mark") return marks[Number(n)] !== undefined;
    return kind === "cite" && hashes.has(citations[Number(n)]?.contentHash ?? "");
  };
  const of = (...types: string[]): typeof tokens =>
    tokens.filter(({ type }) => types.includes(type));
  return {
    links: of("link_open")
      .map((token) => String(token.attrGet("href")))
      .filter((href) => !isOurs(href)),
    images: of("image").map((token) => String(token.attrGet("src"))),
    html: of("html_block", "html_inline").map(({ content }) => content),
    controls:
      markdown.match(
        /[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu,
      ) ?? [],
  };
}

/** How many things act. */
export function countOf({ links, images, html, controls }: Acted): number {
  return links.length + images.length + html.length + controls.length;
}
