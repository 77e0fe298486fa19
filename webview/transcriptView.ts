import type { Citation, Turn } from "../protocol/types.ts";
import { createAnswerView } from "./answerView.ts";
import { createCitationPeek } from "./citationPeek.ts";
import { createEarlierView } from "./earlierView.ts";
import { element } from "./element.ts";
import { createFollowScroll, type ListPosition } from "./followScroll.ts";
import { iconButton } from "./iconButton.ts";
import { createMarkdownRenderer } from "./markdown.ts";
import type { ViewState } from "./state.ts";
import type { TurnPlace } from "../protocol/turns.ts";
import { openPlacesOf } from "./placeClicks.ts";
import { finishedParts, lacksTurns, rowsOf } from "./partRows.ts";
import { createPartView } from "./partView.ts";
import { createQuestionView, type QuestionActions } from "./questionView.ts";
import type { Texts } from "./texts.ts";
import { createTurnList } from "./turnList.ts";
import { openTurnsOf } from "./turnLinks.ts";
import type { TurnActions } from "./turnView.ts";

/** What can be done from the transcript. */
export interface TranscriptActions
  extends Omit<TurnActions, "isPinned">, Omit<QuestionActions, "branchesOf"> {
  readonly openCitation: (citation: Citation, toSide: boolean) => void;
  /** Wants the cited lines as they are now. */
  peek(peekId: number, citation: Citation): void;
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
  /** First turns of the parts that the user unfolded; absent when there are none. */
  readonly unfolded?: readonly string[];
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
  const shown = createTurnList(earlier.root, {
    turn: (turn) =>
      turn.role === "user"
        ? createQuestionView(turn, texts, {
            editQuestion: (asked) => actions.editQuestion(asked),
            chooseBranch: (turnId) => actions.chooseBranch(turnId),
            branchesOf: (turnId) => latest?.branches.get(turnId),
          })
        : createAnswerView(turn, renderer, texts, {
            ...actions,
            isPinned: (turnId) => latest?.pinned.some((each) => each.turnId === turnId) === true,
          }),
    part: (firstTurnId) => createPartView(texts, () => toggle(firstTurnId)),
  });
  let turns: readonly Turn[] = [];
  let conversationId: string | undefined;
  let opened = false;
  let latest: ViewState | undefined;
  const unfolded = new Set(restored?.unfolded);
  /** Finished parts that were there when the conversation was shown last. */
  let known: ReadonlySet<string> = new Set();
  /** The first shown turn when earlier ones were wished for, so that each is wished for once. */
  let wishedBefore: string | undefined;
  let sought: ViewState["sought"];

  const scroll = createFollowScroll(
    list,
    () => shown.rootOf(turns.findLast(({ role }) => role === "user")?.id ?? ""),
    (position) => {
      toEnd.hidden = position.atEnd;
      if (!opened) return;
      const kept = unfolded.size === 0 ? {} : { unfolded: [...unfolded] };
      actions.scrolled({ conversationId, ...position, ...kept });
    },
  );

  const peek = createCitationPeek(
    list,
    () => turns,
    texts,
    (peekId, citation) => actions.peek(peekId, citation),
  );
  root.append(peek.root);
  openPlacesOf(list, () => turns, actions.openCitation);
  openTurnsOf(list, (place) => actions.openTurn(place));

  /** Each wish is followed once, when its turn is there; where the reader goes next is theirs. */
  function showSought(state: ViewState): void {
    if (state.sought === sought) return;
    unfoldAround(state);
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
      peek.update(state.peeked);
    },
  };

  function draw(state: ViewState): void {
    // The first turn of a new conversation names it; that is no switch to another one.
    const named = opened && conversationId === undefined && turns.length === 0;
    latest = state;
    const switched = !opened || (state.conversationId !== conversationId && !named);
    const asked = state.turns.length > turns.length;
    if (switched) {
      peek.close();
      silence();
      shown.clear();
    }
    const [first] = turns;
    const isLonger =
      !switched && first !== undefined && state.turns.findIndex(({ id }) => id === first.id) > 0;
    if (isLonger) silence();
    keepWhatIsRead(state, switched);
    conversationId = state.conversationId;
    turns = state.turns;
    const show = (): void => showRows(state);
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

  function showRows({ nEarlier, parts, citationStates }: ViewState): void {
    earlier.update(nEarlier);
    shown.update(rowsOf(turns, parts, unfolded), citationStates);
    const [first] = turns;
    if (first === undefined || nEarlier === 0 || first.id === wishedBefore) return;
    if (!lacksTurns(turns, parts, unfolded)) return;
    wishedBefore = first.id;
    actions.showEarlier(first.id);
  }

  function toggle(firstTurnId: string): void {
    const state = latest;
    if (state === undefined) return;
    if (!unfolded.delete(firstTurnId)) unfolded.add(firstTurnId);
    silence();
    scroll.keepTop(() => showRows(state));
  }

  /** What is sought must not stay behind a folded line. */
  function unfoldAround(state: ViewState): void {
    const holding = finishedParts(turns, state.parts).find(({ turns: own }) =>
      own.some(({ id }) => id === state.sought?.turnId),
    );
    if (holding === undefined || unfolded.has(holding.part.firstTurnId)) return;
    unfolded.add(holding.part.firstTurnId);
    silence();
    showRows(state);
  }

  /** A part that is finished now folds, but not while the user reads in the conversation or has the focus in the part. */
  function keepWhatIsRead(state: ViewState, switched: boolean): void {
    const finished = finishedParts(state.turns, state.parts);
    const isNew = finished.filter(({ part }) => !known.has(part.firstTurnId));
    known = new Set(finished.map(({ part }) => part.firstTurnId));
    if (switched || isNew.length === 0) return;
    const isReading = scroll.isReading();
    for (const { part, turns: own } of isNew) {
      const roots = own.flatMap(({ id }) => shown.rootOf(id) ?? []);
      const hasFocus = roots.some((node) => node.contains(document.activeElement));
      if (roots.length > 0 && (isReading || hasFocus)) unfolded.add(part.firstTurnId);
    }
    silence();
  }

  /** A screen reader must not read a whole old conversation aloud. */
  function silence(): void {
    list.setAttribute("aria-live", "off");
    requestAnimationFrame(() => list.setAttribute("aria-live", "polite"));
  }
}
