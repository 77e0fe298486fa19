/** What the sections of the page are made of. */
import type { FromPicturePage } from "../../protocol/pictureMessages.ts";
import { element } from "../element.ts";
import type { PictureTexts } from "./words.ts";

/** What a section needs besides its numbers. */
export interface Surroundings {
  readonly texts: PictureTexts;
  readonly post: (message: FromPicturePage) => void;
  /** Shows another folder; longer lists; both of the same root. */
  readonly showFolder: (path: string) => void;
  readonly showMore: () => void;
}

/** Returns a section with a heading that names it. */
export function section(
  id: string,
  title: string,
  ...children: readonly (Node | undefined)[]
): HTMLElement {
  const headingId = `heading-${id}`;
  return element(
    "section",
    { class: id, attributes: { "aria-labelledby": headingId } },
    element("h2", { attributes: { id: headingId }, text: title }),
    ...children,
  );
}

/**
 * Returns a button with words. `key` finds it again after the page was drawn anew; `label` says more to who does not see
 * where it stands.
 */
export function button(
  key: string,
  text: string,
  onClick: () => void,
  { label, kind = "link-button" }: { readonly label?: string; readonly kind?: string } = {},
): HTMLButtonElement {
  return element("button", {
    class: kind,
    text,
    attributes: { type: "button", "data-key": key, "aria-label": label, title: label },
    on: { click: onClick },
  });
}

/** Returns a drawing with what it shows in words; the table beside it says the same to a screen reader. */
export function figure(drawing: Node, words: string): HTMLElement {
  return element("figure", {}, drawing, element("figcaption", { text: words }));
}

/** Returns “and M more” with a button, `undefined` when nothing is left out. */
export function moreLine(
  key: string,
  nLeft: number,
  { texts, showMore }: Surroundings,
): HTMLElement | undefined {
  if (nLeft <= 0) return undefined;
  return element(
    "p",
    { class: "more" },
    `${texts.plural("more", nLeft)} `,
    button(`more-${key}`, texts.text("showMore"), showMore),
  );
}

/** Returns a line of words. */
export function line(text: string): HTMLElement {
  return element("p", { class: "note", text });
}
