import type { Conversation } from "../protocol/types.ts";
import { element } from "./element.ts";
import { iconButton } from "./iconButton.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** What can be done with a conversation. */
export interface ConversationActions {
  open(conversationId: string): void;
  rename(conversationId: string, title: string): void;
  remove(conversationId: string): void;
}

/** The list in the header's popup. */
export interface ConversationList {
  readonly root: HTMLElement;
  update(conversations: readonly Conversation[], currentId: string | undefined): void;
  /** Ends a rename or a question about deleting. */
  reset(): void;
  /** Focuses the open conversation, else the first. */
  focusCurrent(): void;
}

const maxTitle = 200;

/** Returns an empty list. */
export function createConversationList(
  texts: Texts,
  actions: ConversationActions,
): ConversationList {
  const root = element("ul", {
    class: "conversations",
    attributes: { "aria-label": texts.text("header.conversations") },
  });
  let conversations: readonly Conversation[] = [];
  let currentId: string | undefined;
  /** The row that is being changed; new messages leave the list alone meanwhile. */
  let editing = false;

  function render(): void {
    editing = false;
    const nowMs = Date.now();
    root.replaceChildren(...conversations.map((conversation) => row(conversation, nowMs)));
    if (conversations.length === 0) {
      root.append(element("li", { class: "note", text: texts.text("conversations.empty") }));
    }
  }

  function row(conversation: Conversation, nowMs: number): HTMLElement {
    const { id } = conversation;
    const title = titleOf(conversation);
    const isCurrent = id === currentId;
    const details = [
      texts.plural("conversations.turns", conversation.nTurns),
      texts.ago(conversation.updatedMs, nowMs),
    ].join(" · ");
    const item = element("li", { class: "conversation", attributes: { "data-conversation": id } });
    const open = element(
      "button",
      {
        class: "conversation-open",
        attributes: { type: "button", "aria-current": isCurrent ? "true" : undefined, title },
        on: { click: () => actions.open(id) },
      },
      element("bdi", { class: "conversation-title", text: title }),
      element("span", { class: "conversation-details", text: details }),
    );
    item.append(
      open,
      iconButton("edit", texts.text("conversations.rename", title), () =>
        askTitle(item, conversation),
      ),
      iconButton("trash", texts.text("conversations.delete", title), () =>
        askDelete(item, conversation),
      ),
    );
    return item;
  }

  const titleOf = ({ title }: Conversation): string =>
    oneLine(title) || texts.text("header.newConversation");

  function backTo(conversation: Conversation): void {
    render();
    openButton(conversation.id)?.focus();
  }

  function askTitle(item: HTMLElement, conversation: Conversation): void {
    editing = true;
    const input = element("input", {
      class: "rename",
      attributes: {
        type: "text",
        maxlength: String(maxTitle),
        "aria-label": texts.text("conversations.newTitle", titleOf(conversation)),
      },
    });
    input.value = conversation.title;
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter") {
        // Else the key would also press the button that has the focus next.
        event.preventDefault();
        const title = input.value.trim();
        if (title !== "" && title !== conversation.title) actions.rename(conversation.id, title);
        backTo(conversation);
      } else if (event.key === "Escape") {
        event.stopPropagation();
        backTo(conversation);
      } else if (/^(Arrow|Home|End|Delete|F2)/.test(event.key)) {
        // These move in the text here and not in the list.
        event.stopPropagation();
      }
    });
    item.replaceChildren(input);
    input.focus();
    input.select();
  }

  function askDelete(item: HTMLElement, conversation: Conversation): void {
    editing = true;
    const cancel = element("button", {
      class: "button secondary",
      text: texts.text("conversations.cancel"),
      attributes: { type: "button" },
      on: { click: () => backTo(conversation) },
    });
    const confirm = element("button", {
      class: "button",
      text: texts.text("conversations.confirm"),
      attributes: { type: "button" },
      on: {
        click: () => {
          conversations = conversations.filter(({ id }) => id !== conversation.id);
          actions.remove(conversation.id);
          render();
          root.querySelector<HTMLElement>("button")?.focus();
        },
      },
    });
    const question = element(
      "div",
      {
        class: "confirm",
        attributes: { role: "group", "aria-label": texts.text("conversations.confirmDelete") },
      },
      element("span", { class: "confirm-text", text: texts.text("conversations.confirmDelete") }),
      confirm,
      cancel,
    );
    question.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      backTo(conversation);
    });
    item.replaceChildren(question);
    cancel.focus();
  }

  const openButtons = (): readonly HTMLElement[] => [
    ...root.querySelectorAll<HTMLElement>(".conversation-open"),
  ];
  const openButton = (id: string): HTMLElement | undefined =>
    openButtons().find(
      (button) => button.closest<HTMLElement>("li")?.dataset["conversation"] === id,
    );

  root.addEventListener("keydown", (event) => {
    const item = event.target instanceof Element ? event.target.closest<HTMLElement>("li") : null;
    const conversation = conversations.find(({ id }) => id === item?.dataset["conversation"]);
    if (!item || !conversation || editing) return;
    const buttons = openButtons();
    const at = buttons.findIndex((button) => item.contains(button));
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[
      event.key
    ];
    if (target !== undefined) buttons[Math.max(0, Math.min(buttons.length - 1, target))]?.focus();
    else if (event.key === "F2") askTitle(item, conversation);
    else if (event.key === "Delete") askDelete(item, conversation);
    else return;
    event.preventDefault();
  });

  return {
    root,
    update: (next, id) => {
      if (next === conversations && id === currentId && root.childElementCount > 0) return;
      conversations = next;
      currentId = id;
      if (editing) return;
      const focused = root.contains(document.activeElement)
        ? document.activeElement?.closest<HTMLElement>("li")?.dataset["conversation"]
        : undefined;
      render();
      if (focused !== undefined) openButton(focused)?.focus();
    },
    reset: () => {
      if (editing) render();
    },
    focusCurrent: () => {
      const buttons = openButtons();
      (buttons.find((button) => button.hasAttribute("aria-current")) ?? buttons[0])?.focus();
    },
  };
}
