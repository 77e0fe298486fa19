import type { ChatCommand, MemoryLine } from "../protocol/webviewMessages.ts";
import { element } from "./element.ts";
import { icon } from "./icons.ts";
import { commandButton, wayOut } from "./memoryLineView.ts";
import { canAsk } from "./state.ts";
import { englishStrings, type StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** What is shown while a conversation has no turns. */
export interface EmptyView {
  readonly root: HTMLElement;
  update(memory: MemoryLine): void;
}

/** What can be done there. */
export interface EmptyActions {
  /** The example that was chosen. */
  ask(question: string): void;
  /** The way out of a state in which nothing can be asked. */
  readonly run: (command: ChatCommand) => void;
}

const examples: readonly StringKey[] = ["empty.example1", "empty.example2", "empty.example3"];

/** Returns the view: examples to ask, or why nothing can be asked and the button that changes it. */
export function createEmptyView(texts: Texts, actions: EmptyActions): EmptyView {
  const root = element("div", { class: "empty" });
  let shown: string | undefined;
  return {
    root,
    update: (memory) => {
      const wanted = canAsk(memory) ? "ask" : JSON.stringify(memory);
      if (wanted === shown) return;
      shown = wanted;
      const { title, text } = wordsOf(memory, texts);
      root.replaceChildren(
        icon("book"),
        element("h2", { text: title }),
        element("p", { text }),
        canAsk(memory) ? exampleList() : buttons(memory),
      );
    },
  };

  function buttons(memory: MemoryLine): HTMLElement {
    const [first, ...others] = wayOut(memory);
    const all = element("div", { class: "empty-actions" });
    if (first) all.append(commandButton(first, texts, actions.run, "button"));
    for (const command of others) all.append(commandButton(command, texts, actions.run));
    return all;
  }

  function exampleList(): HTMLElement {
    const items = examples.map((key) => {
      const question = texts.text(key);
      const button = element("button", {
        class: "example",
        text: question,
        attributes: { type: "button" },
        // Code is mostly in English, and what is asked in other words finds nothing in it.
        on: { click: () => actions.ask(englishStrings[key]) },
      });
      return element("li", {}, button);
    });
    return element(
      "div",
      { class: "examples" },
      element("h3", { class: "small-title", text: texts.text("empty.tryOne") }),
      element("ul", {}, ...items),
    );
  }
}

function wordsOf(
  memory: MemoryLine,
  texts: Texts,
): { readonly title: string; readonly text: string } {
  switch (memory.kind) {
    case "noFolder":
    case "restricted":
      return {
        title: texts.text(`empty.${memory.kind}Title`),
        text: texts.text(`empty.${memory.kind}Text`),
      };
    case "unavailable":
      return { title: texts.text("empty.unavailableTitle"), text: oneLine(memory.message) };
    default:
      return { title: texts.text("empty.title"), text: texts.text("empty.text") };
  }
}
