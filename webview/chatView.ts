import type { TurnPlace } from "../protocol/turns.ts";
import type { ChatCommand } from "../protocol/webviewMessages.ts";
import { createAnnouncer } from "./announcer.ts";
import type { Channel } from "./channel.ts";
import { createComposerView, type ComposerView } from "./composerView.ts";
import { element, setText } from "./element.ts";
import { createEmptyView } from "./emptyView.ts";
import { createHeaderView } from "./headerView.ts";
import { createMemoryLineView } from "./memoryLineView.ts";
import { canAsk, streamingTurn, type ViewState } from "./state.ts";
import type { Texts } from "./texts.ts";
import { createPinnedView } from "./pinnedView.ts";
import { createTranscriptView, type ScrollPosition } from "./transcriptView.ts";

/** The whole chat. */
export interface ChatView {
  readonly root: HTMLElement;
  readonly composer: ComposerView;
  update(state: ViewState): void;
  /** Says how many messages were not understood: a sign that view and extension differ in version. */
  showIgnored(nIgnored: number): void;
}

/** Where the scroll position outlives the view being hidden. */
export interface ScrollMemory {
  readonly restored: ScrollPosition | undefined;
  readonly keep: (position: ScrollPosition) => void;
}

/** Returns the chat; everything the user does goes out through `channel`. */
export function createChatView(texts: Texts, channel: Channel, scroll: ScrollMemory): ChatView {
  let state: ViewState | undefined;
  const ask = (question: string, isDeep: boolean): void =>
    channel.post({ type: "ask", question, ...(isDeep ? { isDeep } : {}) });
  const openTurn = (place: TurnPlace): void => channel.post({ type: "openTurn", ...place });
  const stop = (): void => channel.post({ type: "stop" });

  const header = createHeaderView(texts, {
    create: () => {
      channel.post({ type: "newConversation" });
      composer.focus();
    },
    open: (conversationId) => {
      channel.post({ type: "openConversation", conversationId });
      composer.focus();
    },
    openTurn,
    exportConversation: () => channel.post({ type: "exportConversation" }),
    search: (query) => channel.post({ type: "searchTurns", query }),
    rename: (conversationId, title) =>
      channel.post({ type: "renameConversation", conversationId, title }),
    remove: (conversationId) => channel.post({ type: "deleteConversation", conversationId }),
  });
  const pin = (turnId: string, isPinned: boolean): void =>
    channel.post({ type: "pin", turnId, isPinned });
  const pinned = createPinnedView(texts, {
    pin,
    openPinned: (turnId) => {
      const conversationId = state?.conversationId;
      if (conversationId !== undefined) openTurn({ conversationId, turnId });
    },
  });
  const transcript = createTranscriptView(
    texts,
    {
      copy: (text) => channel.post({ type: "copy", text }),
      askAgain: (turnId) => {
        if (!state || streamingTurn(state)) return;
        channel.post({ type: "askAgain", turnId });
        composer.focus();
      },
      askModel: (turnId) => {
        if (!state || streamingTurn(state)) return;
        channel.post({ type: "askModel", turnId });
        composer.focus();
      },
      run: (command) => channel.post({ type: "command", command }),
      saveTrace: (turnId) => channel.post({ type: "saveTrace", turnId }),
      compareTrace: (turnId) => channel.post({ type: "compareTrace", turnId }),
      showEarlier: (before) => channel.post({ type: "showEarlier", before }),
      openCitation: (citation, toSide) => channel.post({ type: "openCitation", citation, toSide }),
      peek: (peekId, citation) => channel.post({ type: "peek", peekId, citation }),
      pin,
      insertCode: (code) => channel.post({ type: "insertCode", code }),
      applyCode: (code) => channel.post({ type: "applyCode", code }),
      openTurn,
      editQuestion: (turn) => composer.edit(turn.id, turn.text),
      chooseBranch: (turnId) => {
        if (state && !streamingTurn(state)) channel.post({ type: "chooseBranch", turnId });
      },
      scrolled: scroll.keep,
    },
    scroll.restored,
  );
  const run = (command: ChatCommand): void => channel.post({ type: "command", command });
  const empty = createEmptyView(texts, {
    run,
    ask: (question) => {
      ask(question, false);
      composer.focus();
    },
  });
  const memoryLine = createMemoryLineView(texts, run);
  const composer = createComposerView(texts, {
    ask,
    edit: (turnId, question, isDeep) =>
      channel.post({ type: "editQuestion", turnId, question, ...(isDeep ? { isDeep } : {}) }),
    stop,
    chooseModel: () => run("chooseModel"),
    draft: (text) => channel.post({ type: "draft", text }),
    suggest: (prefix, kinds) =>
      channel.post({ type: "suggest", prefix, ...(kinds === undefined ? {} : { kinds }) }),
    nameFiles: (named) => channel.post({ type: "nameFiles", ...named }),
  });
  const announcer = createAnnouncer(texts);
  const ignored = element("p", { class: "ignored note" });
  ignored.hidden = true;
  const bottom = element("div", { class: "bottom" }, memoryLine.root, composer.root, ignored);
  const root = element(
    "div",
    { class: "chat" },
    header.root,
    element("main", {}, pinned.root, empty.root, transcript.root),
    bottom,
    announcer.root,
  );

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    if (state && streamingTurn(state)) stop();
  });

  return {
    root,
    composer,
    update: (next) => {
      state = next;
      const isEmpty = next.turns.length === 0;
      empty.root.hidden = !isEmpty;
      transcript.root.hidden = isEmpty;
      header.update(next);
      empty.update(next.memory);
      pinned.update(next.pinned);
      transcript.update(next);
      memoryLine.update(next.memory);
      // The empty view says it larger, with the same button.
      memoryLine.root.hidden = isEmpty && !canAsk(next.memory);
      composer.update(next);
      announcer.update(next);
    },
    showIgnored: (nIgnored) => {
      ignored.hidden = false;
      setText(ignored, texts.plural("debug.ignored", nIgnored));
    },
  };
}
