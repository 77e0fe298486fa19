import { createConversationFinder, type FinderActions } from "./conversationFinder.ts";
import { element, setText } from "./element.ts";
import { iconButton } from "./iconButton.ts";
import { icon } from "./icons.ts";
import type { ViewState } from "./state.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** What the header leads to. */
export interface HeaderActions extends FinderActions {
  create(): void;
  /** Writes the conversation to a file. */
  exportConversation(): void;
}

/** Title of the conversation, the list of all, and a new one. */
export interface HeaderView {
  readonly root: HTMLElement;
  update(state: ViewState): void;
}

/** Returns the header with its list closed. */
export function createHeaderView(texts: Texts, actions: HeaderActions): HeaderView {
  const list = createConversationFinder(texts, {
    ...actions,
    open: (id) => {
      setOpen(false);
      actions.open(id);
    },
    openTurn: (place) => {
      setOpen(false);
      actions.openTurn(place);
    },
  });
  const title = element("bdi", { class: "title-text" });
  const toggle = element(
    "button",
    {
      class: "title",
      attributes: { type: "button", "aria-expanded": "false", "aria-controls": "conversations" },
      on: { click: () => setOpen(popup.hidden !== false) },
    },
    title,
    icon("chevronDown"),
  );
  const popup = element("div", { class: "popup", attributes: { id: "conversations" } }, list.root);
  popup.hidden = true;
  const add = iconButton("add", texts.text("header.newConversation"), () => {
    setOpen(false);
    actions.create();
  });
  const save = iconButton("save", texts.text("header.export"), () => actions.exportConversation());
  save.hidden = true;
  const buttons = element("span", { class: "header-buttons" }, save, add);
  const root = element("header", { class: "header" }, toggle, buttons, popup);

  let state: ViewState | undefined;
  function setOpen(open: boolean): void {
    if (open === (popup.hidden === false)) return;
    popup.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    list.reset();
    if (open && state) {
      list.update(state);
      list.focusCurrent();
    }
  }

  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || popup.hidden) return;
    // Otherwise the same key would also stop an answer.
    event.stopPropagation();
    setOpen(false);
    toggle.focus();
  });
  root.addEventListener("focusout", (event) => {
    const next = event.relatedTarget;
    if (next instanceof Node && !root.contains(next)) setOpen(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && !root.contains(event.target)) setOpen(false);
  });

  return {
    root,
    update: (next) => {
      state = next;
      save.hidden = next.turns.length === 0;
      const text = oneLine(next.conversation?.title ?? "") || texts.text("header.newConversation");
      setText(title, text);
      toggle.setAttribute("aria-label", texts.text("header.showConversations", text));
      toggle.title = text;
      if (!popup.hidden) list.update(next);
    },
  };
}
