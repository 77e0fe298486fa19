import type { Coverage } from "../protocol/types.ts";
import type { ChatCommand, MemoryLine } from "../protocol/webviewMessages.ts";
import { element, setText } from "./element.ts";
import { icon, type IconName } from "./icons.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** One line about the memory, above the question field. */
export interface MemoryLineView {
  readonly root: HTMLElement;
  update(memory: MemoryLine): void;
}

/** What the line says. */
interface Line {
  readonly words: string;
  readonly icon?: IconName;
  readonly actions?: readonly ChatCommand[];
  /** Of what is or was remembered: the files that are left out are offered with the way to their list. */
  readonly coverage?: Coverage;
  /** How much is done, from 0 to 1, while that is known. */
  readonly share?: number;
}

/** Returns the view. `run` gets the command of the line's button. */
export function createMemoryLineView(
  texts: Texts,
  run: (command: ChatCommand) => void,
): MemoryLineView {
  const words = element("span", { class: "memory-words" });
  const percent = element("span", { class: "memory-percent" });
  const bar = element("progress", {
    class: "memory-bar",
    attributes: { "aria-label": texts.text("memory.fillingLabel"), max: "1" },
  });
  const picture = element("span", { class: "memory-icon" });
  const actions = element("span", { class: "memory-actions" });
  const root = element(
    "section",
    { class: "memory-line", attributes: { "aria-label": texts.text("memory.details") } },
    element("div", { class: "memory-row" }, picture, words, percent, actions),
    bar,
  );
  let shownActions = "";
  return {
    root,
    update: (memory) => {
      root.dataset["kind"] = memory.kind;
      const line = lineOf(memory, texts);
      setText(words, line.words);
      picture.replaceChildren(...(line.icon ? [icon(line.icon)] : []));
      const buttons = [
        ...(line.actions ?? []).map((command) => commandButton(command, texts, run)),
        ...leftOut(line.coverage, texts, run),
      ];
      // Focus stays on a button that says the same as before.
      const wanted = buttons.map((node) => node.textContent).join("\n");
      if (wanted !== shownActions) actions.replaceChildren(...buttons);
      shownActions = wanted;
      bar.hidden = line.share === undefined;
      bar.value = line.share ?? 0;
      const share = line.share === undefined ? "" : String(Math.floor(line.share * 100));
      setText(percent, share && texts.text("memory.percent", share));
    },
  };
}

/** Returns a button that looks like a link and runs a command of the extension. */
export function commandButton(
  command: ChatCommand,
  texts: Texts,
  run: (command: ChatCommand) => void,
  look = "link-button",
): HTMLElement {
  return element("button", {
    class: look,
    text: texts.text(commandTexts[command]),
    attributes: { type: "button" },
    on: { click: () => run(command) },
  });
}

/** Returns what helps out of a state in which nothing can be asked, the best first; nothing where none is needed. */
export function wayOut(memory: MemoryLine): readonly ChatCommand[] {
  switch (memory.kind) {
    case "noFolder":
      return ["openFolder"];
    case "restricted":
      return ["manageTrust"];
    case "paused":
      return ["resume"];
    case "unavailable":
    case "failed":
      return memory.actions;
    case "starting":
    case "filling":
    case "ready":
      return [];
  }
}

const commandTexts: Readonly<Record<ChatCommand, StringKey>> = {
  showStatus: "memory.showStatus",
  openLog: "memory.openLog",
  resume: "memory.resume",
  openFolder: "memory.openFolder",
  manageTrust: "memory.manageTrust",
  restartServer: "memory.restart",
  rebuildMemory: "memory.rebuild",
  openSettings: "memory.openSettings",
  chooseModel: "prose.chooseModel",
  setEndpointKey: "prose.setKey",
};

function lineOf(memory: MemoryLine, texts: Texts): Line {
  const counts = (key: "memory.filling" | "memory.paused", coverage: Coverage): string =>
    texts.text(key, texts.number(coverage.remembered), texts.number(coverage.filesSeen));
  const actions = wayOut(memory);
  switch (memory.kind) {
    case "noFolder":
      return { words: texts.text("memory.noFolder"), icon: "info", actions };
    case "restricted":
      return { words: texts.text("memory.restricted"), icon: "info", actions };
    case "starting":
      return { words: texts.text("memory.starting") };
    case "filling": {
      const { coverage, bytesDone, bytesKnown } = memory;
      const share = bytesKnown > 0 ? Math.min(1, bytesDone / bytesKnown) : 0;
      return { words: counts("memory.filling", coverage), coverage, share };
    }
    case "ready": {
      const { coverage } = memory;
      const words = texts.plural("memory.ready", coverage.remembered);
      return { words, icon: "book", coverage };
    }
    case "paused":
      return { words: counts("memory.paused", memory.coverage), icon: "info", actions };
    case "unavailable":
      return { words: oneLine(memory.message), icon: "info", actions };
    case "failed":
      return { words: oneLine(memory.message), icon: "warning", actions };
  }
}

/** Files that are not remembered, with the way to their list; nothing when there are none. */
function leftOut(
  coverage: Coverage | undefined,
  texts: Texts,
  run: (command: ChatCommand) => void,
): readonly HTMLElement[] {
  const count = coverage === undefined ? 0 : coverage.skipped + coverage.failed;
  if (count === 0) return [];
  return [
    element("button", {
      class: "link-button quiet",
      text: texts.plural("memory.left", count),
      attributes: { type: "button", title: texts.text("memory.leftHint") },
      on: { click: () => run("showStatus") },
    }),
  ];
}
