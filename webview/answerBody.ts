import type { Turn } from "../protocol/types.ts";
import { placeChips, showCitationState } from "./citationChip.ts";
import { frameCode, showCodeState } from "./codeFrame.ts";
import { element } from "./element.ts";
import { createIncrementalMarkdown } from "./incrementalMarkdown.ts";
import type { Block, MarkdownRenderer } from "./markdown.ts";
import { sanitize } from "./sanitize.ts";
import type { CitationState } from "./state.ts";
import type { Texts } from "./texts.ts";

/** The rendered text of one answer. */
export interface AnswerBody {
  readonly root: HTMLElement;
  /** Shows the turn's text; only blocks that changed are touched. */
  update(turn: Turn, states: readonly CitationState[] | undefined): void;
}

/** Returns an empty body. `copy` gets the code of a block when its copy button is used. */
export function createAnswerBody(
  renderer: MarkdownRenderer,
  texts: Texts,
  copy: (text: string) => void,
): AnswerBody {
  const root = element("div", { class: "answer" });
  const incremental = createIncrementalMarkdown(renderer);
  const shown: { readonly html: string; readonly node: HTMLElement }[] = [];
  let previous: Turn | undefined;
  let previousStates: readonly CitationState[] | undefined;

  function showBlock(
    at: number,
    block: Block,
    turn: Turn,
    states: readonly CitationState[] | undefined,
  ): void {
    const old = shown[at];
    if (old?.html === block.html) return;
    const node = element("div", { class: "block" });
    node.append(sanitize(block.html));
    frameCode(node, block.codes, { texts, citations: turn.citations, states, copy });
    placeChips(node, turn.citations, states, texts);
    if (old) old.node.replaceWith(node);
    else root.append(node);
    shown[at] = { html: block.html, node };
  }

  function showStates(turn: Turn, states: readonly CitationState[] | undefined): void {
    for (const chip of root.querySelectorAll<HTMLElement>("button[data-cite]")) {
      const index = Number(chip.dataset["cite"]);
      const citation = turn.citations[index];
      if (citation) showCitationState(chip, citation, states?.[index], texts);
    }
    for (const block of root.querySelectorAll<HTMLElement>(".code-block"))
      showCodeState(block, { texts, states });
  }

  return {
    root,
    update: (turn, states) => {
      const streaming = turn.state === "streaming";
      if (turn.text !== previous?.text || turn.state !== previous.state) {
        const patch = incremental.update(turn.text, !streaming);
        patch.blocks.forEach((block, at) => showBlock(patch.keep + at, block, turn, states));
        for (const { node } of shown.splice(patch.keep + patch.blocks.length)) node.remove();
      }
      if (turn.citations !== previous?.citations) placeChips(root, turn.citations, states, texts);
      if (states !== previousStates) showStates(turn, states);
      previous = turn;
      previousStates = states;
    },
  };
}
