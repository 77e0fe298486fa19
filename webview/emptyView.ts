import type { MemoryLine } from "../protocol/webviewMessages.ts";
import { element } from "./element.ts";
import { icon } from "./icons.ts";
import { canAsk } from "./state.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";

/** What is shown while a conversation has no turns. */
export interface EmptyView {
  readonly root: HTMLElement;
  update(memory: MemoryLine): void;
}

const examples: readonly StringKey[] = ["empty.example1", "empty.example2", "empty.example3"];

/** Returns the view. `ask` gets the example that was chosen. */
export function createEmptyView(texts: Texts, ask: (question: string) => void): EmptyView {
  const root = element("div", { class: "empty" });
  let shown: string | undefined;
  return {
    root,
    update: (memory) => {
      const kind = canAsk(memory) ? "ask" : memory.kind;
      if (kind === shown) return;
      shown = kind;
      const stem = kind === "noFolder" || kind === "restricted" ? kind : undefined;
      root.replaceChildren(
        icon("book"),
        element("h2", { text: texts.text(stem ? `empty.${stem}Title` : "empty.title") }),
        element("p", { text: texts.text(stem ? `empty.${stem}Text` : "empty.text") }),
      );
      if (stem === undefined) root.append(exampleList());
    },
  };

  function exampleList(): HTMLElement {
    const buttons = examples.map((key) => {
      const question = texts.text(key);
      const button = element("button", {
        class: "example",
        text: question,
        attributes: { type: "button" },
        on: { click: () => ask(question) },
      });
      return element("li", {}, button);
    });
    return element(
      "div",
      { class: "examples" },
      element("h3", { class: "small-title", text: texts.text("empty.tryOne") }),
      element("ul", {}, ...buttons),
    );
  }
}
