/** From all ranked places to the list that is shown: no place twice, no file in the way of all others. */
import type { DropReason, Recall } from "../../protocol/types.ts";
import type { RankedChunk } from "./rankInBank.ts";
import { lastLineOf } from "./sourceFile.ts";

/** At most this many results from one file among the first ones. */
export const maxPerFile = 5;

/**
 * What each further place of a file counts beside the one before, where scores fall like probabilities do: how probable
 * a file is says much of all its places, and whoever looks at the second one did not find the answer in the first
 * (diminishing returns, as in Agrawal et al. 2009, Diversifying search results).
 */
export const furtherShare = 0.5;

/**
 * Returns at most `limit` places, best first. Copies of a text, and more than its share of a file, come only
 * after the others. A place whose lines are shown already is left out. `folderOf` gives a root's absolute
 * folder, for one root may lie inside of another. With a `share` below 1 a file's second place counts so much of its
 * score, the third that much again; the places that are returned have these scores. `dropped` is told of each place
 * that is left out.
 */
export function chooseResults(
  ranked: readonly RankedChunk[],
  limit: number,
  folderOf: (rootId: string) => string,
  share: number,
  dropped?: (recall: Recall, reason: DropReason) => void,
): Recall[] {
  const fileOf = ({ citation: { rootId, path } }: Recall): string => `${folderOf(rootId)}/${path}`;
  const first: Weighed[] = [];
  const later: Weighed[] = [];
  const shown = new Set<string>();
  for (const place of discounted(withoutRepeats(ranked, fileOf, dropped), fileOf, share)) {
    const { contentHash } = place.recall.citation;
    // The same text in another file says nothing new; it comes after everything that does.
    const isCopy = shown.has(contentHash);
    (isCopy || place.nBetter >= maxPerFile ? later : first).push(place);
    shown.add(contentHash);
  }
  const chosen = [...first, ...later];
  for (const { recall } of chosen.slice(limit)) dropped?.(recall, "overLimit");
  return chosen.slice(0, limit).map(({ recall, score }) => ({ ...recall, score }));
}

/** A place with its score beside better ones of its file. */
interface Weighed {
  readonly recall: Recall;
  readonly score: number;
  readonly nBetter: number;
}

/** Best first, without those whose lines a better one shows. */
function withoutRepeats(
  ranked: readonly RankedChunk[],
  fileOf: (recall: Recall) => string,
  dropped: ((recall: Recall, reason: DropReason) => void) | undefined,
): Recall[] {
  const perFile = new Map<string, Recall[]>();
  return [...ranked]
    .sort((a, b) => b.recall.score - a.recall.score)
    .flatMap(({ recall }) => {
      const ofFile = perFile.get(fileOf(recall)) ?? [];
      if (ofFile.some((better) => showsLinesOf(better, recall))) {
        dropped?.(recall, "shownAlready");
        return [];
      }
      perFile.set(fileOf(recall), [...ofFile, recall]);
      return [recall];
    });
}

function discounted(
  recalls: readonly Recall[],
  fileOf: (recall: Recall) => string,
  share: number,
): Weighed[] {
  const nOfFile = new Map<string, number>();
  return recalls
    .map((recall) => {
      const nBetter = nOfFile.get(fileOf(recall)) ?? 0;
      nOfFile.set(fileOf(recall), nBetter + 1);
      return { recall, score: recall.score * share ** nBetter, nBetter };
    })
    .sort((a, b) => b.score - a.score);
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
  return [range.start.line, lastLineOf(range)];
}
