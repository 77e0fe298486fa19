import type { SelectedCode, Turn } from "../protocol/types.ts";
import { fileName, shortLines } from "./citationLabel.ts";
import { element } from "./element.ts";
import { createBranchSwitch } from "./branchSwitch.ts";
import { iconButton } from "./iconButton.ts";
import { icon } from "./icons.ts";
import type { Texts } from "./texts.ts";
import type { TurnView } from "./turnView.ts";
import { clamp, oneLine, visibleText } from "./visibleText.ts";

/** Longest question that is shown whole, in UTF-16 code units. */
const maxQuestion = 10_000;

/** What can be done at a question. */
export interface QuestionActions {
  /** Puts it into the field to be asked in another way. */
  editQuestion(turn: Turn): void;
  chooseBranch(turnId: string): void;
  /** The questions that stand in its place, `undefined` when it is the only one. */
  readonly branchesOf: (turnId: string) => readonly string[] | undefined;
}

/** Returns the view of a question. Its text is shown as it was typed, with the code it is about named below. */
export function createQuestionView(turn: Turn, texts: Texts, actions: QuestionActions): TurnView {
  const bubble = element("div", { class: "question" });
  const branches = createBranchSwitch(texts, (id) => actions.chooseBranch(id));
  const edit = iconButton("edit", texts.text("turn.edit"), () => actions.editQuestion(shownTurn));
  const tools = element("div", { class: "question-tools" }, branches.root, edit);
  let shownTurn = turn;
  const root = element(
    "section",
    { class: "turn turn-user", attributes: { "data-turn": turn.id } },
    element("h2", { class: "visually-hidden", text: texts.text("turn.you") }),
    bubble,
    tools,
  );
  let previous: string | undefined;
  return {
    root,
    update: (next) => {
      shownTurn = next;
      branches.update(next.id, actions.branchesOf(next.id));
      const { text, selection } = next;
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
