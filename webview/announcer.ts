import { element, setText } from "./element.ts";
import { uniqueSources } from "./sourcesView.ts";
import { proseEnd } from "./proseNotice.ts";
import { streamingTurn, type ViewState } from "./state.ts";
import type { Texts } from "./texts.ts";

/** Tells a screen reader that an answer begins and how it ended; the text itself is for reading. */
export interface Announcer {
  readonly root: HTMLElement;
  update(state: ViewState): void;
}

/** Returns an announcer that has nothing to say yet. */
export function createAnnouncer(texts: Texts): Announcer {
  const root = element("div", { class: "visually-hidden", attributes: { role: "status" } });
  let shown: ViewState | undefined;
  return {
    root,
    update: (next) => {
      const before = shown && streamingTurn(shown)?.id;
      const now = streamingTurn(next)?.id;
      const sameConversation = shown?.conversationId === next.conversationId;
      shown = next;
      if (now !== undefined && now !== before) setText(root, texts.text("turn.answering"));
      if (before === undefined || now !== undefined || !sameConversation) return;
      const turn = next.turns.find(({ id }) => id === before);
      const nSources = uniqueSources(turn?.citations ?? []).length;
      if (turn?.prose) setText(root, proseEnd(turn.prose, texts));
      else if (turn?.state === "done") setText(root, texts.plural("turn.complete", nSources));
      else if (turn?.state === "cancelled") setText(root, texts.text("turn.cancelled"));
      else if (turn) setText(root, texts.text("turn.failed"));
    },
  };
}
