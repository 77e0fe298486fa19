/** From all ranked places to the list that is shown: no place twice, no file in the way of all others. */
import type { DropReason, Recall } from "../../protocol/types.ts";
import type { RankedChunk } from "./rankInBank.ts";

/** At most this many results from one file among the first ones. */
const maxPerFile = 5;

/**
 * Returns at most `limit` places, best first. Copies of a text, and more than its share of a file, come only
 * after the others. A place whose lines are shown already is left out. `folderOf` gives a root's absolute
 * folder, for one root may lie inside of another. `dropped` is told of each place that is left out.
 */
export function chooseResults(
  ranked: readonly RankedChunk[],
  limit: number,
  folderOf: (rootId: string) => string,
  dropped?: (recall: Recall, reason: DropReason) => void,
): Recall[] {
  const perFile = new Map<string, Recall[]>();
  const first: Recall[] = [];
  const later: Recall[] = [];
  const shown = new Set<string>();
  for (const { recall } of [...ranked].sort((a, b) => b.recall.score - a.recall.score)) {
    const { contentHash, rootId, path } = recall.citation;
    const file = `${folderOf(rootId)}/${path}`;
    const ofFile = perFile.get(file) ?? [];
    if (ofFile.some((better) => showsLinesOf(better, recall))) {
      dropped?.(recall, "shownAlready");
      continue;
    }
    // The same text in another file says nothing new; it comes after everything that does.
    const isCopy = shown.has(contentHash);
    (isCopy || ofFile.length >= maxPerFile ? later : first).push(recall);
    shown.add(contentHash);
    perFile.set(file, [...ofFile, recall]);
  }
  const chosen = [...first, ...later];
  for (const recall of chosen.slice(limit)) dropped?.(recall, "overLimit");
  return chosen.slice(0, limit);
}

/** True when at least half of the second place's lines are in the first. */
export function showsLinesOf(shown: Recall, other: Recall): boolean {
  const [first, last] = linesOf(shown);
  const [from, to] = linesOf(other);
  const shared = Math.min(last, to) - Math.max(first, from) + 1;
  return shared * 2 >= to - from + 1;
}

/** The first and the last line with text of a place. */
function linesOf({ citation: { range } }: Recall): readonly [number, number] {
  const { start, end } = range;
  return [start.line, end.character > 0 ? end.line : Math.max(start.line, end.line - 1)];
}
