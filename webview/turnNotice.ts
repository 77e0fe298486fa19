import { element } from "./element.ts";
import { icon, type IconName } from "./icons.ts";

/** Returns a line about a turn, with a button at its end when `action` is given. */
export function turnNotice(
  name: IconName,
  text: string,
  action?: { readonly label: string; readonly run: () => void },
): HTMLElement {
  const words = element("p", { text });
  if (action) {
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
