import type { FoundTurn } from "../protocol/webviewMessages.ts";
import type { TurnPlace } from "../protocol/turns.ts";
import { createConversationList, type ConversationActions } from "./conversationList.ts";
import { element, setText } from "./element.ts";
import type { ViewState } from "./state.ts";
import type { Texts } from "./texts.ts";
import { clamp, oneLine } from "./visibleText.ts";

/** What can be done with conversations and what was said in them. */
export interface FinderActions extends ConversationActions {
  /** Wants what was said about something. */
  search(query: string): void;
  openTurn(place: TurnPlace): void;
}

/** The list of conversations with a field that filters it by title and searches what was said. */
export interface ConversationFinder {
  readonly root: HTMLElement;
  update(state: ViewState): void;
  /** Empties the field, and ends a rename or a question about deleting. */
  reset(): void;
  /** Focuses the open conversation, else the first. */
  focusCurrent(): void;
}

const maxQuery = 1_000;
const maxShown = 200;

/** Returns the finder with an empty field. */
export function createConversationFinder(texts: Texts, actions: FinderActions): ConversationFinder {
  const list = createConversationList(texts, actions);
  const field = element("input", {
    class: "find",
    attributes: {
      type: "search",
      maxlength: String(maxQuery),
      placeholder: texts.text("conversations.find"),
      "aria-label": texts.text("conversations.find"),
      "aria-controls": "found-turns",
    },
    on: { input: () => changed() },
  });
  const status = element("p", { class: "note found-status", attributes: { role: "status" } });
  const found = element("ul", {
    class: "conversations found-turns",
    attributes: { id: "found-turns", "aria-label": texts.text("conversations.said") },
  });
  const root = element("div", { class: "finder" }, field, list.root, status, found);
  let state: ViewState | undefined;
  let shown: readonly FoundTurn[] | undefined;

  function changed(): void {
    const query = field.value.trim();
    if (query !== "") actions.search(query);
    show();
  }

  function show(): void {
    if (state === undefined) return;
    const query = field.value.trim();
    const words = query.toLowerCase();
    const { conversations, conversationId } = state;
    list.update(
      words === ""
        ? conversations
        : conversations.filter(({ title }) => title.toLowerCase().includes(words)),
      conversationId,
    );
    const turns = query !== "" && state.found?.query === query ? state.found.turns : undefined;
    list.root.hidden = words !== "" && list.root.querySelector(".conversation") === null;
    setText(status, turns === undefined ? "" : texts.plural("conversations.found", turns.length));
    status.hidden = turns === undefined;
    if (turns === shown) return;
    shown = turns;
    found.replaceChildren(...(turns ?? []).map(row));
  }

  function row(turn: FoundTurn): HTMLElement {
    const { conversationId, turnId, title, role, createdMs } = turn;
    const who = texts.text(role === "user" ? "turn.you" : "turn.lore");
    const details = [who, texts.ago(createdMs, Date.now()), oneLine(title)].join(" · ");
    const open = element(
      "button",
      {
        class: "conversation-open",
        attributes: { type: "button" },
        on: { click: () => actions.openTurn({ conversationId, turnId }) },
      },
      element("bdi", {
        class: "conversation-title",
        text: oneLine(clamp(turn.text, maxShown).text),
      }),
      element("bdi", { class: "conversation-details", text: details }),
    );
    return element("li", { class: "conversation found-turn" }, open);
  }

  // The list moves the focus among its own rows; this leads into it, out of it, and on to what was found.
  root.addEventListener(
    "keydown",
    (event) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      const next = target === null ? undefined : nextStop(target, event.key);
      if (next === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      next.focus();
    },
    true,
  );
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && field.value !== "") {
      event.stopPropagation();
      event.preventDefault();
      field.value = "";
      changed();
    } else if (event.key === "Enter") {
      const [first] = rows();
      first?.click();
    }
  });

  const rows = (): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(".conversation-open")];

  function nextStop(target: HTMLElement, key: string): HTMLElement | undefined {
    if (key !== "ArrowDown" && key !== "ArrowUp") return undefined;
    const all = rows();
    if (target === field) return key === "ArrowDown" ? all[0] : undefined;
    const at = all.findIndex((each) => each.closest("li")?.contains(target));
    if (at < 0 || target instanceof HTMLInputElement) return undefined;
    if (key === "ArrowUp" && at === 0) return field;
    const other = all[at + (key === "ArrowDown" ? 1 : -1)];
    const leaves = found.contains(target) || (other !== undefined && found.contains(other));
    return leaves ? other : undefined;
  }

  return {
    root,
    update: (next) => {
      state = next;
      show();
    },
    reset: () => {
      field.value = "";
      list.reset();
    },
    focusCurrent: () => list.focusCurrent(),
  };
}
