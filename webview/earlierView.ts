import { element } from "./element.ts";
import type { Texts } from "./texts.ts";

/** The button above a long conversation that brings the turns before those that are shown. */
export interface EarlierView {
  readonly root: HTMLElement;
  readonly hasFocus: () => boolean;
  /** Shows how many turns there are before; hidden at the beginning of the conversation. */
  update(nEarlier: number): void;
}

/** Returns the view; `show` is called once for each number of earlier turns. */
export function createEarlierView(texts: Texts, show: () => void): EarlierView {
  let shown: number | undefined;
  let wanted = false;
  const button = element("button", {
    class: "link-button",
    attributes: { type: "button" },
    on: {
      click: () => {
        if (wanted) return;
        wanted = true;
        show();
      },
    },
  });
  const root = element("div", { class: "earlier" }, button);
  root.hidden = true;
  return {
    root,
    hasFocus: () => document.activeElement === button,
    update: (nEarlier) => {
      if (nEarlier === shown) return;
      shown = nEarlier;
      wanted = false;
      root.hidden = nEarlier === 0;
      button.textContent = texts.plural("transcript.earlier", nEarlier);
    },
  };
}
