import { mentionText, type MentionKind, type Suggestion } from "../protocol/mentions.ts";
import { fileName, folderName } from "./citationLabel.ts";
import { element, setText } from "./element.ts";
import { icon, type IconName } from "./icons.ts";
import { mentionBefore, type MentionToken } from "./mentionToken.ts";
import type { ViewState } from "./state.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** Asks for what may be meant by a prefix; the answer comes with the state. */
export type WantSuggestions = (prefix: string, kinds: readonly MentionKind[] | undefined) => void;

/** The list of files, folders and definitions that opens behind an `@` in the question field. */
export interface MentionList {
  readonly root: HTMLElement;
  update(state: Pick<ViewState, "suggested">): void;
  /** Opens the list as if `@` had been typed at the cursor. */
  begin(): void;
}

const listId = "mention-list";
const look: Readonly<Record<MentionKind, { readonly icon: IconName; readonly key: StringKey }>> = {
  file: { icon: "file", key: "mention.file" },
  folder: { icon: "folder", key: "mention.folder" },
  symbol: { icon: "symbol", key: "mention.symbol" },
};

/**
 * Returns the list, closed. The focus stays in the field, which names the chosen row as its active descendant (the
 * pattern of a list box that belongs to a text field, WAI-ARIA 1.2). Its keys come before those of the field.
 */
export function createMentionList(
  field: HTMLTextAreaElement,
  texts: Texts,
  want: WantSuggestions,
): MentionList {
  const list = element("ul", {
    class: "mention-list",
    attributes: { id: listId, role: "listbox", "aria-label": texts.text("mention.label") },
  });
  const said = element("span", { class: "visually-hidden", attributes: { "aria-live": "polite" } });
  const root = element("div", { class: "mentions" }, list, said);
  list.hidden = true;
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-haspopup", "listbox");

  let token: MentionToken | undefined;
  /** Where the `@` stands whose list was closed by hand. */
  let dismissed: number | undefined;
  let shown: readonly Suggestion[] = [];
  let suggested: ViewState["suggested"];
  let chosen = 0;
  /** A folder was taken to go on in it. */
  let isInside = false;

  function seek(): void {
    const isCursor = field.selectionStart === field.selectionEnd;
    token = isCursor ? mentionBefore(field.value, field.selectionStart) : undefined;
    if (token === undefined) dismissed = undefined;
    if (token === undefined || token.start === dismissed) return close();
    want(token.prefix, token.kinds);
  }

  function close(): void {
    token = undefined;
    list.hidden = true;
    shown = [];
    field.removeAttribute("aria-activedescendant");
    field.removeAttribute("aria-controls");
    setText(said, "");
  }

  function show(suggestions: readonly Suggestion[]): void {
    shown = suggestions;
    chosen = 0;
    list.replaceChildren(...suggestions.map((suggestion, at) => row(suggestion, at)));
    list.hidden = suggestions.length === 0;
    if (list.hidden) field.removeAttribute("aria-controls");
    else field.setAttribute("aria-controls", listId);
    setText(said, texts.plural("mention.found", suggestions.length));
    choose(0);
  }

  function row(suggestion: Suggestion, at: number): HTMLElement {
    const { kind, path, name, isOpen } = suggestion;
    const title = name === undefined ? fileName(path) : oneLine(name);
    const beside = kind === "symbol" ? oneLine(path) : folderName(path);
    const words = [texts.text(look[kind].key), ...(isOpen ? [texts.text("mention.open")] : [])];
    return element(
      "li",
      {
        class: "mention",
        attributes: {
          id: `${listId}-${at}`,
          role: "option",
          "aria-selected": "false",
          title: path,
        },
        on: {
          // The focus must not leave the field.
          mousedown: (event) => event.preventDefault(),
          click: () => pick(at, true),
        },
      },
      icon(look[kind].icon),
      element("bdi", { class: "mention-name", text: kind === "folder" ? `${title}/` : title }),
      element("bdi", { class: "mention-path", text: beside }),
      element("span", { class: "mention-kind", text: words.join(", ") }),
    );
  }

  function choose(at: number): void {
    if (shown.length === 0) return;
    chosen = (at + shown.length) % shown.length;
    [...list.children].forEach((option, idx) =>
      option.setAttribute("aria-selected", String(idx === chosen)),
    );
    const option = list.children[chosen];
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
  }

  /** Writes a suggestion in the place of what was typed. A folder that is not finished stays open for what is in it. */
  function pick(at: number, isFinished: boolean): void {
    const suggestion = shown[at];
    if (suggestion === undefined || token === undefined) return;
    const { start } = token;
    const text = `${mentionText(suggestion)}${isFinished ? " " : ""}`;
    const after = field.value.slice(field.selectionStart);
    const isSpaced = isFinished && /^\s/.test(after);
    field.setRangeText(isSpaced ? text.trimEnd() : text, start, field.selectionStart, "end");
    if (isSpaced) field.setSelectionRange(field.selectionStart + 1, field.selectionStart + 1);
    close();
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    isInside = !isFinished;
  }

  field.addEventListener("input", (event) => {
    isInside = false;
    if (!(event instanceof InputEvent && event.isComposing)) seek();
  });
  field.addEventListener("click", seek);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (list.hidden) return;
    if (!act(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  field.addEventListener("keyup", ({ key }) => {
    if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(key)) seek();
  });

  /** Does what a key means in the open list; returns false for keys that mean nothing in it. */
  function act({ key, shiftKey }: KeyboardEvent): boolean {
    if (key === "ArrowDown") choose(chosen + 1);
    else if (key === "ArrowUp") choose(chosen - 1);
    else if (key === "PageDown") choose(shown.length - 1);
    else if (key === "PageUp") choose(0);
    else if (key === "Enter" && !shiftKey) pick(chosen, true);
    else if (key === "Tab" && !shiftKey) pick(chosen, shown[chosen]?.kind !== "folder");
    else if (key === "Escape") {
      dismissed = token?.start;
      close();
    } else return false;
    return true;
  }

  return {
    root,
    update: ({ suggested: next }) => {
      if (next === suggested || next === undefined) return;
      suggested = next;
      // An answer to what was typed before is of no use.
      if (token === undefined || next.prefix !== token.prefix) return;
      // What is written out already is meant, and Enter is to send the question.
      const written = field.value.slice(token.start, field.selectionStart);
      const isWhole = next.suggestions.some((each) => mentionText(each) === written);
      show(isWhole && !isInside ? [] : next.suggestions);
    },
    begin: () => {
      const before = field.value.slice(0, field.selectionStart);
      const blank = before === "" || /[\s(]$/.test(before) ? "" : " ";
      field.setRangeText(`${blank}@`, field.selectionStart, field.selectionEnd, "end");
      field.focus();
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    },
  };
}
