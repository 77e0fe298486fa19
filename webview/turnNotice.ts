import { element } from "./element.ts";
import { icon, type IconName } from "./icons.ts";

/** Returns a line about a turn, with a button at its end for each of `actions`. */
export function turnNotice(
  name: IconName,
  text: string,
  ...actions: readonly { readonly label: string; readonly run: () => void }[]
): HTMLElement {
  const words = element("p", { text });
  for (const action of actions) {
    const button = element("button", {
      class: "link-button",
      text: action.label,
      attributes: { type: "button" },
      on: { click: action.run },
    });
    words.append(" ", button);
  }
  return element("div", { class: "notice" }, icon(name), words);
}
