import type { ConversationPart } from "../protocol/context.ts";
import { element, setText } from "./element.ts";
import { icon } from "./icons.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** The line of a finished part of the conversation: a button that unfolds it and folds it again. */
export interface PartView {
  readonly root: HTMLElement;
  update(part: ConversationPart, isFolded: boolean): void;
}

/** Returns the view; `toggle` folds or unfolds the part. */
export function createPartView(texts: Texts, toggle: () => void): PartView {
  const line = element("bdi", { class: "part-line" });
  const details = element("span", { class: "part-details" });
  const button = element(
    "button",
    { class: "disclosure part-toggle", attributes: { type: "button" }, on: { click: toggle } },
    icon("chevronRight"),
    element("span", { class: "part-text" }, line, " ", details),
  );
  return {
    root: element("h2", { class: "part" }, button),
    update: (part, isFolded) => {
      setText(line, oneLine(part.line) || texts.text("part.noQuestion"));
      setText(details, detailsOf(part, texts));
      button.setAttribute("aria-expanded", String(!isFolded));
    },
  };
}

function detailsOf({ nQuestions, nPlaces, endMs }: ConversationPart, texts: Texts): string {
  return [
    texts.plural("part.questions", nQuestions),
    texts.plural("part.places", nPlaces),
    texts.ago(endMs, Date.now()),
  ].join(" · ");
}
