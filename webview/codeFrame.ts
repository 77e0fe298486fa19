import type { Citation } from "../protocol/types.ts";
import { citationChip } from "./citationChip.ts";
import { longPlace } from "./citationLabel.ts";
import { element, setText } from "./element.ts";
import { flashCopied, iconButton } from "./iconButton.ts";
import type { CitationState } from "./state.ts";
import type { Texts } from "./texts.ts";

/** What can be done with the code of a block. */
export interface CodeActions {
  readonly copy: (text: string) => void;
  insertCode(code: string): void;
  applyCode(code: string): void;
}

/** What a code block's frame needs of the turn it stands in. */
export interface CodeContext {
  readonly texts: Texts;
  readonly citations: readonly Citation[];
  readonly states: readonly CitationState[] | undefined;
  readonly actions: CodeActions;
}

/** Puts a frame around each code block in `root`: where it is from or its language, and a copy button. */
export function frameCode(root: ParentNode, codes: readonly string[], context: CodeContext): void {
  const { texts } = context;
  root.querySelectorAll<HTMLElement>(".code-block").forEach((block, at) => {
    const cite = block.dataset["codeCite"];
    const citation = cite === undefined ? undefined : context.citations[Number(cite)];
    const language = block.dataset["language"] || texts.text("code.plain");
    const copy = iconButton("copy", texts.text("code.copy"), () => {
      context.actions.copy(codes[at] ?? "");
      flashCopied(copy, texts);
    });
    const head = element("div", { class: "code-head" });
    if (citation)
      head.append(citationChip(citation, Number(cite), context.states?.[Number(cite)], texts));
    head.append(
      element("span", { class: "code-language", text: language }),
      element("span", { class: "code-state" }),
      // Code of the workspace is there already: its place is to be opened.
      ...(citation ? [] : changeButtons(codes[at] ?? "", context)),
      copy,
    );
    block.prepend(head);
    const pre = block.querySelector("pre");
    block.querySelector(".gutter")?.setAttribute("aria-hidden", "true");
    // A region that scrolls must be reachable without a mouse.
    pre?.setAttribute("tabindex", "0");
    pre?.setAttribute("role", "region");
    const label = citation
      ? texts.text("code.regionOf", longPlace(citation, texts))
      : texts.text("code.region", language);
    pre?.setAttribute("aria-label", label);
    showCodeState(block, context);
  });
}

function changeButtons(code: string, { texts, actions }: CodeContext): readonly HTMLElement[] {
  return [
    iconButton("insert", texts.text("code.insert"), () => actions.insertCode(code)),
    iconButton("diff", texts.text("code.apply"), () => actions.applyCode(code)),
  ];
}

/** Shows on a code block whether the place it was taken from still has this text. */
export function showCodeState(
  block: HTMLElement,
  context: Pick<CodeContext, "texts" | "states">,
): void {
  const cite = block.dataset["codeCite"];
  const state = cite === undefined ? undefined : context.states?.[Number(cite)];
  const note = block.querySelector(".code-state");
  if (note === null) return;
  block.dataset["state"] = state ?? "unchecked";
  const changed = state === "stale" ? "code.changed" : state === "gone" ? "code.gone" : undefined;
  setText(note, changed ? context.texts.text(changed) : "");
}
