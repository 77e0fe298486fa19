/** Which names in the places found so far may lead to what a question still lacks. */
import { termsOfName } from "../../ingest/terms.ts";
import type { QuestionUnit } from "../questionTerms.ts";
import type { RoundNote } from "./roundNote.ts";

/** A name, and the part of the question that it may lead to. */
export interface NameToFollow {
  readonly name: string;
  readonly part: number;
}

/** Places of each part whose names are read, and how much of a long one. */
const nRead = 3;
const maxCharacters = 8_000;
const identifier = /[\p{L}_$][\p{L}\p{N}_$]{3,60}/gu;

/**
 * Returns names that found places define or use and that share words with a part, those that share most first. A name that
 * was followed, and one whose definition is noted already, leads nowhere new.
 */
export function namesToFollow(
  note: RoundNote,
  followed: ReadonlySet<string>,
  limit: number,
): readonly NameToFollow[] {
  const places = note.parts.flatMap((_part, part) =>
    note.leads(part, nRead).map((recall) => ({ recall, part })),
  );
  const defined = new Set(places.map(({ recall }) => recall.citation.symbol?.name));
  const worth = new Map<string, { readonly part: number; readonly weight: number }>();
  for (const { recall, part: of } of places) {
    const text = recall.text.slice(0, maxCharacters);
    for (const { 0: name, index } of text.matchAll(identifier)) {
      if (followed.has(name) || defined.has(name)) continue;
      if (!isName(name) && text[index + name.length] !== "(") continue;
      const terms = new Set(termsOfName(name));
      for (const [part, units] of note.parts.map(({ terms: { units } }) => units).entries()) {
        // With several parts a name in a place of one of them leads to another one.
        if (part === of && note.parts.length > 1) continue;
        const weight = sharedWeight(units, terms);
        if (weight > (worth.get(name)?.weight ?? 0)) worth.set(name, { part, weight });
      }
    }
  }
  return [...worth]
    .sort(([, a], [, b]) => b.weight - a.weight)
    .slice(0, limit)
    .map(([name, { part }]) => ({ name, part }));
}

/** A word of prose is no name: one that is called, or made of several words, is. */
function isName(name: string): boolean {
  return /\p{Ll}\p{Lu}|_|^\p{Lu}\p{Ll}/u.test(name);
}

function sharedWeight(units: readonly QuestionUnit[], terms: ReadonlySet<string>): number {
  return units
    .filter(
      ({ parts, whole, isWeak }) => !isWeak && [...parts, whole ?? ""].some((t) => terms.has(t)),
    )
    .reduce((sum, { weight }) => sum + weight, 0);
}
