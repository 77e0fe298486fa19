import type { PinnedTurn } from "../protocol/methods.ts";
import { element } from "./element.ts";
import { iconButton } from "./iconButton.ts";
import { icon } from "./icons.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** What can be done with a pinned answer. */
export interface PinActions {
  openPinned(turnId: string): void;
  pin(turnId: string, isPinned: boolean): void;
}

/** The pinned answers of the open conversation, one line each, above the turns. */
export interface PinnedView {
  readonly root: HTMLElement;
  update(pinned: readonly PinnedTurn[]): void;
}

/** Returns the view, hidden while nothing is pinned. */
export function createPinnedView(texts: Texts, actions: PinActions): PinnedView {
  const list = element("ul", { class: "pinned-list" });
  const root = element(
    "section",
    { class: "pinned", attributes: { "aria-label": texts.text("pinned.label") } },
    list,
  );
  root.hidden = true;
  let shown: readonly PinnedTurn[] | undefined;

  function row({ turnId, line }: PinnedTurn): HTMLElement {
    const text = oneLine(line) || texts.text("part.noQuestion");
    return element(
      "li",
      { class: "pinned-row" },
      element(
        "button",
        {
          class: "pinned-open",
          attributes: { type: "button", title: text },
          on: { click: () => actions.openPinned(turnId) },
        },
        icon("pin"),
        element("bdi", { class: "pinned-line", text }),
      ),
      iconButton("close", texts.text("pinned.unpin", text), () => actions.pin(turnId, false)),
    );
  }

  return {
    root,
    update: (pinned) => {
      if (pinned === shown) return;
      shown = pinned;
      const hadFocus = root.contains(document.activeElement);
      list.replaceChildren(...pinned.map(row));
      root.hidden = pinned.length === 0;
      if (hadFocus) list.querySelector("button")?.focus();
    },
  };
}
