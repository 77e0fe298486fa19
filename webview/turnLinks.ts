/** Links of an answer to turns of conversations: `#turn-CONVERSATION/TURN`. */
import type { TurnPlace } from "../protocol/turns.ts";
import { element } from "./element.ts";
import type { Texts } from "./texts.ts";

const idPattern = /^([\w-]{1,100})\/([\w-]{1,100})$/;

/** Returns `CONVERSATION/TURN` of an address that leads to a turn, `undefined` for any other. */
export function turnOfAddress(address: string): string | undefined {
  const place = address.startsWith("#turn-") ? address.slice("#turn-".length) : "";
  return idPattern.test(place) ? place : undefined;
}

/** Puts a button in the place of each mark in `root` that stands for a turn. */
export function placeTurnLinks(root: ParentNode, texts: Texts): void {
  for (const mark of root.querySelectorAll<HTMLElement>("span[data-said]")) {
    const title = mark.textContent;
    const button = element("button", {
      class: "link-button",
      text: title,
      attributes: {
        type: "button",
        "data-said": mark.dataset["said"],
        "aria-label": texts.text("turn.openSaid", title),
      },
    });
    mark.replaceWith(button);
  }
}

/** Opens the turn of each link in `list` that is clicked or chosen by key. */
export function openTurnsOf(list: HTMLElement, open: (place: TurnPlace) => void): void {
  list.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const [, conversationId, turnId] = idPattern.exec(button?.dataset["said"] ?? "") ?? [];
    if (conversationId !== undefined && turnId !== undefined) open({ conversationId, turnId });
  });
}
