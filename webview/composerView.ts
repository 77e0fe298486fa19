import type { MemoryLine } from "../protocol/webviewMessages.ts";
import { element } from "./element.ts";
import { icon } from "./icons.ts";
import { canAsk, questionsAsked, streamingTurn, type ViewState } from "./state.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";

/** What the question field leads to. */
export interface ComposerActions {
  ask(question: string): void;
  stop(): void;
  /** The text changed and rested for a moment. */
  draft(text: string): void;
}

/** The question field with its button. */
export interface ComposerView {
  readonly root: HTMLElement;
  update(state: ViewState): void;
  /** Puts text into the field, with the cursor behind it, and focuses it. */
  prefill(question: string): void;
  /** Puts back what was typed before the view was hidden, unless something was typed since. */
  restore(draft: string): void;
  focus(): void;
}

/** Text that rests this long is passed on as the draft. */
const draftDelayMs = 300;

/** Returns an empty field. */
export function createComposerView(texts: Texts, actions: ComposerActions): ComposerView {
  const field = element("textarea", {
    class: "question-field",
    attributes: {
      rows: "1",
      "aria-label": texts.text("composer.label"),
      "aria-describedby": "composer-hint",
      autocomplete: "off",
    },
  });
  const button = element("button", { class: "send", attributes: { type: "submit" } }, icon("send"));
  const root = element(
    "form",
    { class: "composer" },
    field,
    element("div", { class: "composer-bar" }, element("div", { class: "composer-tools" }), button),
    element("span", {
      class: "visually-hidden",
      text: texts.text("composer.hint"),
      attributes: { id: "composer-hint" },
    }),
  );

  let state: ViewState | undefined;
  let recalledIndex = -1;
  let draftTimer: ReturnType<typeof setTimeout> | undefined;
  let sentDraft = "";

  const isStreaming = (): boolean => state !== undefined && streamingTurn(state) !== undefined;
  const isOpen = (): boolean => state !== undefined && canAsk(state.memory);

  function flushDraft(): void {
    clearTimeout(draftTimer);
    if (field.value === sentDraft) return;
    sentDraft = field.value;
    actions.draft(sentDraft);
  }

  function setValue(text: string): void {
    field.value = text;
    field.setSelectionRange(text.length, text.length);
    changed();
  }

  function changed(): void {
    grow();
    showButton();
    clearTimeout(draftTimer);
    draftTimer = setTimeout(flushDraft, draftDelayMs);
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

  function send(): void {
    const question = field.value.trim();
    if (question === "" || isStreaming() || !isOpen()) return;
    recalledIndex = -1;
    setValue("");
    flushDraft();
    actions.ask(question);
  }

  /** Steps through the questions asked; returns false when the key should move the cursor as usual. */
  function recall(step: 1 | -1): boolean {
    const questions = questionsAsked(state?.turns ?? []);
    const untouched = field.value === (questions[recalledIndex] ?? "");
    const next = recalledIndex + step;
    if (!untouched || next < -1 || next >= questions.length) return false;
    recalledIndex = next;
    setValue(questions[next] ?? "");
    return true;
  }

  root.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isStreaming()) actions.stop();
    else send();
  });
  field.addEventListener("input", () => {
    recalledIndex = -1;
    changed();
  });
  field.addEventListener("blur", flushDraft);
  document.addEventListener("visibilitychange", flushDraft);
  window.addEventListener("pagehide", flushDraft);
  field.addEventListener("keydown", (event) => {
    // Enter that ends the composition of a character is not meant for the form.
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
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
      showButton();
    },
    prefill: (question) => {
      setValue(question);
      field.focus();
    },
    restore: (draft) => {
      if (field.value !== "" || draft === "") return;
      sentDraft = draft;
      setValue(draft);
    },
    focus: () => field.focus(),
  };
}

function placeholderOf(memory: MemoryLine): StringKey {
  if (memory.kind === "noFolder") return "composer.placeholderNoFolder";
  return memory.kind === "restricted" ? "composer.placeholderRestricted" : "composer.placeholder";
}
