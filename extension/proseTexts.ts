/** What is told in words of an answer that a language model wrote, wherever it is shown as markdown. */
import type { Prose, ProseFailure, ProseMark, SupportFault } from "../protocol/prose.ts";
import { englishStrings } from "../webview/strings.ts";
import { markdownLine } from "./displayText.ts";
import type { Translate } from "./wording.ts";

const maxDetailLength = 80;

const faultTexts: Readonly<Record<SupportFault, string>> = {
  noCitation: englishStrings["mark.noCitation"],
  unknownCitation: englishStrings["mark.unknownCitation"],
  stale: englishStrings["mark.stale"],
  nameNotInEvidence: englishStrings["mark.nameNotInEvidence"],
  commanded: englishStrings["mark.commanded"],
};

const failureTexts: Readonly<Record<ProseFailure, string>> = {
  noModel: englishStrings["prose.noModel"],
  notAllowed: englishStrings["prose.notAllowed"],
  quota: englishStrings["prose.quota"],
  refused: englishStrings["prose.refused"],
  offline: englishStrings["prose.offline"],
  timeout: englishStrings["prose.timeout"],
  tooLong: englishStrings["prose.tooLong"],
  forgotten: englishStrings["prose.forgotten"],
  cutOff: englishStrings["prose.cutOff"],
  badAnswer: englishStrings["prose.badAnswer"],
  unknown: englishStrings["prose.unknown"],
};

/** Why a sentence is not supported, as markdown in the user's language; the name at fault shows as itself. */
export function markText({ fault, detail }: ProseMark, t: Translate): string {
  const why = t(faultTexts[fault], markdownLine(detail, maxDetailLength));
  return `${t(englishStrings["mark.unsupported"])}: ${why}`;
}

/** Why the model gave no answer or not all of it, as a sentence; `""` for one that is complete or still grows. */
export function endText({ state, failure }: Prose, t: Translate): string {
  switch (state) {
    case "done":
    case "streaming":
      return "";
    case "cancelled":
      return t(englishStrings["prose.cancelled"]);
    case "interrupted":
      return t(englishStrings["prose.interrupted"]);
    case "failed":
      return t(failureTexts[failure ?? "unknown"]);
  }
}

/** How many of the sentences are supported, as a sentence; `""` when there are none. `count` writes a number. */
export function supportText(
  { nSentences, nSupported }: Prose,
  t: Translate,
  count: (n: number) => string,
): string {
  if (nSentences === 0) return "";
  return nSupported === nSentences
    ? t(englishStrings["prose.allSupported"], count(nSentences))
    : t(englishStrings["prose.supported"], count(nSupported), count(nSentences));
}
