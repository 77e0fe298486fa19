import type { Prose } from "../protocol/prose.ts";
import type { Turn } from "../protocol/types.ts";
import { createAnswerBody, type AnswerBody } from "./answerBody.ts";
import { answerForClipboard } from "./citationLabel.ts";
import { element, setText } from "./element.ts";
import { createEvidenceToggle } from "./evidenceToggle.ts";
import { flashCopied, iconButton } from "./iconButton.ts";
import type { MarkdownRenderer } from "./markdown.ts";
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
  const root = element("div", { class: "prose" });
  root.hidden = true;
  // Most answers have none.
  let parts: ProseParts | undefined;
  let shown: Prose | undefined;
  return {
    root,
    update: (turn, states) => {
      const { prose } = turn;
      root.hidden = prose === undefined;
      if (prose === undefined) {
        if (shown !== undefined) parts?.clear();
      } else {
        parts ??= createProseParts(root, { turnId, evidence, renderer, texts, actions });
        const { markdown, state, citations, marks } = prose;
        const firstCitation = turn.citations.length;
        parts.body.update({ text: markdown, state, citations, firstCitation, marks }, states);
        if (prose !== shown) parts.show(prose);
      }
      shown = prose;
    },
  };
}

interface ProseParts {
  readonly body: AnswerBody;
  /** Shows everything but the text. */
  show(prose: Prose): void;
  /** There is no prose any more: the evidence is the answer again. */
  clear(): void;
}

function createProseParts(
  root: HTMLElement,
  {
    turnId,
    evidence,
    renderer,
    texts,
    actions,
  }: {
    readonly turnId: string;
    readonly evidence: HTMLElement;
    readonly renderer: MarkdownRenderer;
    readonly texts: Texts;
    readonly actions: TurnActions;
  },
): ProseParts {
  const body = createAnswerBody(renderer, texts, actions);
  const by = element("p", { class: "prose-by note" });
  const written = element("div", { class: "prose-text" }, by, body.root);
  const waiting = createWaitingLine(texts);
  const notices = element("div", { class: "prose-notices" });
  const support = element("span", {
    class: "support note",
    attributes: { title: texts.text("prose.supportedHint") },
  });
  const toggle = createEvidenceToggle(written, evidence, texts);
  let shown: Prose | undefined;
  const askModel = (): void => actions.askModel(turnId);
  const copy = iconButton("copy", texts.text("prose.copy"), () => {
    actions.copy(answerForClipboard(shown?.markdown ?? "", shown?.citations ?? []));
    flashCopied(copy, texts);
  });
  const again = iconButton("refresh", texts.text("prose.askModel"), askModel);
  const bar = element(
    "div",
    { class: "prose-bar" },
    support,
    toggle.disclosure,
    element("span", { class: "prose-actions" }, toggle.only, copy, again),
  );
  root.append(written, waiting.root, notices, bar);

  function showNotice(prose: Prose): boolean {
    const notice = proseNotice(prose);
    notices.replaceChildren();
    if (notice === undefined) return false;
    const help = notice.help.map(({ key, command }) => ({
      label: texts.text(key),
      run: () => actions.run(command),
    }));
    const once = { label: texts.text("prose.askModel"), run: askModel };
    notices.append(turnNotice(notice.icon, texts.text(notice.key), once, ...help));
    return true;
  }

  return {
    body,
    show: (prose) => {
      shown = prose;
      const name = oneLine(prose.model);
      const hasText = prose.markdown !== "";
      const streaming = prose.state === "streaming";
      setText(by, texts.text("prose.by", name));
      by.hidden = !hasText;
      waiting.update(streaming ? { model: name, hasText } : undefined);
      // The notice offers to ask again in words.
      again.hidden = showNotice(prose) || streaming;
      setText(support, streaming ? "" : supportLine(prose, texts));
      bar.hidden = !hasText;
      copy.hidden = streaming;
      toggle.update({ hasText, failed: prose.state !== "done" && !streaming });
    },
    clear: () => {
      waiting.update(undefined);
      toggle.update({ hasText: false, failed: false });
    },
  };
}
