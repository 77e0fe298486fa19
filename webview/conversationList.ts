import type { Conversation } from "../protocol/types.ts";
import { conversationParts, deleteQuestion, renameField } from "./conversationRow.ts";
import { element } from "./element.ts";
import type { Texts } from "./texts.ts";

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
    const item = element("li", { class: "conversation", attributes: { "data-conversation": id } });
    item.append(
      ...conversationParts(conversation, texts, nowMs, id === currentId, {
        open: () => actions.open(id),
        rename: () => askTitle(item, conversation),
        remove: () => askDelete(item, conversation),
      }),
    );
    return item;
  }

  function backTo(conversation: Conversation): void {
    render();
    openButton(conversation.id)?.focus();
  }

  function askTitle(item: HTMLElement, conversation: Conversation): void {
    editing = true;
    const input = renameField(conversation, texts, (title) => {
      if (title !== undefined) actions.rename(conversation.id, title);
      backTo(conversation);
    });
    item.replaceChildren(input);
    input.focus();
    input.select();
  }

  function askDelete(item: HTMLElement, conversation: Conversation): void {
    editing = true;
    const question = deleteQuestion(texts, (isConfirmed) => {
      if (!isConfirmed) return backTo(conversation);
      conversations = conversations.filter(({ id }) => id !== conversation.id);
      actions.remove(conversation.id);
      render();
      root.querySelector<HTMLElement>("button")?.focus();
    });
    item.replaceChildren(question.root);
    question.cancel.focus();
  }

  const openButtons = (): readonly HTMLElement[] => [
    ...root.querySelectorAll<HTMLElement>(".conversation-open"),
  ];
  const openButton = (id: string): HTMLElement | undefined =>
    openButtons().find((button) => conversationAt(button) === id);

  root.addEventListener("keydown", (event) => {
    const item = event.target instanceof Element ? event.target.closest<HTMLElement>("li") : null;
    const conversation = conversations.find(({ id }) => id === conversationAt(item));
    if (!item || !conversation || editing) return;
    if (event.key === "F2") askTitle(item, conversation);
    else if (event.key === "Delete") askDelete(item, conversation);
    else if (!moveFocus(openButtons(), item, event.key)) return;
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
        ? conversationAt(document.activeElement)
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

/** The id of the conversation whose row an element stands in. */
function conversationAt(node: Element | null): string | undefined {
  return node?.closest<HTMLElement>("li")?.dataset["conversation"];
}

/** Moves the focus among the rows as the key says; returns false when the key moves nothing. */
function moveFocus(buttons: readonly HTMLElement[], item: HTMLElement, key: string): boolean {
  const at = buttons.findIndex((button) => item.contains(button));
  const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[key];
  if (target === undefined) return false;
  buttons[Math.max(0, Math.min(buttons.length - 1, target))]?.focus();
  return true;
}
