import { element, setText } from "./element.ts";
import type { Texts } from "./texts.ts";

/** Whether what is in the question field is to be asked in place of an earlier question. */
export interface QuestionEdit {
  /** The line above the field that says so. */
  readonly root: HTMLElement;
  /** This question is edited: sending asks it anew as a branch. */
  begin(turnId: string): void;
  /** This question was recalled: sending asks at the end, and only another key asks it anew. */
  recall(turnId: string): void;
  /** Nothing is edited any more. */
  end(): void;
  readonly isEditing: boolean;
  /** The question in whose place to ask, `undefined` to ask at the end. `isInstead`: the other key was used. */
  turnFor(isInstead: boolean): string | undefined;
}

/** Returns one that edits nothing. `cancelled` puts back what was in the field before. */
export function createQuestionEdit(texts: Texts, cancelled: () => void): QuestionEdit {
  const words = element("span", { attributes: { id: "edit-words" } });
  const cancel = element("button", {
    class: "link-button",
    text: texts.text("edit.cancel"),
    attributes: { type: "button" },
    on: { click: cancelled },
  });
  const root = element("div", { class: "edit-line note" }, words, cancel);
  root.hidden = true;
  let turnId: string | undefined;
  let isEditing = false;

  function show(id: string | undefined, editing: boolean): void {
    turnId = id;
    isEditing = editing;
    root.hidden = id === undefined;
    cancel.hidden = !editing;
    setText(words, id === undefined ? "" : texts.text(editing ? "edit.editing" : "edit.recalled"));
  }

  return {
    root,
    begin: (id) => show(id, true),
    recall: (id) => show(id, false),
    end: () => show(undefined, false),
    get isEditing() {
      return isEditing;
    },
    turnFor: (isInstead) => (isEditing || isInstead ? turnId : undefined),
  };
}
