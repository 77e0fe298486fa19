/** Says what an answer was limited to by the files and folders that its question names. */
import type { MentionTrace } from "../../protocol/mentions.ts";
import type { Recall } from "../../protocol/types.ts";
import { isWithin } from "../recall/namedPaths.ts";
import type { Ask } from "./ask.ts";
import { code, listed } from "./markdown.ts";

const maxNamed = 5;

/** What was recalled for a question, as far as its mentions are concerned. */
interface Recalled {
  readonly result: { readonly trace: Pick<Ask["result"]["trace"], "mentions"> };
}

/** A question whose answer is being written. */
interface Told extends Recalled {
  readonly writer: Pick<Ask["writer"], "block">;
}

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

/**
 * Writes what the answer is limited to, where the question names files and folders. Returns what is true for the paths that
 * it is about, see `isMeantBy`.
 */
export function tellScope(told: Told): (path: string) => boolean {
  const text = withinText(told.result.trace.mentions);
  if (text !== undefined) told.writer.block(text);
  return isMeantBy(told);
}

/** Returns what is true for the paths that a question is about: all of them when none of what it names is in memory. */
export function isMeantBy({ result }: Recalled): (path: string) => boolean {
  const within = result.trace.mentions?.within ?? [];
  return (path) => within.length === 0 || isWithin(path, within);
}

/** Returns the recalled places that a question is about: the neighbours of a place may lie elsewhere. */
export function recallsMeant({
  result,
}: {
  readonly result: Recalled["result"] & Pick<Ask["result"], "recalls">;
}): Recall[] {
  const isMeant = isMeantBy({ result });
  return result.recalls.filter(({ citation }) => isMeant(citation.path));
}

/** Returns what a question is limited to, to stand behind "in"; `undefined` when it is about everything. */
export function scopeName({ result }: Recalled): string | undefined {
  const within = result.trace.mentions?.within ?? [];
  return within.length === 0 ? undefined : named(within);
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

/** Writes how to ask of everything, where a question is limited and what it names does not answer. */
export function tellWider(told: Told): void {
  const scope = scopeName(told);
  if (scope !== undefined)
    told.writer.block(`To look in the whole workspace, ask again without naming ${scope}.`);
}

function named(paths: readonly string[]): string {
  const more = paths.length - maxNamed;
  return listed([...paths.slice(0, maxNamed).map(code), ...(more > 0 ? [`${more} more`] : [])]);
}
