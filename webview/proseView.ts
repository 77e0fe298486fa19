import type { Prose } from "../protocol/prose.ts";
import type { Turn } from "../protocol/types.ts";
import { createAnswerBody } from "./answerBody.ts";
import { answerForClipboard } from "./citationLabel.ts";
import { element, setText } from "./element.ts";
import { flashCopied, iconButton } from "./iconButton.ts";
import type { MarkdownRenderer } from "./markdown.ts";
import { createEvidenceToggle } from "./evidenceToggle.ts";
import { proseNotice, supportLine } from "./proseNotice.ts";
import type { CitationState } from "./state.ts";
import type { Texts } from "./texts.ts";
import { turnNotice } from "./turnNotice.ts";
import type { TurnActions } from "./turnView.ts";
import { oneLine } from "./visibleText.ts";
import { createWaitingLine } from "./waitingLine.ts";

/** What a language model wrote over an answer; it stands above the answer, which then is its evidence. */
export interface ProseView {
  readonly root: HTMLElement;
  /** Shows the turn's prose, nothing when it has none. */
  update(turn: Turn, states: readonly CitationState[] | undefined): void;
}

/** Returns the view. `evidence` is folded while there is prose to read, unless the reader unfolds it. */
export function createProseView(
  turnId: string,
  evidence: HTMLElement,
  renderer: MarkdownRenderer,
  texts: Texts,
  actions: TurnActions,
): ProseView {
  const body = createAnswerBody(renderer, texts, actions.copy);
  const by = element("p", { class: "prose-by note" });
  const waiting = createWaitingLine(texts);
  const notices = element("div", { class: "prose-notices" });
  const support = element("span", {
    class: "support note",
    attributes: { title: texts.text("prose.supportedHint") },
  });
  const written = element("div", { class: "prose-text" }, by, body.root);
  const toggle = createEvidenceToggle(written, evidence, texts);
  let shown: Prose | undefined;
  const copy = iconButton("copy", texts.text("prose.copy"), () => {
    actions.copy(answerForClipboard(shown?.markdown ?? "", shown?.citations ?? []));
    flashCopied(copy, texts);
  });
  const again = iconButton("refresh", texts.text("prose.askModel"), () => actions.askModel(turnId));
  const bar = element(
    "div",
    { class: "prose-bar" },
    support,
    toggle.disclosure,
    element("span", { class: "prose-actions" }, toggle.only, copy, again),
  );
  const root = element("div", { class: "prose" }, written, waiting.root, notices, bar);
  root.hidden = true;

  function show(prose: Prose): void {
    const name = oneLine(prose.model);
    const hasText = prose.markdown !== "";
    const streaming = prose.state === "streaming";
    setText(by, texts.text("prose.by", name));
    by.hidden = !hasText;
    waiting.update(streaming ? { model: name, hasText } : undefined);
    const notice = proseNotice(prose);
    notices.replaceChildren();
    if (notice) {
      const help = notice.help.map(({ key, command }) => ({
        label: texts.text(key),
        run: () => actions.run(command),
      }));
      const once = { label: texts.text("prose.askModel"), run: () => actions.askModel(turnId) };
      notices.append(turnNotice(notice.icon, texts.text(notice.key), once, ...help));
    }
    setText(support, streaming ? "" : supportLine(prose, texts));
    bar.hidden = !hasText;
    copy.hidden = streaming;
    again.hidden = streaming || notice !== undefined;
    toggle.update({ hasText, failed: prose.state !== "done" && !streaming });
  }

  return {
    root,
    update: (turn, states) => {
      const { prose } = turn;
      root.hidden = prose === undefined;
      if (prose === undefined) {
        if (shown !== undefined) toggle.update({ hasText: false, failed: false });
        waiting.update(undefined);
      } else {
        const { markdown, state, citations, marks } = prose;
        const firstCitation = turn.citations.length;
        body.update({ text: markdown, state, citations, firstCitation, marks }, states);
        if (prose !== shown) show(prose);
      }
      shown = prose;
    },
  };
}
