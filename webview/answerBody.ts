import type { ProseMark } from "../protocol/prose.ts";
import type { Citation, Turn } from "../protocol/types.ts";
import { placeChips, showCitationState } from "./citationChip.ts";
import { frameCode, showCodeState, type CodeActions, type CodeContext } from "./codeFrame.ts";
import { element } from "./element.ts";
import { createIncrementalMarkdown } from "./incrementalMarkdown.ts";
import type { Block, MarkdownRenderer } from "./markdown.ts";
import { sanitize } from "./sanitize.ts";
import type { CitationState } from "./state.ts";
import type { Texts } from "./texts.ts";
import { placeMarks } from "./supportMark.ts";
import { placeTurnLinks } from "./turnLinks.ts";

/** The part of a turn that is shown as one text: the answer itself, or what a language model wrote. */
export interface BodyText {
  readonly text: string;
  readonly state: Turn["state"];
  /** What the text's own links lead to. */
  readonly citations: readonly Citation[];
  /** Where `citations` begin among all that the turn cites; 0 when absent. */
  readonly firstCitation?: number;
  /** Why sentences are not supported; absent where no sentence is checked. */
  readonly marks?: readonly ProseMark[];
}

/** A rendered text. */
export interface AnswerBody {
  readonly root: HTMLElement;
  /** Shows the text; only blocks that changed are touched. `states` are of all that the turn cites. */
  update(text: BodyText, states: readonly CitationState[] | undefined): void;
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
  let previous: BodyText | undefined;
  let previousStates: readonly CitationState[] | undefined;

  function showBlock(at: number, block: Block, body: BodyText, context: CodeContext): void {
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
      placeChips(fragment, body.citations, context.states, texts, body.firstCitation);
      if (body.marks) placeMarks(fragment, body.marks, texts);
      placeTurnLinks(fragment, texts);
      const nodes = [...fragment.childNodes];
      if (old?.nodes[0]) old.nodes[0].before(fragment);
      else host.append(fragment);
      for (const node of old?.nodes ?? []) node.remove();
      pieces[index] = { html: piece.html, nodes };
    });
  }

  function showStates(body: BodyText, states: readonly CitationState[] | undefined): void {
    for (const chip of root.querySelectorAll<HTMLElement>("button[data-cite]")) {
      const index = Number(chip.dataset["cite"]);
      const citation = body.citations[index - (body.firstCitation ?? 0)];
      if (citation) showCitationState(chip, citation, states?.[index], texts);
    }
    for (const block of root.querySelectorAll<HTMLElement>(".code-block"))
      showCodeState(block, { texts, states });
  }

  return {
    root,
    update: (body, states) => {
      const streaming = body.state === "streaming";
      if (body.text !== previous?.text || body.state !== previous.state) {
        const patch = incremental.update(body.text, !streaming);
        // A model's code block is not a place of the workspace, whatever it says of itself.
        const citations = body.marks === undefined ? body.citations : [];
        const context: CodeContext = { texts, citations, states, actions };
        patch.blocks.forEach((block, at) => showBlock(patch.keep + at, block, body, context));
        for (const { node } of shown.splice(patch.keep + patch.blocks.length)) node.remove();
      }
      if (body.citations !== previous?.citations)
        placeChips(root, body.citations, states, texts, body.firstCitation);
      if (body.marks && body.marks !== previous?.marks) placeMarks(root, body.marks, texts);
      if (states !== previousStates) showStates(body, states);
      previous = body;
      previousStates = states;
    },
  };
}
