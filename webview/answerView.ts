import type { Turn } from "../protocol/types.ts";
import { createAnswerBody } from "./answerBody.ts";
import { turnMenu } from "./citationMenu.ts";
import { element } from "./element.ts";
import type { IconName } from "./icons.ts";
import type { MarkdownRenderer } from "./markdown.ts";
import { createPlanView } from "./planView.ts";
import { createProseView } from "./proseView.ts";
import { sourcesView } from "./sourcesView.ts";
import { isStreaming, type CitationState } from "./state.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";
import { createTurnFooter } from "./turnFooter.ts";
import { turnNotice } from "./turnNotice.ts";
import type { TurnActions, TurnView } from "./turnView.ts";

/** Returns the view of an answer. */
export function createAnswerView(
  first: Turn,
  renderer: MarkdownRenderer,
  texts: Texts,
  actions: TurnActions,
): TurnView {
  const body = createAnswerBody(renderer, texts, actions);
  const before = element("div", { class: "before-answer" });
  const working = element(
    "p",
    { class: "working" },
    element("span", { class: "pulse", attributes: { "aria-hidden": "true" } }),
    element("span", { class: "working-text", text: texts.text("turn.working") }),
  );
  const after = element("div", { class: "after-answer" });
  const evidence = element(
    "div",
    { class: "evidence", attributes: { id: `evidence-${first.id}` } },
    body.root,
    working,
    after,
  );
  const plan = createPlanView(texts);
  const prose = createProseView(first.id, evidence, renderer, texts, actions);
  const root = element(
    "section",
    { class: "turn turn-lore", attributes: { "data-turn": first.id, ...turnMenu(first.id) } },
    element("h2", { class: "visually-hidden", text: texts.text("turn.lore") }),
    before,
    plan.root,
    prose.root,
    evidence,
  );
  const footer = createTurnFooter(first, texts, actions);
  const again = {
    label: texts.text("turn.askAgain"),
    run: () => actions.askAgain(first.id),
  };

  let previous: Turn | undefined;
  let previousStates: readonly CitationState[] | undefined;
  return {
    root,
    update: (turn, states) => {
      footer.showPin();
      if (turn === previous && states === previousStates) return;
      const streaming = turn.state === "streaming";
      body.update(turn, states);
      prose.update(turn, states);
      plan.update(turn);
      root.classList.toggle("abstained", turn.abstained);
      root.classList.toggle("has-text", turn.text !== "");
      root.setAttribute("aria-busy", String(isStreaming(turn)));
      working.hidden = !streaming;
      const restChanged = !streaming || previous?.state !== "streaming";
      if (restChanged) {
        const nChanged =
          states?.filter((state) => state === "stale" || state === "gone").length ?? 0;
        before.replaceChildren(
          ...(turn.abstained ? [turnNotice("search", texts.text("turn.abstained"))] : []),
          ...(nChanged > 0
            ? [turnNotice("info", texts.plural("turn.changed", nChanged), again)]
            : []),
        );
        const end = endings[turn.state];
        const hasFooter = turn.text !== "" || turn.recalls.length > 0 || end === undefined;
        const parts = [
          end && turnNotice(end.icon, texts.text(end.key), again),
          streaming ? undefined : sourcesView(turn, states, texts),
          streaming || !hasFooter ? undefined : footer.show(turn, end === undefined),
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
