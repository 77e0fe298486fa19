/** Notices when one ignore rule hides nearly a whole root. */
import type { HidingRuleNotice } from "../../protocol/notices.ts";
import type { FolderEntry } from "../ports.ts";
import type { IgnoreVerdict } from "./ignoreLevels.ts";

/** A rule that hides at least this share of the root's entries, and at least so many, is worth a word. */
const hiddenShare = 0.9;
const minHidden = 5;

/**
 * The rule and the line that overrides it, when a single rule hides nearly all entries of the root; else
 * `undefined`. `.git` does not count as an entry.
 */
export function findHidingRule(
  entries: readonly FolderEntry[],
  verdictOf: (entry: FolderEntry) => IgnoreVerdict,
): HidingRuleNotice | undefined {
  const counted = entries.filter(({ name }) => name !== ".git");
  const counts = new Map<string, { rule: string; ruleFile: string; nHidden: number }>();
  for (const entry of counted) {
    const verdict = verdictOf(entry);
    if (!verdict.ignored) continue;
    const key = `${verdict.ruleFile}\0${verdict.rule}`;
    const known = counts.get(key);
    if (known !== undefined) known.nHidden++;
    else counts.set(key, { rule: verdict.rule, ruleFile: verdict.ruleFile, nHidden: 1 });
  }
  for (const { rule, ruleFile, nHidden } of counts.values()) {
    if (nHidden < minHidden || nHidden < hiddenShare * counted.length) continue;
    const found = { rule, ruleFile, nHidden, nEntries: counted.length };
    const override = rule.includes("/") ? "!/*" : `!${rule}`;
    return {
      kind: "ignoreHidesAlmostAll",
      ...found,
      ...(ruleFile === "files.exclude" ? {} : { override }),
    };
  }
  return undefined;
}
