import { element } from "../element.ts";
import type { PictureTexts } from "./words.ts";

/** What stands in a cell: text, or elements such as buttons. */
export type Cell = string | readonly HTMLElement[];

export interface Column {
  readonly title: string;
  /** Numbers stand at the right; words at the left, which is usual. */
  readonly isNumber?: boolean;
}

/** A row; its first cell is its heading. */
export interface Row {
  readonly cells: readonly Cell[];
  readonly class?: string;
}

/**
 * Returns a table with a caption, headings of columns and of rows, in a region that scrolls by keyboard where the page
 * is too narrow for it.
 */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly Row[],
  texts: PictureTexts,
): HTMLElement {
  const cellClass = (idx: number): string => (columns[idx]?.isNumber === true ? "number" : "");
  const head = columns.map(({ title }, idx) =>
    element("th", { class: cellClass(idx), attributes: { scope: "col" }, text: title }),
  );
  const body = rows.map(({ cells, class: rowClass }) =>
    element(
      "tr",
      rowClass === undefined ? {} : { class: rowClass },
      ...cells.map((cell, idx) => filled(idx, cellClass(idx), cell)),
    ),
  );
  return element(
    "div",
    {
      class: "scroller",
      attributes: { role: "region", tabindex: "0", "aria-label": texts.text("scrolls", caption) },
    },
    element(
      "table",
      {},
      element("caption", { text: caption }),
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...body),
    ),
  );
}

function filled(idx: number, kind: string, cell: Cell): HTMLElement {
  const options = { class: kind, attributes: idx === 0 ? { scope: "row" } : {} };
  const tag = idx === 0 ? "th" : "td";
  return typeof cell === "string"
    ? element(tag, { ...options, text: cell })
    : element(tag, options, ...cell);
}
