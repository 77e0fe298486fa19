/** Says what an answer was limited to by the files and folders that its question names. */
import type { MentionTrace } from "../../protocol/mentions.ts";
import type { Ask } from "./ask.ts";
import { code, listed } from "./markdown.ts";

const maxNamed = 5;

/** A question whose answer is being written. */
interface Told {
  readonly result: { readonly trace: Pick<Ask["result"]["trace"], "mentions"> };
  readonly writer: Pick<Ask["writer"], "block">;
}

/** Returns a sentence or two; `undefined` when the question names none. */
function withinText(mentions: MentionTrace | undefined): string | undefined {
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

/**
 * Writes what the answer is limited to, where the question names files and folders. Returns what is true for the paths that
 * it is about: all of them when none of what is named is in memory.
 */
export function tellScope({ result, writer }: Told): (path: string) => boolean {
  const text = withinText(result.trace.mentions);
  if (text !== undefined) writer.block(text);
  const within = result.trace.mentions?.within ?? [];
  return (path) =>
    within.length === 0 ||
    within.some((named) => (named.endsWith("/") ? path.startsWith(named) : path === named));
}

/**
 * Writes that an answer is not limited to what the question names; `what` it is drawn from, in the
 * plural. Nothing when it names none.
 */
export function tellNoScope({ result, writer }: Told, what: string): void {
  const within = result.trace.mentions?.within ?? [];
  if (within.length > 0)
    writer.block(`This is drawn from all ${what}, not only from ${named(within)}.`);
}

function named(paths: readonly string[]): string {
  const more = paths.length - maxNamed;
  return listed([...paths.slice(0, maxNamed).map(code), ...(more > 0 ? [`${more} more`] : [])]);
}
