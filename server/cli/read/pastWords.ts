/** Reads the words of commands that tell of the past. */
import { spanNamed } from "../../time/timeWords.ts";
import { noLimit, UsageError, wholeNumber, wordsOf, type Values } from "../optionValues.ts";
import { folderAndText, folderOnly } from "../positionals.ts";
import type { Reader } from "./reader.ts";

const defaultHistoryLimit = 30;
const defaultChangedLimit = 100;
const defaultTimelineLimit = 50;

/** Reads `lore history`. */
export const readHistory: Reader = ({ values, positionals, common }) => {
  const [folder, target] = folderAndText("history", positionals, "name or path");
  const limit = wholeNumber(values, "limit", 1, noLimit) ?? defaultHistoryLimit;
  return { kind: "history", folder, target, limit, since: wordsOf(values, "since"), ...common };
};

/** Reads `lore changed`. */
export const readChanged: Reader = ({ values, positionals, common }) => {
  const folder = folderOnly("changed", positionals);
  const limit = wholeNumber(values, "limit", 1, noLimit) ?? defaultChangedLimit;
  return { kind: "changed", folder, limit, since: wordsOf(values, "since"), ...common };
};

/** Reads `lore timeline`. */
export const readTimeline: Reader = ({ values, positionals, common }) => {
  const folder = folderOnly("timeline", positionals);
  const limit = wholeNumber(values, "limit", 1, noLimit) ?? defaultTimelineLimit;
  const [since, until] = [timeOf(values, "since"), timeOf(values, "until")];
  return { kind: "timeline", folder, limit, since, until, ...common };
};

/** A timeline knows no commits by name. */
function timeOf(values: Values, name: "since" | "until"): string | undefined {
  const words = wordsOf(values, name);
  if (words !== undefined && spanNamed(words, Date.now()) === undefined)
    throw new UsageError(
      `--${name} needs a time such as 2026-08-01, yesterday or “3 hours ago”, not “${words}”.`,
    );
  return words;
}
