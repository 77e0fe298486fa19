import { element, setText } from "./element.ts";
import { icon } from "./icons.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** Longest name of a model that is shown whole, in UTF-16 code units. */
const maxName = 60;

/** The button at the question field that says who writes the answers. */
export interface ModelButton {
  readonly root: HTMLElement;
  /** `model` is `""` for the built-in answers. */
  update(model: string): void;
}

/** Returns the button; `choose` runs when it is used. */
export function createModelButton(texts: Texts, choose: () => void): ModelButton {
  const name = element("bdi", { class: "model-name" });
  const root = element(
    "button",
    { class: "model-button", attributes: { type: "button" }, on: { click: choose } },
    name,
    icon("chevronDown"),
  );
  return {
    root,
    update: (model) => {
      const shown = oneLine(model, maxName) || texts.text("composer.builtIn");
      setText(name, shown);
      const label = texts.text("composer.model", shown);
      if (root.title === label) return;
      root.title = label;
      root.setAttribute("aria-label", label);
    },
  };
}
