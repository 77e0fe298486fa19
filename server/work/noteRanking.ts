/** Which notes a question is about. */
import type { NoteKind } from "../../protocol/notes.ts";
import type { StoredNote } from "./noteStore.ts";
import { strength } from "./strength.ts";
import { NoteIndex } from "./noteIndex.ts";
import { wordTerms, writtenShare, writtenWords } from "./noteWords.ts";

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

/**
 * Returns live notes that share a word with a text, best first; all of them for a text without words. `index` is brought up
 * to date with the notes; whoever ranks the same notes again keeps it.
 */
export function rankNotes(
  notes: readonly StoredNote[],
  text: string,
  kinds: readonly NoteKind[],
  nowMs: number,
  index = new NoteIndex(),
): RankedNote[] {
  index.follow(notes);
  const words = wordTerms(text);
  const asWritten = [...writtenWords(text)];
  const wanted = [...new Set(words.flat())];
  const weights = new Map(
    wanted.map((term) => {
      const n = index.nHolding(term);
      const weight = Math.log(1 + (index.nNotes + 1) / (n + 0.5));
      return [term, n === 0 ? weight * unknownShare : weight];
    }),
  );
  const whole = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return index
    .sharing(whole > 0 ? wanted : undefined)
    .filter(({ note }) => whole > 0 || kinds.length === 0 || kinds.includes(note.kind))
    .map(({ note, terms, written: theirs }) => {
      const heldTerms = wanted.filter((term) => terms.has(term));
      const part = heldTerms.reduce((sum, term) => sum + (weights.get(term) ?? 0), 0);
      const nHeld = words.filter((parts) => parts.some((term) => terms.has(term))).length;
      const coverage = whole === 0 ? 1 : part / whole;
      const bonus = kinds.includes(note.kind) ? kindBonus : 0;
      const fit =
        coverage * (1 - fitShare) + (fitShare * heldTerms.length) / Math.max(1, terms.size);
      const nWritten = asWritten.filter((word) => theirs.has(word)).length;
      const written = (writtenShare * nWritten) / Math.max(1, asWritten.length);
      const score = written + fit * (1 - fadingShare * (1 - strength(note, nowMs))) + bonus;
      return { note, coverage, nHeld, score };
    })
    .filter(({ coverage }) => coverage > 0)
    .sort((a, b) => b.score - a.score || b.note.createdMs - a.note.createdMs);
}
