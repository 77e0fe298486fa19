import type { Citation, Turn } from "../protocol/types.ts";
import { createAnswerView } from "./answerView.ts";
import { createEarlierView } from "./earlierView.ts";
import { element } from "./element.ts";
import { createFollowScroll, type ListPosition } from "./followScroll.ts";
import { iconButton } from "./iconButton.ts";
import { createMarkdownRenderer } from "./markdown.ts";
import type { ViewState } from "./state.ts";
import { openPlacesOf } from "./placeClicks.ts";
import { createQuestionView } from "./questionView.ts";
import type { Texts } from "./texts.ts";
import type { TurnActions, TurnView } from "./turnView.ts";

/** What can be done from the transcript. */
export interface TranscriptActions extends TurnActions {
  readonly openCitation: (citation: Citation, toSide: boolean) => void;
  /** Wants the turns before this one. */
  showEarlier(before: string): void;
  /** The user scrolled: kept so that a view that was hidden comes back where it was. */
  scrolled(position: ScrollPosition): void;
}

/** Where a conversation was left. */
export interface ScrollPosition extends ListPosition {
  readonly conversationId: string | undefined;
}

/** The turns of the open conversation. */
export interface TranscriptView {
  readonly root: HTMLElement;
  update(state: ViewState): void;
}

/** Returns the view. `restored` is where the conversation was left, if it is the one that opens first. */
export function createTranscriptView(
  texts: Texts,
  actions: TranscriptActions,
  restored: ScrollPosition | undefined,
): TranscriptView {
  const renderer = createMarkdownRenderer(texts);
  const list = element("div", {
    class: "transcript",
    attributes: {
      role: "log",
      "aria-live": "polite",
      "aria-relevant": "additions",
      "aria-label": texts.text("transcript.label"),
      tabindex: "0",
    },
  });
  const toEnd = iconButton("arrowDown", texts.text("transcript.jumpToLatest"), () =>
    scroll.showEnd(),
  );
  toEnd.classList.add("jump");
  const root = element("div", { class: "transcript-frame" }, list, toEnd);

  const earlier = createEarlierView(texts, () => {
    const [first] = turns;
    if (first) actions.showEarlier(first.id);
  });
  list.append(earlier.root);
  const views = new Map<string, TurnView>();
  let turns: readonly Turn[] = [];
  let conversationId: string | undefined;
  let opened = false;

  const scroll = createFollowScroll(
    list,
    () => views.get(turns.findLast(({ role }) => role === "user")?.id ?? "")?.root,
    (position) => {
      toEnd.hidden = position.atEnd;
      if (opened) actions.scrolled({ conversationId, ...position });
    },
  );

  openPlacesOf(list, () => turns, actions.openCitation);

  return {
    root,
    update: (state) => {
      // The first turn of a new conversation names it; that is no switch to another one.
      const named = opened && conversationId === undefined && turns.length === 0;
      const switched = !opened || (state.conversationId !== conversationId && !named);
      const asked = state.turns.length > turns.length;
      if (switched) {
        silence();
        views.clear();
        list.replaceChildren(earlier.root);
      }
      const [first] = turns;
      const isLonger =
        !switched && first !== undefined && state.turns.findIndex(({ id }) => id === first.id) > 0;
      if (isLonger) silence();
      conversationId = state.conversationId;
      turns = state.turns;
      const show = (): void => {
        earlier.update(state.nEarlier);
        showTurns(state);
      };
      if (isLonger) {
        const hadFocus = earlier.hasFocus();
        scroll.keepSight(show);
        // The focus must not fall off the page with a button that has nothing more to bring.
        if (hadFocus && earlier.root.hidden) list.focus({ preventScroll: true });
        return;
      }
      show();
      if (!opened && restored && restored.conversationId === conversationId)
        scroll.restore(restored);
      else if (switched || asked) scroll.showLatest();
      else scroll.grown();
      opened = true;
    },
  };

  /** A screen reader must not read a whole old conversation aloud. */
  function silence(): void {
    list.setAttribute("aria-live", "off");
    requestAnimationFrame(() => list.setAttribute("aria-live", "polite"));
  }

  function showTurns(state: ViewState): void {
    const ids = new Set(state.turns.map(({ id }) => id));
    for (const [id, view] of views) {
      if (ids.has(id)) continue;
      view.root.remove();
      views.delete(id);
    }
    let above: Element = earlier.root;
    for (const turn of state.turns) {
      let view = views.get(turn.id);
      if (view === undefined) {
        view =
          turn.role === "user"
            ? createQuestionView(turn, texts)
            : createAnswerView(turn, renderer, texts, actions);
        views.set(turn.id, view);
        above.after(view.root);
      }
      above = view.root;
      view.update(turn, state.citationStates.get(turn.id));
    }
  }
}
