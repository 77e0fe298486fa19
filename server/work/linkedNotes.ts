/** Notes that belong to others by their links (A-MEM, Xu et al. 2025): what one note says may be needed to read another. */
import type { StoredNote } from "./noteStore.ts";

/**
 * A symbol or a commit that both name says more than a link from note to note: these are made by words, and what is like a
 * note in words was most likely found with it.
 */
const sharedTargetWorth = 1;
const noteLinkWorth = 0.6;

/**
 * Returns up to `limit` live notes that hang together with some of `from`, the nearest first and the newest of equals, none of
 * `from` itself. A link to a note that was replaced leads to what replaced it.
 */
export function linkedNotes(
  from: readonly StoredNote[],
  all: readonly StoredNote[],
  limit: number,
): StoredNote[] {
  const byId = new Map(all.map((note) => [note.id, note]));
  const own = new Set(from.map(({ id }) => id));
  const worth = new Map<StoredNote, number>();
  for (const note of from)
    for (const other of all) {
      if (other.supersededBy !== undefined || own.has(other.id)) continue;
      const more = worthOf(note, other, byId);
      if (more > 0) worth.set(other, (worth.get(other) ?? 0) + more);
    }
  return [...worth]
    .sort(([a, x], [b, y]) => y - x || b.createdMs - a.createdMs)
    .slice(0, limit)
    .map(([note]) => note);
}

function worthOf(a: StoredNote, b: StoredNote, byId: ReadonlyMap<string, StoredNote>): number {
  const targets = new Set(targetsOf(a));
  const nShared = targetsOf(b).filter((target) => targets.has(target)).length;
  const areLinked = leadsTo(a, b, byId) || leadsTo(b, a, byId);
  return sharedTargetWorth * nShared + (areLinked ? noteLinkWorth : 0);
}

function leadsTo(a: StoredNote, b: StoredNote, byId: ReadonlyMap<string, StoredNote>): boolean {
  return a.links.some(({ kind, target }) => kind === "note" && liveOf(target, byId) === b.id);
}

/** Follows what replaced what; a chain that was imported could go round. */
function liveOf(id: string, byId: ReadonlyMap<string, StoredNote>): string {
  const seen = new Set<string>();
  let at = id;
  for (;;) {
    const next = byId.get(at)?.supersededBy;
    if (next === undefined || seen.has(at)) return at;
    seen.add(at);
    at = next;
  }
}

/** Symbols and commits that a note names or cites. */
function targetsOf({ links }: StoredNote): string[] {
  return links.filter(({ kind }) => kind !== "note").map(({ kind, target }) => `${kind} ${target}`);
}
