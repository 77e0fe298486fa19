/** What a row of the list of conversations shows: the conversation, a field for its title, or a question. */
import type { Conversation } from "../protocol/types.ts";
import { element } from "./element.ts";
import { iconButton } from "./iconButton.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

const maxTitle = 200;

/** What the buttons of a row do. */
export interface RowActions {
  readonly open: () => void;
  readonly rename: () => void;
  readonly remove: () => void;
}

/** Returns the row's buttons: one that opens the conversation, one to rename and one to delete it. */
export function conversationParts(
  conversation: Conversation,
  texts: Texts,
  nowMs: number,
  isCurrent: boolean,
  actions: RowActions,
): readonly HTMLElement[] {
  const title = titleOf(conversation, texts);
  const details = [
    texts.plural("conversations.turns", conversation.nTurns),
    texts.ago(conversation.updatedMs, nowMs),
  ].join(" · ");
  const open = element(
    "button",
    {
      class: "conversation-open",
      attributes: { type: "button", "aria-current": isCurrent ? "true" : undefined, title },
      on: { click: actions.open },
    },
    element("bdi", { class: "conversation-title", text: title }),
    element("span", { class: "conversation-details", text: details }),
  );
  return [
    open,
    iconButton("edit", texts.text("conversations.rename", title), actions.rename),
    iconButton("trash", texts.text("conversations.delete", title), actions.remove),
  ];
}

/** Returns a field for a new title. `done` gets it, `undefined` when it stays as it was. */
export function renameField(
  conversation: Conversation,
  texts: Texts,
  done: (title: string | undefined) => void,
): HTMLInputElement {
  const input = element("input", {
    class: "rename",
    attributes: {
      type: "text",
      maxlength: String(maxTitle),
      "aria-label": texts.text("conversations.newTitle", titleOf(conversation, texts)),
    },
  });
  input.value = conversation.title;
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      // Else the key would also press the button that has the focus next.
      event.preventDefault();
      const title = input.value.trim();
      done(title === "" || title === conversation.title ? undefined : title);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      done(undefined);
    } else if (/^(Arrow|Home|End|Delete|F2)/.test(event.key)) {
      // These move in the text here and not in the list.
      event.stopPropagation();
    }
  });
  return input;
}

/** Returns the question whether to delete, with its careful button; Escape is a no. */
export function deleteQuestion(
  texts: Texts,
  done: (isConfirmed: boolean) => void,
): { readonly root: HTMLElement; readonly cancel: HTMLElement } {
  const button = (look: string, text: string, isConfirmed: boolean): HTMLElement =>
    element("button", {
      class: look,
      text,
      attributes: { type: "button" },
      on: { click: () => done(isConfirmed) },
    });
  const words = texts.text("conversations.confirmDelete");
  const cancel = button("button secondary", texts.text("conversations.cancel"), false);
  const root = element(
    "div",
    { class: "confirm", attributes: { role: "group", "aria-label": words } },
    element("span", { class: "confirm-text", text: words }),
    button("button", texts.text("conversations.confirm"), true),
    cancel,
  );
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    done(false);
  });
  return { root, cancel };
}

function titleOf({ title }: Conversation, texts: Texts): string {
  return oneLine(title) || texts.text("header.newConversation");
}
