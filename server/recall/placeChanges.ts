/** What became of the places of a question that was asked twice. */
import type {
  PartChange,
  PlaceChange,
  PlaceState,
  RankedPlace,
  TracedPlace,
} from "../../protocol/savedTrace.ts";
import type { Position, Range } from "../../protocol/types.ts";

/**
 * Returns the places of now in order, then those that went. A place is the same when its text is found in the same
 * file, else when its lines overlap, else when it is the only one left of its file on both sides: it moved and changed.
 */
export function placeChanges(
  before: readonly TracedPlace[],
  now: readonly TracedPlace[],
): PlaceChange[] {
  const were = before.map(ranked);
  const are = now.map(ranked);
  const pairs = new Map<RankedPlace, RankedPlace>();
  const left = new Set(were);
  const pair = (fits: (was: RankedPlace, is: RankedPlace) => boolean): void => {
    for (const is of are) {
      if (pairs.has(is)) continue;
      const was = nearest(
        is,
        [...left].filter((other) => isSameFile(other, is) && fits(other, is)),
      );
      if (was === undefined) continue;
      pairs.set(is, was);
      left.delete(was);
    }
  };
  pair((was, is) => was.contentHash === is.contentHash);
  pair(overlap);
  const nLeft = countByFile(left);
  const nFree = countByFile(are.filter((is) => !pairs.has(is)));
  pair((_was, is) => [nLeft, nFree].every((counts) => counts.get(fileOf(is)) === 1));
  return [
    ...are.map((is) => changeOf(pairs.get(is), is)),
    ...were.filter((was) => left.has(was)).map((was) => changeOf(was, undefined)),
  ];
}

function changeOf(before: RankedPlace | undefined, now: RankedPlace | undefined): PlaceChange {
  if (before === undefined || now === undefined)
    return {
      ...(before === undefined ? {} : { before }),
      ...(now === undefined ? {} : { now }),
      states: [before === undefined ? "came" : "went"],
      parts: [],
    };
  const parts = partChanges(before, now);
  const differs: Readonly<Record<PlaceState, boolean>> = {
    came: false,
    went: false,
    rank: before.rank !== now.rank,
    lines: !isSameRange(before.range, now.range),
    text: before.contentHash !== now.contentHash,
    score: parts.length > 0 || before.score !== now.score,
  };
  const states = (Object.keys(differs) as PlaceState[]).filter((state) => differs[state]);
  return { before, now, states, parts };
}

function isSameRange(a: Range, b: Range): boolean {
  return isSamePosition(a.start, b.start) && isSamePosition(a.end, b.end);
}

function isSamePosition(a: Position, b: Position): boolean {
  return a.line === b.line && a.character === b.character;
}

/** In the order of now, then those that went. */
function partChanges(before: TracedPlace, now: TracedPlace): PartChange[] {
  const weightIn = (place: TracedPlace, kind: PartChange["kind"]): number =>
    place.parts.find((part) => part.kind === kind)?.weight ?? 0;
  const kinds = new Set([...now.parts, ...before.parts].map(({ kind }) => kind));
  return [...kinds]
    .map((kind) => ({ kind, before: weightIn(before, kind), now: weightIn(now, kind) }))
    .filter((part) => part.before !== part.now);
}

function ranked(place: TracedPlace, idx: number): RankedPlace {
  return { ...place, rank: idx + 1 };
}

function isSameFile(a: TracedPlace, b: TracedPlace): boolean {
  return a.rootId === b.rootId && a.path === b.path;
}

function fileOf({ rootId, path }: TracedPlace): string {
  return JSON.stringify([rootId, path]);
}

function countByFile(places: Iterable<TracedPlace>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const place of places) counts.set(fileOf(place), (counts.get(fileOf(place)) ?? 0) + 1);
  return counts;
}

function overlap(a: TracedPlace, b: TracedPlace): boolean {
  return a.range.start.line < b.range.end.line && b.range.start.line < a.range.end.line;
}

/** A file may hold the same text twice; the nearer one is meant. */
function nearest(place: TracedPlace, others: readonly RankedPlace[]): RankedPlace | undefined {
  const far = (other: TracedPlace): number =>
    Math.abs(other.range.start.line - place.range.start.line);
  return [...others].sort((a, b) => far(a) - far(b))[0];
}
