/** Which notes a question is about. */
import type { NoteKind } from "../../protocol/notes.ts";
import type { StoredNote } from "./noteStore.ts";
import { strength } from "./strength.ts";
import { termsOf, wordTerms, writtenShare, writtenWords } from "./noteWords.ts";

/** A note with how well it fits, larger is better. */
export interface RankedNote {
  readonly note: StoredNote;
  /** The share of the question that the note holds, by weight, 0 to 1. */
  readonly coverage: number;
  /** How many of the question's words it holds. */
  readonly nHeld: number;
  readonly score: number;
}

/** A word that no note holds says little of which one is meant. */
const unknownShare = 0.4;
/** How much of a note's score fades with time. */
const fadingShare = 0.3;
/** Of notes that hold the same of a question, the one that says less besides is the one that is meant. */
const fitShare = 0.1;
/** A note of a kind that the question asks for comes before others that fit as well. */
const kindBonus = 0.1;

/** Returns live notes that share a word with a text, best first; all of them for a text without words. */
export function rankNotes(
  notes: readonly StoredNote[],
  text: string,
  kinds: readonly NoteKind[],
  nowMs: number,
): RankedNote[] {
  const live = notes.filter((note) => note.supersededBy === undefined);
  const words = wordTerms(text);
  const asWritten = [...writtenWords(text)];
  const wanted = [...new Set(words.flat())];
  const held = live.map((note) => searchedTerms(note));
  const weights = wanted.map((term) => {
    const n = held.filter((terms) => terms.has(term)).length;
    const weight = Math.log(1 + (live.length + 1) / (n + 0.5));
    return n === 0 ? weight * unknownShare : weight;
  });
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return live
    .map((note, idx) => {
      const terms = held[idx] as ReadonlySet<string>;
      const part = wanted.reduce(
        (sum, term, at) => sum + (terms.has(term) ? (weights[at] as number) : 0),
        0,
      );
      const heldTerms = wanted.filter((term) => terms.has(term));
      const nHeld = words.filter((parts) => parts.some((term) => terms.has(term))).length;
      const coverage = whole === 0 ? 1 : part / whole;
      const bonus = kinds.includes(note.kind) ? kindBonus : 0;
      const fit =
        coverage * (1 - fitShare) + (fitShare * heldTerms.length) / Math.max(1, terms.size);
      const theirs = writtenWords(note.text);
      const nWritten = asWritten.filter((word) => theirs.has(word)).length;
      const written = (writtenShare * nWritten) / Math.max(1, asWritten.length);
      const score = written + fit * (1 - fadingShare * (1 - strength(note, nowMs))) + bonus;
      return { note, coverage, nHeld, score };
    })
    .filter(
      ({ coverage, note }) =>
        coverage > 0 && (whole > 0 || kinds.length === 0 || kinds.includes(note.kind)),
    )
    .sort((a, b) => b.score - a.score || b.note.createdMs - a.note.createdMs);
}

/** The words of a note, of its tags, and the names of what it cites. */
function searchedTerms(note: StoredNote): ReadonlySet<string> {
  const names = note.evidence.flatMap(({ path, symbol }) => [
    path.split("/").at(-1) ?? "",
    symbol?.name ?? "",
  ]);
  return termsOf([note.text, ...note.tags, ...names].join(" "));
}
