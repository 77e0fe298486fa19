import type { Prose, ProseFailure } from "../protocol/prose.ts";
import type { ChatCommand } from "../protocol/webviewMessages.ts";
import type { IconName } from "./icons.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** What is said about a model's answer that did not come to its end. */
export interface ProseNotice {
  readonly icon: IconName;
  readonly key: StringKey;
  /** What helps, besides asking the model again. */
  readonly help: readonly { readonly key: StringKey; readonly command: ChatCommand }[];
}

const choose = [{ key: "prose.chooseModel", command: "chooseModel" }] as const;

const failures: Readonly<Record<ProseFailure, Pick<ProseNotice, "key" | "help">>> = {
  noModel: { key: "prose.noModel", help: choose },
  notAllowed: {
    key: "prose.notAllowed",
    help: [{ key: "prose.setKey", command: "setEndpointKey" }, ...choose],
  },
  quota: { key: "prose.quota", help: choose },
  refused: { key: "prose.refused", help: choose },
  offline: { key: "prose.offline", help: choose },
  timeout: { key: "prose.timeout", help: choose },
  tooLong: { key: "prose.tooLong", help: choose },
  forgotten: { key: "prose.forgotten", help: choose },
  cutOff: { key: "prose.cutOff", help: choose },
  badAnswer: { key: "prose.badAnswer", help: choose },
  unknown: { key: "prose.unknown", help: choose },
};

/** Returns what to say, `undefined` while the model writes and when it came to its end. */
export function proseNotice({ state, failure }: Prose): ProseNotice | undefined {
  switch (state) {
    case "done":
    case "streaming":
      return undefined;
    case "cancelled":
      return { icon: "stop", key: "prose.cancelled", help: [] };
    case "interrupted":
      return { icon: "info", key: "prose.interrupted", help: [] };
    case "failed":
      return { icon: "warning", ...failures[failure ?? "unknown"] };
  }
}

/** Returns how many of the sentences are supported, as a sentence; `""` when there are none. */
export function supportLine({ nSentences, nSupported }: Prose, texts: Texts): string {
  if (nSentences === 0) return "";
  const all = texts.number(nSentences);
  return nSupported === nSentences
    ? texts.text("prose.allSupported", all)
    : texts.text("prose.supported", texts.number(nSupported), all);
}

/** Returns how a model's answer ended, for a screen reader. */
export function proseEnd(prose: Prose, texts: Texts): string {
  const notice = proseNotice(prose);
  if (notice) return texts.text(notice.key);
  const complete = texts.text("prose.complete", oneLine(prose.model));
  return `${complete} ${supportLine(prose, texts)}`.trim();
}
