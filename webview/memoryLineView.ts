import type { Coverage } from "../protocol/types.ts";
import type { FromWebview, MemoryLine } from "../protocol/webviewMessages.ts";
import { element, setText } from "./element.ts";
import { icon, type IconName } from "./icons.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

type Command = Extract<FromWebview, { readonly type: "command" }>["command"];

/** One line about the memory, above the question field. */
export interface MemoryLineView {
  readonly root: HTMLElement;
  update(memory: MemoryLine): void;
}

/** Returns the view. `run` gets the command of the line's button. */
export function createMemoryLineView(
  texts: Texts,
  run: (command: Command) => void,
): MemoryLineView {
  const words = element("span", { class: "memory-words" });
  const percent = element("span", { class: "memory-percent" });
  const bar = element("progress", {
    class: "memory-bar",
    attributes: { "aria-label": texts.text("memory.fillingLabel") },
  });
  const picture = element("span", { class: "memory-icon" });
  const actions = element("span", { class: "memory-actions" });
  const root = element(
    "section",
    { class: "memory-line", attributes: { "aria-label": texts.text("memory.details") } },
    element("div", { class: "memory-row" }, picture, words, percent, actions),
    bar,
  );

  const button = (key: StringKey, command: Command): HTMLElement =>
    element("button", {
      class: "link-button",
      text: texts.text(key),
      attributes: { type: "button" },
      on: { click: () => run(command) },
    });

  /** Files that are not remembered, with the way to their list; nothing when there are none. */
  const leftOut = ({ skipped, failed }: Coverage): readonly HTMLElement[] => {
    const count = skipped + failed;
    if (count === 0) return [];
    const label = texts.plural("memory.left", count);
    return [
      element("button", {
        class: "link-button quiet",
        text: label,
        attributes: { type: "button", title: texts.text("memory.leftHint") },
        on: { click: () => run("showStatus") },
      }),
    ];
  };

  const counts = (key: "memory.filling" | "memory.paused", coverage: Coverage): string =>
    texts.text(key, texts.number(coverage.remembered), texts.number(coverage.filesSeen));

  let shownActions = "";
  const show = (
    text: string,
    name: IconName | undefined,
    buttons: readonly HTMLElement[],
    part: { readonly done: number; readonly known: number } | undefined,
  ): void => {
    setText(words, text);
    picture.replaceChildren(...(name ? [icon(name)] : []));
    // Focus stays on a button that says the same as before.
    const wanted = buttons.map((node) => node.textContent).join("\n");
    if (wanted !== shownActions) actions.replaceChildren(...buttons);
    shownActions = wanted;
    bar.hidden = part === undefined;
    const share = part && part.known > 0 ? Math.min(1, part.done / part.known) : 0;
    bar.max = 1;
    bar.value = share;
    setText(percent, part ? texts.text("memory.percent", String(Math.floor(share * 100))) : "");
  };

  return {
    root,
    update: (memory) => {
      root.dataset["kind"] = memory.kind;
      switch (memory.kind) {
        case "noFolder":
          return show(
            texts.text("memory.noFolder"),
            "info",
            [button("memory.openFolder", "openFolder")],
            undefined,
          );
        case "restricted":
          return show(
            texts.text("memory.restricted"),
            "info",
            [button("memory.manageTrust", "manageTrust")],
            undefined,
          );
        case "starting":
          return show(texts.text("memory.starting"), undefined, [], undefined);
        case "filling":
          return show(
            counts("memory.filling", memory.coverage),
            undefined,
            leftOut(memory.coverage),
            {
              done: memory.bytesDone,
              known: memory.bytesKnown,
            },
          );
        case "ready":
          return show(
            texts.plural("memory.ready", memory.coverage.remembered),
            "book",
            leftOut(memory.coverage),
            undefined,
          );
        case "paused":
          return show(
            counts("memory.paused", memory.coverage),
            "info",
            [button("memory.resume", "resume")],
            undefined,
          );
        case "failed":
          return show(
            oneLine(memory.message),
            "warning",
            [button("memory.openLog", "openLog")],
            undefined,
          );
      }
    },
  };
}
