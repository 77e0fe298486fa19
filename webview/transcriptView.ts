import type { Citation, Turn } from "../protocol/types.ts";
import { createAnswerView } from "./answerView.ts";
import { createEarlierView } from "./earlierView.ts";
import { element } from "./element.ts";
import { createFollowScroll, type ListPosition } from "./followScroll.ts";
import { iconButton } from "./iconButton.ts";
import { createMarkdownRenderer } from "./markdown.ts";
import type { ViewState } from "./state.ts";
import type { TurnPlace } from "../protocol/turns.ts";
import { openPlacesOf } from "./placeClicks.ts";
import { createQuestionView } from "./questionView.ts";
import type { Texts } from "./texts.ts";
import { createTurnList } from "./turnList.ts";
import { openTurnsOf } from "./turnLinks.ts";
import type { TurnActions } from "./turnView.ts";

/** What can be done from the transcript. */
export interface TranscriptActions extends TurnActions {
  readonly openCitation: (citation: Citation, toSide: boolean) => void;
  /** Opens the conversation of a turn that an answer links to, at that turn. */
  openTurn(place: TurnPlace): void;
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
  const shown = createTurnList(earlier.root, (turn) =>
    turn.role === "user"
      ? createQuestionView(turn, texts)
      : createAnswerView(turn, renderer, texts, actions),
  );
  let turns: readonly Turn[] = [];
  let conversationId: string | undefined;
  let opened = false;
  let sought: ViewState["sought"];

  const scroll = createFollowScroll(
    list,
    () => shown.rootOf(turns.findLast(({ role }) => role === "user")?.id ?? ""),
    (position) => {
      toEnd.hidden = position.atEnd;
      if (opened) actions.scrolled({ conversationId, ...position });
    },
  );

  openPlacesOf(list, () => turns, actions.openCitation);
  openTurnsOf(list, (place) => actions.openTurn(place));

  /** Each wish is followed once, when its turn is there; where the reader goes next is theirs. */
  function showSought(state: ViewState): void {
    if (state.sought === sought) return;
    const turn = state.sought && shown.rootOf(state.sought.turnId);
    if (state.sought !== undefined && turn === undefined) return;
    sought = state.sought;
    if (turn === undefined) return;
    scroll.restore({ top: turn.offsetTop, atEnd: false });
    turn.tabIndex = -1;
    turn.focus({ preventScroll: true });
  }

  return {
    root,
    update: (state) => {
      draw(state);
      showSought(state);
    },
  };

  function draw(state: ViewState): void {
    // The first turn of a new conversation names it; that is no switch to another one.
    const named = opened && conversationId === undefined && turns.length === 0;
    const switched = !opened || (state.conversationId !== conversationId && !named);
    const asked = state.turns.length > turns.length;
    if (switched) {
      silence();
      shown.clear();
    }
    const [first] = turns;
    const isLonger =
      !switched && first !== undefined && state.turns.findIndex(({ id }) => id === first.id) > 0;
    if (isLonger) silence();
    conversationId = state.conversationId;
    turns = state.turns;
    const show = (): void => {
      earlier.update(state.nEarlier);
      shown.update(state);
    };
    if (isLonger) {
      const hadFocus = earlier.hasFocus();
      scroll.keepSight(show);
      // The focus must not fall off the page with a button that has nothing more to bring.
      if (hadFocus && earlier.root.hidden) list.focus({ preventScroll: true });
      return;
    }
    show();
    if (!opened && restored && restored.conversationId === conversationId) scroll.restore(restored);
    else if (switched || asked) scroll.showLatest();
    else scroll.grown();
    opened = true;
  }

  /** A screen reader must not read a whole old conversation aloud. */
  function silence(): void {
    list.setAttribute("aria-live", "off");
    requestAnimationFrame(() => list.setAttribute("aria-live", "polite"));
  }
}
