import type { Turn } from "../protocol/types.ts";
import { answerForClipboard } from "./citationLabel.ts";
import { element } from "./element.ts";
import { flashCopied, iconButton } from "./iconButton.ts";
import { icon } from "./icons.ts";
import { lookedAtView } from "./lookedAtView.ts";
import type { Texts } from "./texts.ts";
import type { TurnActions } from "./turnView.ts";

/** What stands below a finished answer: what was looked at, how long it took, copy and ask again. */
export interface TurnFooter {
  /** Returns the footer for the turn as it is now; the panel stays open when it was. */
  show(turn: Turn, withAskAgain: boolean): HTMLElement;
  /** The turn may have been pinned, or not any more. */
  showPin(): void;
}

/** Returns the footer's maker for one answer. */
export function createTurnFooter(
  { id }: Pick<Turn, "id">,
  texts: Texts,
  actions: TurnActions,
): TurnFooter {
  const panelState = { isOpen: false };
  const pin = iconButton("pin", "", () => actions.pin(id, !actions.isPinned(id)));
  const showPin = (): void => {
    const isPinned = actions.isPinned(id);
    const label = texts.text(isPinned ? "turn.unpin" : "turn.pin");
    if (pin.title === label) return;
    pin.classList.toggle("is-pinned", isPinned);
    pin.setAttribute("aria-label", label);
    pin.title = label;
  };
  showPin();
  return {
    showPin,
    show: (turn, withAskAgain) => {
      const copy = iconButton("copy", texts.text("turn.copy"), () => {
        actions.copy(answerForClipboard(turn.text, turn.citations));
        flashCopied(copy, texts);
      });
      const { toggle, panel } = lookedAtPanel(turn, texts, actions, panelState);
      const seconds = turn.elapsedMs === undefined ? "" : texts.number(turn.elapsedMs / 1000, 2);
      return element(
        "footer",
        { class: "turn-footer" },
        element(
          "div",
          { class: "turn-actions" },
          toggle,
          element("span", {
            class: "elapsed",
            text: seconds && texts.text("turn.seconds", seconds),
          }),
          pin,
          copy,
          // The notice of a turn that did not end offers the same in words.
          withAskAgain
            ? iconButton("refresh", texts.text("turn.askAgain"), () => actions.askAgain(id))
            : undefined,
        ),
        panel,
      );
    },
  };
}

function lookedAtPanel(
  turn: Turn,
  texts: Texts,
  actions: TurnActions,
  state: { isOpen: boolean },
): { readonly toggle: HTMLElement; readonly panel: HTMLElement } {
  const panel = element("div", { class: "looked-panel", attributes: { id: `looked-${turn.id}` } });
  const toggle = element(
    "button",
    {
      class: "disclosure",
      attributes: { type: "button", "aria-controls": panel.id },
      on: {
        click: () => {
          state.isOpen = !state.isOpen;
          show();
          if (state.isOpen) panel.scrollIntoView({ block: "nearest" });
        },
      },
    },
    icon("chevronRight"),
    element("span", { text: texts.text("looked.title") }),
    element("span", { class: "muted", text: texts.plural("looked.places", turn.recalls.length) }),
  );
  function show(): void {
    toggle.setAttribute("aria-expanded", String(state.isOpen));
    panel.hidden = !state.isOpen;
    // Built on demand: a long trace costs nothing until somebody wants to see it.
    panel.replaceChildren(...(state.isOpen ? [lookedAtView(turn, texts, actions)] : []));
  }
  show();
  return { toggle, panel };
}
