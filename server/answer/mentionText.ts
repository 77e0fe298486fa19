/** Says what an answer was limited to by the files and folders that its question names. */
import type { MentionTrace } from "../../protocol/mentions.ts";
import { code, listed } from "./markdown.ts";

const maxNamed = 5;

/** Returns a sentence or two; `undefined` when the question names none. */
export function withinText(mentions: MentionTrace | undefined): string | undefined {
  if (mentions === undefined) return undefined;
  const { within, missing } = mentions;
  const said = [
    ...(within.length === 0 ? [] : [`Looked only in ${named(within)}.`]),
    ...(missing.length === 0
      ? []
      : [`${named(missing)} ${missing.length === 1 ? "is" : "are"} not in memory.`]),
    ...(within.length === 0 && missing.length > 0 ? ["This is of all files:"] : []),
  ];
  return said.length === 0 ? undefined : said.join(" ");
}

function named(paths: readonly string[]): string {
  const more = paths.length - maxNamed;
  return listed([...paths.slice(0, maxNamed).map(code), ...(more > 0 ? [`${more} more`] : [])]);
}
