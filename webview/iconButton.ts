import { element } from "./element.ts";
import { icon, type IconName } from "./icons.ts";
import type { Texts } from "./texts.ts";

/** Returns a button with a picture alone; `label` is its name and its tooltip. */
export function iconButton(name: IconName, label: string, onClick: () => void): HTMLButtonElement {
  return element(
    "button",
    {
      class: "icon-button",
      attributes: { type: "button", "aria-label": label, title: label },
      on: { click: onClick },
    },
    icon(name),
  );
}

/** Shows on a copy button for two seconds that the text was copied, to eyes and to screen readers. */
export function flashCopied(button: HTMLButtonElement, texts: Texts): void {
  const label = button.getAttribute("aria-label") ?? "";
  const copied = texts.text("turn.copied");
  if (label === copied) return;
  const show = (name: IconName, text: string): void => {
    button.replaceChildren(icon(name));
    button.setAttribute("aria-label", text);
    button.title = text;
  };
  show("check", copied);
  setTimeout(() => show("copy", label), copiedShownMs);
}

const copiedShownMs = 2000;
