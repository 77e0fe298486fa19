import type { MemoryLine } from "../protocol/webviewMessages.ts";
import { createDeepSwitch } from "./deepSwitch.ts";
import { createDraftWatch } from "./draftWatch.ts";
import { element } from "./element.ts";
import { watchNamedFiles, type NamedFiles } from "./fileDrop.ts";
import { iconButton } from "./iconButton.ts";
import { icon } from "./icons.ts";
import { createMentionList, type WantSuggestions } from "./mentionList.ts";
import { createModelButton } from "./modelButton.ts";
import { createQuestionEdit } from "./questionEdit.ts";
import { createQuestionHistory } from "./questionHistory.ts";
import { canAsk, questionsAsked, streamingTurn, type ViewState } from "./state.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";

/** What the question field leads to. */
export interface ComposerActions {
  /** `isDeep`: part by part, in rounds. */
  ask(question: string, isDeep: boolean): void;
  /** Asks in place of an earlier question. */
  edit(turnId: string, question: string, isDeep: boolean): void;
  stop(): void;
  /** Wants another language model, or none. */
  chooseModel(): void;
  /** The text changed and rested for a moment. */
  readonly draft: (text: string) => void;
  readonly suggest: WantSuggestions;
  nameFiles(named: NamedFiles): void;
}

/** The question field with its button. */
export interface ComposerView {
  readonly root: HTMLElement;
  update(state: ViewState): void;
  /** Puts text into the field, with the cursor behind it, and focuses it. */
  prefill(question: string): void;
  /** Puts an earlier question into the field; sending asks it anew as a branch of the conversation. */
  edit(turnId: string, question: string): void;
  /** Puts back what was typed before the view was hidden, unless something was typed since. */
  restore(draft: string): void;
  /** Puts text in at the cursor, with blanks around it, and focuses the field. */
  insert(text: string): void;
  focus(): void;
}

/** Returns an empty field. */
export function createComposerView(texts: Texts, actions: ComposerActions): ComposerView {
  const { root, field, tools, button } = composerParts(texts);
  // Its keys come before those of the field.
  const mentions = createMentionList(field, texts, actions.suggest);
  const edit = createQuestionEdit(texts, () => leaveEdit());
  root.prepend(mentions.root, edit.root);
  /** What was in the field before a question was edited. */
  let aside = "";
  tools.append(iconButton("at", texts.text("composer.mention"), () => mentions.begin()));
  watchNamedFiles(field, (named) => actions.nameFiles(named));
  const model = createModelButton(texts, () => actions.chooseModel());
  const deep = createDeepSwitch(texts);
  tools.append(model.root, deep.root);
  let state: ViewState | undefined;
  const draft = createDraftWatch(field, actions.draft);
  const history = createQuestionHistory(() => questionsAsked(state?.turns ?? []));

  const isStreaming = (): boolean => state !== undefined && streamingTurn(state) !== undefined;
  const isOpen = (): boolean => state !== undefined && canAsk(state.memory);

  function setValue(text: string): void {
    field.value = text;
    field.setSelectionRange(text.length, text.length);
    changed();
  }

  function changed(): void {
    grow();
    showButton();
    draft.changed();
  }

  function grow(): void {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }

  function showButton(): void {
    const streaming = isStreaming();
    const label = texts.text(streaming ? "composer.stop" : "composer.send");
    if (button.title !== label) {
      button.replaceChildren(icon(streaming ? "stop" : "send"));
      button.setAttribute("aria-label", label);
      button.title = label;
    }
    button.disabled = !streaming && (!isOpen() || field.value.trim() === "");
  }

  /** `isInstead`: in place of the earlier question that was recalled. */
  function send(isInstead: boolean): void {
    const question = field.value.trim();
    if (question === "" || isStreaming() || !isOpen()) return;
    const turnId = edit.turnFor(isInstead);
    history.leave();
    edit.end();
    setValue("");
    draft.flush();
    if (turnId === undefined) actions.ask(question, deep.isOn);
    else actions.edit(turnId, question, deep.isOn);
  }

  function leaveEdit(): void {
    edit.end();
    setValue(aside);
    field.focus();
  }

  /** Puts an earlier or later question into the field; returns false when the key should move the cursor as usual. */
  function recall(step: 1 | -1): boolean {
    const question = history.step(field.value, step);
    if (question === undefined || edit.isEditing) return false;
    setValue(question);
    const turn = state?.turns.findLast(({ role, text }) => role === "user" && text === question);
    if (turn === undefined) edit.end();
    else edit.recall(turn.id);
    return true;
  }

  root.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isStreaming()) actions.stop();
    else send(false);
    // The button is about to change or to be switched off, and the next question is what comes next.
    field.focus();
  });
  field.addEventListener("input", () => {
    history.leave();
    if (field.value === "" && !edit.isEditing) edit.end();
    changed();
  });
  field.addEventListener("keydown", (event) => {
    // Enter that ends the composition of a character is not meant for the form.
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send(event.ctrlKey || event.metaKey);
    } else if (event.key === "Escape" && edit.isEditing) {
      event.preventDefault();
      leaveEdit();
    } else if (event.key === "ArrowUp" && recall(1)) {
      event.preventDefault();
    } else if (event.key === "ArrowDown" && recall(-1)) {
      event.preventDefault();
    }
  });
  new ResizeObserver(grow).observe(root);

  return {
    root,
    update: (next) => {
      state = next;
      const placeholder = texts.text(placeholderOf(next.memory));
      if (field.placeholder !== placeholder) field.placeholder = placeholder;
      model.update(next.model);
      showButton();
      mentions.update(next);
    },
    insert: (text) => {
      const { start, text: spaced } = withBlanks(field, text);
      field.setRangeText(spaced, start, field.selectionEnd, "end");
      field.focus();
      changed();
    },
    edit: (turnId, question) => {
      if (!edit.isEditing) aside = field.value;
      edit.begin(turnId);
      setValue(question);
      field.focus();
    },
    prefill: (question) => {
      edit.end();
      setValue(question);
      field.focus();
    },
    restore: (text) => {
      if (field.value !== "" || text === "") return;
      draft.known(text);
      setValue(text);
    },
    focus: () => field.focus(),
  };
}

/** The field and its button, not yet wired. */
function composerParts(texts: Texts): {
  readonly root: HTMLFormElement;
  readonly field: HTMLTextAreaElement;
  readonly tools: HTMLElement;
  readonly button: HTMLButtonElement;
} {
  const field = element("textarea", {
    class: "question-field",
    attributes: {
      rows: "1",
      "aria-label": texts.text("composer.label"),
      "aria-describedby": "composer-hint",
      autocomplete: "off",
    },
  });
  const tools = element("div", { class: "composer-tools" });
  const button = element("button", { class: "send", attributes: { type: "submit" } }, icon("send"));
  const root = element(
    "form",
    { class: "composer" },
    field,
    element("div", { class: "composer-bar" }, tools, button),
    element("span", {
      class: "visually-hidden",
      text: texts.text("composer.hint"),
      attributes: { id: "composer-hint" },
    }),
  );
  return { root, field, tools, button };
}

/** Returns a text as it is put in at the cursor, so that it does not grow together with a word. */
function withBlanks(
  { value, selectionStart, selectionEnd }: HTMLTextAreaElement,
  text: string,
): { readonly start: number; readonly text: string } {
  const isApart = selectionStart === 0 || /[\s(]$/.test(value.slice(0, selectionStart));
  const isBefore = /^\s/.test(value.slice(selectionEnd));
  return { start: selectionStart, text: `${isApart ? "" : " "}${text}${isBefore ? "" : " "}` };
}

function placeholderOf({ kind }: MemoryLine): StringKey {
  if (kind === "noFolder") return "composer.placeholderNoFolder";
  if (kind === "unavailable") return "composer.placeholderUnavailable";
  return kind === "restricted" ? "composer.placeholderRestricted" : "composer.placeholder";
}
