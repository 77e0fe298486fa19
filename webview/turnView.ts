import type { Turn } from "../protocol/types.ts";
import { createAnswerBody } from "./answerBody.ts";
import { answerForClipboard } from "./citationLabel.ts";
import { element } from "./element.ts";
import { flashCopied, iconButton } from "./iconButton.ts";
import { icon, type IconName } from "./icons.ts";
import { lookedAtView } from "./lookedAtView.ts";
import type { MarkdownRenderer } from "./markdown.ts";
import { sourcesView } from "./sourcesView.ts";
import type { CitationState } from "./state.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";
import { clamp, visibleText } from "./visibleText.ts";

/** One turn on the screen. */
export interface TurnView {
  readonly root: HTMLElement;
  update(turn: Turn, states: readonly CitationState[] | undefined): void;
}

/** What a turn can ask for. */
export interface TurnActions {
  readonly copy: (text: string) => void;
  /** Asks the question of this turn again. */
  askAgain(turnId: string): void;
}

/** Longest question that is shown whole, in UTF-16 code units. */
const maxQuestion = 10_000;

/** Returns the view of a question. Its text is shown as it was typed. */
export function createQuestionView(turn: Turn, texts: Texts): TurnView {
  const bubble = element("div", { class: "question" });
  const root = element(
    "section",
    { class: "turn turn-user", attributes: { "data-turn": turn.id } },
    element("h2", { class: "visually-hidden", text: texts.text("turn.you") }),
    bubble,
  );
  let previous: string | undefined;
  return {
    root,
    update: ({ text }) => {
      if (text === previous) return;
      previous = text;
      const { text: shown, nLeftOut } = clamp(text, maxQuestion);
      bubble.textContent = visibleText(shown);
      if (nLeftOut === 0) return;
      const note = texts.text("markdown.moreCharacters", texts.number(nLeftOut));
      bubble.append(" ", element("span", { class: "note", text: note }));
    },
  };
}

/** Returns the view of an answer. */
export function createAnswerView(
  first: Turn,
  renderer: MarkdownRenderer,
  texts: Texts,
  actions: TurnActions,
): TurnView {
  const body = createAnswerBody(renderer, texts, actions.copy);
  const before = element("div", { class: "before-answer" });
  const working = element(
    "p",
    { class: "working" },
    element("span", { class: "pulse", attributes: { "aria-hidden": "true" } }),
    element("span", { class: "working-text", text: texts.text("turn.working") }),
  );
  const after = element("div", { class: "after-answer" });
  const root = element(
    "section",
    { class: "turn turn-lore", attributes: { "data-turn": first.id } },
    element("h2", { class: "visually-hidden", text: texts.text("turn.lore") }),
    before,
    body.root,
    working,
    after,
  );
  let lookedAtOpen = false;

  function footer(turn: Turn): HTMLElement {
    const copy = iconButton("copy", texts.text("turn.copy"), () => {
      actions.copy(answerForClipboard(turn.text, turn.citations));
      flashCopied(copy, texts);
    });
    const panel = element("div", {
      class: "looked-panel",
      attributes: { id: `looked-${turn.id}` },
    });
    const show = (): void => {
      toggle.setAttribute("aria-expanded", String(lookedAtOpen));
      panel.hidden = !lookedAtOpen;
      // Built on demand: a long trace costs nothing until somebody wants to see it.
      panel.replaceChildren(...(lookedAtOpen ? [lookedAtView(turn, texts)] : []));
    };
    const toggle = element(
      "button",
      {
        class: "disclosure",
        attributes: { type: "button", "aria-controls": panel.id },
        on: {
          click: () => {
            lookedAtOpen = !lookedAtOpen;
            show();
            if (lookedAtOpen) panel.scrollIntoView({ block: "nearest" });
          },
        },
      },
      icon("chevronRight"),
      element("span", { text: texts.text("looked.title") }),
      element("span", { class: "muted", text: texts.plural("looked.places", turn.recalls.length) }),
    );
    show();
    const seconds = turn.elapsedMs === undefined ? "" : texts.number(turn.elapsedMs / 1000, 2);
    return element(
      "footer",
      { class: "turn-footer" },
      element(
        "div",
        { class: "turn-actions" },
        toggle,
        element("span", { class: "elapsed", text: seconds && texts.text("turn.seconds", seconds) }),
        copy,
        // The notice of a turn that did not end offers the same in words.
        endings[turn.state]
          ? undefined
          : iconButton("refresh", texts.text("turn.askAgain"), () => actions.askAgain(turn.id)),
      ),
      panel,
    );
  }

  function notice(name: IconName, text: string, withAskAgain: boolean): HTMLElement {
    const words = element("p", { text });
    if (withAskAgain) {
      const again = element("button", {
        class: "link-button",
        text: texts.text("turn.askAgain"),
        attributes: { type: "button" },
        on: { click: () => actions.askAgain(first.id) },
      });
      words.append(" ", again);
    }
    return element("div", { class: "notice" }, icon(name), words);
  }

  let previous: Turn | undefined;
  let previousStates: readonly CitationState[] | undefined;
  return {
    root,
    update: (turn, states) => {
      if (turn === previous && states === previousStates) return;
      const streaming = turn.state === "streaming";
      body.update(turn, states);
      root.classList.toggle("abstained", turn.abstained);
      root.classList.toggle("has-text", turn.text !== "");
      root.setAttribute("aria-busy", String(streaming));
      working.hidden = !streaming;
      const restChanged = !streaming || previous?.state !== "streaming";
      if (restChanged) {
        const nChanged =
          states?.filter((state) => state === "stale" || state === "gone").length ?? 0;
        before.replaceChildren(
          ...(turn.abstained ? [notice("search", texts.text("turn.abstained"), false)] : []),
          ...(nChanged > 0 ? [notice("info", texts.plural("turn.changed", nChanged), true)] : []),
        );
        const end = endings[turn.state];
        const hasFooter = turn.text !== "" || turn.recalls.length > 0 || end === undefined;
        const parts = [
          end && notice(end.icon, texts.text(end.key), true),
          streaming ? undefined : sourcesView(turn, states, texts),
          streaming || !hasFooter ? undefined : footer(turn),
        ];
        after.replaceChildren(...parts.filter((part) => part !== undefined));
      }
      previous = turn;
      previousStates = states;
    },
  };
}

/** How a turn that did not come to its end says so. */
const endings: Readonly<
  Record<Turn["state"], { readonly icon: IconName; readonly key: StringKey } | undefined>
> = {
  done: undefined,
  streaming: undefined,
  cancelled: { icon: "stop", key: "turn.cancelled" },
  interrupted: { icon: "info", key: "turn.interrupted" },
  failed: { icon: "warning", key: "turn.failed" },
};
