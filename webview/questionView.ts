import type { SelectedCode, Turn } from "../protocol/types.ts";
import { fileName, shortLines } from "./citationLabel.ts";
import { element } from "./element.ts";
import { icon } from "./icons.ts";
import type { Texts } from "./texts.ts";
import type { TurnView } from "./turnView.ts";
import { clamp, oneLine, visibleText } from "./visibleText.ts";

/** Longest question that is shown whole, in UTF-16 code units. */
const maxQuestion = 10_000;

/** Returns the view of a question. Its text is shown as it was typed, with the code it is about named below. */
export function createQuestionView(turn: Turn, texts: Texts): TurnView {
  const bubble = element("div", { class: "question" });
  const root = element(
    "section",
    { class: "turn turn-user", attributes: { "data-turn": turn.id } },
    element("h2", { class: "visually-hidden", text: texts.text("turn.you") }),
    bubble,
  );
  let previous: string | undefined;
  return {
    root,
    update: ({ text, selection }) => {
      if (text === previous) return;
      previous = text;
      const { text: shown, nLeftOut } = clamp(text, maxQuestion);
      bubble.textContent = visibleText(shown);
      if (nLeftOut > 0) {
        const note = texts.text("markdown.moreCharacters", texts.number(nLeftOut));
        bubble.append(" ", element("span", { class: "note", text: note }));
      }
      if (selection) bubble.append(aboutCode(selection, texts));
    },
  };
}

function aboutCode({ file, range }: SelectedCode, texts: Texts): HTMLElement {
  const last = Math.max(range.startLine, range.endLine - 1);
  const lines = shortLines({
    start: { line: range.startLine, character: 0 },
    end: { line: last, character: 1 },
  });
  return element(
    "p",
    { class: "about-code", attributes: { title: oneLine(file) } },
    element("span", { class: "visually-hidden", text: texts.text("turn.aboutCode") }),
    icon("file"),
    element("bdi", { class: "chip-name", text: fileName(file.replaceAll("\\", "/")) }),
    element("span", { class: "chip-lines", text: `:${lines}` }),
  );
}
