import { element } from "./element.ts";
import type { Texts } from "./texts.ts";

/** The switch at the question field that has the next questions looked for part by part, in rounds. */
export interface DeepSwitch {
  readonly root: HTMLElement;
  readonly isOn: boolean;
}

/** Returns the switch, which is off. */
export function createDeepSwitch(texts: Texts): DeepSwitch {
  let isOn = false;
  const root = element("button", {
    class: "toggle deep-switch",
    text: texts.text("composer.deep"),
    attributes: {
      type: "button",
      "aria-pressed": "false",
      title: texts.text("composer.deepHint"),
    },
    on: {
      click: () => {
        isOn = !isOn;
        root.setAttribute("aria-pressed", String(isOn));
      },
    },
  });
  return {
    root,
    get isOn() {
      return isOn;
    },
  };
}
