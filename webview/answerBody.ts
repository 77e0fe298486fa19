import type { Turn } from "../protocol/types.ts";
import { placeChips, showCitationState } from "./citationChip.ts";
import { frameCode, showCodeState, type CodeActions, type CodeContext } from "./codeFrame.ts";
import { element } from "./element.ts";
import { createIncrementalMarkdown } from "./incrementalMarkdown.ts";
import type { Block, MarkdownRenderer } from "./markdown.ts";
import { sanitize } from "./sanitize.ts";
import type { CitationState } from "./state.ts";
import type { Texts } from "./texts.ts";
import { placeTurnLinks } from "./turnLinks.ts";

/** The rendered text of one answer. */
export interface AnswerBody {
  readonly root: HTMLElement;
  /** Shows the turn's text; only blocks that changed are touched. */
  update(turn: Turn, states: readonly CitationState[] | undefined): void;
}

/** A block on the screen, with what its parts were made from: equal parts keep their nodes. */
interface ShownBlock {
  readonly kind: string;
  readonly node: HTMLElement;
  /** What the parts stand in: the list, else the block itself. */
  readonly host: HTMLElement;
  readonly pieces: { readonly html: string; readonly nodes: readonly ChildNode[] }[];
}

function newBlock(kind: string, list: Block["list"]): ShownBlock {
  const node = element("div", { class: "block" });
  if (list === undefined) return { kind, node, host: node, pieces: [] };
  const host = element(list.tag, { attributes: { start: list.start || undefined } });
  node.append(host);
  return { kind, node, host, pieces: [] };
}

/** Returns an empty body. `actions` get the code of a block when its buttons are used. */
export function createAnswerBody(
  renderer: MarkdownRenderer,
  texts: Texts,
  actions: CodeActions,
): AnswerBody {
  const root = element("div", { class: "answer" });
  const incremental = createIncrementalMarkdown(renderer);
  const shown: ShownBlock[] = [];
  let previous: Turn | undefined;
  let previousStates: readonly CitationState[] | undefined;

  function showBlock(at: number, block: Block, context: CodeContext): void {
    let target = shown[at];
    const kind = block.list === undefined ? "" : `${block.list.tag} ${block.list.start}`;
    if (target === undefined || target.kind !== kind) {
      const made = newBlock(kind, block.list);
      if (target) target.node.replaceWith(made.node);
      else root.append(made.node);
      target = shown[at] = made;
    }
    const { host, pieces } = target;
    for (const { nodes } of pieces.splice(block.pieces.length))
      for (const node of nodes) node.remove();
    block.pieces.forEach((piece, index) => {
      const old = pieces[index];
      if (old?.html === piece.html) return;
      const fragment = sanitize(piece.html);
      frameCode(fragment, piece.codes, context);
      placeChips(fragment, context.citations, context.states, texts);
      placeTurnLinks(fragment, texts);
      const nodes = [...fragment.childNodes];
      if (old?.nodes[0]) old.nodes[0].before(fragment);
      else host.append(fragment);
      for (const node of old?.nodes ?? []) node.remove();
      pieces[index] = { html: piece.html, nodes };
    });
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
        const context: CodeContext = { texts, citations: turn.citations, states, actions };
        patch.blocks.forEach((block, at) => showBlock(patch.keep + at, block, context));
        for (const { node } of shown.splice(patch.keep + patch.blocks.length)) node.remove();
      }
      if (turn.citations !== previous?.citations) placeChips(root, turn.citations, states, texts);
      if (states !== previousStates) showStates(turn, states);
      previous = turn;
      previousStates = states;
    },
  };
}
