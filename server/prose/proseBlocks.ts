/** Reads a model's markdown into blocks; what would link, show an image or be HTML is text. */
import MarkdownIt, { type Token } from "markdown-it";
import { atomsOf, type Atom } from "./atoms.ts";

/** A list item or a quotation around a block: what its first line begins with, and its others. */
export interface Around {
  readonly first: string;
  readonly rest: string;
}

/** Where a block stands. */
export interface Placed {
  /** From outside to inside; the same object for all blocks in it. */
  readonly around: readonly Around[];
  /** No blank line stands before it when the block before is of the same list. */
  readonly isTight: boolean;
  /** Which of the outermost lists it is in, from 1; 0 for none. */
  readonly list: number;
}
export type ProseBlock = Placed &
  (
    | { readonly kind: "paragraph"; readonly atoms: readonly Atom[] }
    | { readonly kind: "heading"; readonly level: number; readonly atoms: readonly Atom[] }
    | { readonly kind: "code"; readonly language: string; readonly text: string }
    /** Cells by rows; the first row is the head. */
    | { readonly kind: "table"; readonly rows: readonly (readonly (readonly Atom[])[])[] }
    | { readonly kind: "rule" }
  );

const parser = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable([
  "link",
  "image",
  "autolink",
  "reference",
  "html_block",
  "html_inline",
]);

/** Returns the blocks of a markdown text, in order. */
export function proseBlocks(markdown: string): ProseBlock[] {
  const reader = new BlockReader();
  for (const token of parser.parse(markdown, {})) reader.add(token);
  return reader.blocks;
}

class BlockReader {
  readonly blocks: ProseBlock[] = [];
  readonly #around: Around[] = [];
  /** Numbers of the next items of open lists, `undefined` in a list without numbers. */
  readonly #lists: (number | undefined)[] = [];
  #nLists = 0;
  #heading = 0;
  #isTight = false;
  #rows: Atom[][][] | undefined;

  add(token: Token): void {
    switch (token.type) {
      case "heading_open":
        this.#heading = Number(token.tag.slice(1));
        break;
      case "heading_close":
        this.#heading = 0;
        break;
      case "paragraph_open":
        this.#isTight = token.hidden;
        break;
      case "bullet_list_open":
        this.#openList(undefined);
        break;
      case "ordered_list_open":
        this.#openList(Number(token.attrGet("start") ?? 1));
        break;
      case "bullet_list_close":
      case "ordered_list_close":
        this.#lists.pop();
        break;
      case "list_item_open":
        this.#around.push(this.#item());
        break;
      case "blockquote_open":
        this.#around.push({ first: "> ", rest: "> " });
        break;
      case "list_item_close":
      case "blockquote_close":
        this.#around.pop();
        break;
      case "table_open":
        this.#rows = [];
        break;
      case "tr_open":
        this.#rows?.push([]);
        break;
      case "table_close":
        this.#put({ kind: "table", rows: this.#rows ?? [] }, false);
        this.#rows = undefined;
        break;
      case "inline":
        this.#inline(atomsOf(token.children ?? []));
        break;
      case "fence":
      case "code_block": {
        const [language = ""] = token.info.trim().split(/\s+/);
        this.#put({ kind: "code", language, text: token.content.replace(/\n$/, "") }, false);
        break;
      }
      case "hr":
        this.#put({ kind: "rule" }, false);
        break;
    }
  }

  #inline(atoms: readonly Atom[]): void {
    if (this.#rows !== undefined) this.#rows.at(-1)?.push([...atoms]);
    else if (this.#heading > 0) this.#put({ kind: "heading", level: this.#heading, atoms }, false);
    else this.#put({ kind: "paragraph", atoms }, this.#isTight);
  }

  #put(block: DistributiveOmit<ProseBlock, keyof Placed>, isTight: boolean): void {
    const list = this.#lists.length === 0 ? 0 : this.#nLists;
    this.blocks.push({ ...block, around: [...this.#around], isTight, list });
  }

  #openList(first: number | undefined): void {
    if (this.#lists.length === 0) this.#nLists++;
    this.#lists.push(first);
  }

  #item(): Around {
    const number = this.#lists.at(-1);
    if (number === undefined) return { first: "- ", rest: "  " };
    this.#lists[this.#lists.length - 1] = number + 1;
    const first = `${number}. `;
    return { first, rest: " ".repeat(first.length) };
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
