import type { ProseMark, SupportFault } from "../../protocol/prose.ts";
import { englishStrings } from "../../webview/strings.ts";
import { markdownLine } from "../displayText.ts";
import type { Translate } from "../wording.ts";

const maxDetailLength = 80;

const faultTexts: Readonly<Record<SupportFault, string>> = {
  noCitation: englishStrings["mark.noCitation"],
  unknownCitation: englishStrings["mark.unknownCitation"],
  stale: englishStrings["mark.stale"],
  nameNotInEvidence: englishStrings["mark.nameNotInEvidence"],
};

/** Why a sentence is not supported, as markdown in the user's language; the name at fault shows as itself. */
export function markText({ fault, detail }: ProseMark, t: Translate): string {
  const why = t(faultTexts[fault], markdownLine(detail, maxDetailLength));
  return `${t(englishStrings["mark.unsupported"])}: ${why}`;
}
