import type { Reason, Recall, Relation } from "../protocol/types.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** Longest detail that is shown of one reason, in UTF-16 code units. */
const maxDetail = 120;

/** Returns why a place was recalled, in words: how it hangs together with a better one, then the strongest reasons. */
export function reasonTexts(recall: Recall, texts: Texts): readonly string[] {
  const relation = recall.relation;
  const related = relation ? [relationText(relation, texts)] : [];
  const reasons = recall.reasons
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map((reason) => reasonText(reason, texts));
  return [...new Set([...related, ...reasons])];
}

/** Says how a place hangs together with a better one, and when that may be a mistake. */
function relationText({ kind, of, nDefinitions }: Relation, texts: Texts): string {
  const words = texts.text(`relation.${kind}`, oneLine(of, maxDetail));
  return nDefinitions === undefined
    ? words
    : texts.text("relation.oneOf", words, String(nDefinitions));
}

/** Returns a kind of reason in words, without what it is about. */
export function reasonName(kind: Reason["kind"], texts: Texts): string {
  return reasonText({ kind, detail: "", weight: 0 }, texts);
}

/** A reason without a detail loses what would introduce the detail. */
function reasonText(reason: Reason, texts: Texts): string {
  const key: StringKey = `reason.${reason.kind}`;
  const detail = oneLine(reason.detail, maxDetail);
  const words = texts.text(key, detail);
  return detail === "" ? words.replace(/[\s:：]+$/u, "") : words;
}
