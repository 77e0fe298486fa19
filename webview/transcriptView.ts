import type { Citation, Turn } from "../protocol/types.ts";
import { isMac } from "./citationChip.ts";
import { element } from "./element.ts";
import { createFollowScroll, type ListPosition } from "./followScroll.ts";
import { iconButton } from "./iconButton.ts";
import { createMarkdownRenderer } from "./markdown.ts";
import type { ViewState } from "./state.ts";
import type { Texts } from "./texts.ts";
import {
  createAnswerView,
  createQuestionView,
  type TurnActions,
  type TurnView,
} from "./turnView.ts";

/** What can be done from the transcript. */
export interface TranscriptActions extends TurnActions {
  openCitation(citation: Citation, toSide: boolean): void;
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

  const openFrom = (event: MouseEvent | KeyboardEvent, toSide: boolean): boolean => {
    const citation = event.target instanceof Element ? citationAt(event.target, turns) : undefined;
    if (citation) actions.openCitation(citation, toSide);
    return citation !== undefined;
  };
  list.addEventListener("click", (event) => openFrom(event, hasSideKey(event)));
  list.addEventListener("auxclick", (event) => {
    if (event.button === 1 && openFrom(event, true)) event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    // A middle press would start to scroll instead of opening to the side.
    const onPlace =
      event.target instanceof Element && citationAt(event.target, turns) !== undefined;
    if (event.button === 1 && onPlace) event.preventDefault();
  });
  list.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && hasSideKey(event) && openFrom(event, true)) event.preventDefault();
  });

  return {
    root,
    update: (state) => {
      // The first turn of a new conversation names it; that is no switch to another one.
      const named = opened && conversationId === undefined && turns.length === 0;
      const switched = !opened || (state.conversationId !== conversationId && !named);
      const asked = state.turns.length > turns.length;
      if (switched) {
        // A screen reader must not read a whole old conversation aloud.
        list.setAttribute("aria-live", "off");
        requestAnimationFrame(() => list.setAttribute("aria-live", "polite"));
        views.clear();
        list.replaceChildren();
      }
      conversationId = state.conversationId;
      turns = state.turns;
      showTurns(state);
      if (!opened && restored && restored.conversationId === conversationId)
        scroll.restore(restored);
      else if (switched || asked) scroll.showLatest();
      else scroll.grown();
      opened = true;
    },
  };

  function showTurns(state: ViewState): void {
    const ids = new Set(state.turns.map(({ id }) => id));
    for (const [id, view] of views) {
      if (ids.has(id)) continue;
      view.root.remove();
      views.delete(id);
    }
    for (const turn of state.turns) {
      let view = views.get(turn.id);
      if (view === undefined) {
        view =
          turn.role === "user"
            ? createQuestionView(turn, texts)
            : createAnswerView(turn, renderer, texts, actions);
        views.set(turn.id, view);
        list.append(view.root);
      }
      view.update(turn, state.citationStates.get(turn.id));
    }
  }
}

/** Returns the citation that an element inside a chip or a row stands for. */
function citationAt(target: Element, turns: readonly Turn[]): Citation | undefined {
  const button = target.closest<HTMLElement>("button[data-cite], button[data-recall]");
  const turnId = button?.closest<HTMLElement>("[data-turn]")?.dataset["turn"];
  const turn = turns.find(({ id }) => id === turnId);
  if (!button || !turn) return undefined;
  const { cite, recall } = button.dataset;
  if (cite !== undefined) return turn.citations[Number(cite)];
  return turn.recalls[Number(recall)]?.citation;
}

function hasSideKey(event: MouseEvent | KeyboardEvent): boolean {
  return isMac() ? event.metaKey : event.ctrlKey;
}
