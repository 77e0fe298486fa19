/**
 * Knowledge updates among notes (the fourth of LongMemEval's abilities, Wu et al. 2025, 3): of two notes that contradict
 * each other the newer one comes first. The older one stays and is told to be older: words alone do not say which is true.
 */
import { englishStopWords } from "../ingest/terms.ts";
import type { RankedNote } from "./noteRanking.ts";
import type { StoredNote } from "./noteStore.ts";
import { contradiction, noteWords, termsOf, type NoteWords } from "./noteWords.ts";

/** A ranked note, with the newest one that contradicts it where that was written later. */
export interface OrderedNote extends RankedNote {
  readonly saidLater?: StoredNote;
}

/** How far down the list notes are held against each other. */
const nCompared = 30;

/**
 * Returns the notes in their order, but that two change places where the one behind contradicts the other and is newer. They
 * stay where `text`, by which they were ranked, has the word that the newer one says another one for: “who owns the billing
 * module?” is answered by who owns that one, whatever was noted later of another.
 */
export function newestSaidFirst(ranked: readonly RankedNote[], text: string): OrderedNote[] {
  const ordered = [...ranked];
  const compared = ordered.slice(0, nCompared).map(({ note }) => note);
  const asked = termsOf(text);
  for (let at = 0; at < compared.length;) {
    const here = ordered[at] as RankedNote;
    const newer = laterOne(
      here.note,
      compared.filter((other) => !isAskedOf(asked, here.note, other)),
    );
    const place = ordered.findIndex(({ note }) => note === newer);
    if (place <= at) {
      at++;
      continue;
    }
    const behind = ordered[place] as RankedNote;
    // The scores stay where they are, so that the list is in their order still.
    ordered[at] = { ...behind, score: here.score };
    ordered[place] = { ...here, score: behind.score };
  }
  return ordered.map((one, idx) => {
    const saidLater = idx < compared.length ? laterOne(one.note, compared) : undefined;
    return saidLater === undefined ? one : { ...one, saidLater };
  });
}

/** The newest note that contradicts one and was written later. */
function laterOne(note: StoredNote, others: readonly StoredNote[]): StoredNote | undefined {
  return others
    .filter((other) => other.createdMs > note.createdMs && doContradict(note, other))
    .sort((a, b) => b.createdMs - a.createdMs)[0];
}

/**
 * What is told to contradict when it is noted is judged by the one who notes it; here nobody is asked, so that more is
 * wanted: one word or number instead of another, the same denied, or the same words with others added.
 */
function doContradict(a: StoredNote, b: StoredNote): boolean {
  const [wordsA, wordsB] = [noteWords(a.text), noteWords(b.text)];
  if (contradiction(wordsA, wordsB) === 0) return false;
  const sizes = [wordsA.head.size, wordsB.head.size];
  const nShared = [...wordsA.head].filter((term) => wordsB.head.has(term)).length;
  const [onlyA, onlyB] = [wordsMissing(wordsA, wordsB), wordsMissing(wordsB, wordsA)];
  const isSameHead = sizes.every((size) => size === nShared);
  // Where the number is another one, another word too is another subject.
  const isOtherWord = wordsA.decidedNumbers === wordsB.decidedNumbers && onlyA === 1 && onlyB === 1;
  return isSameHead || onlyA === 0 || onlyB === 0 || isOtherWord;
}

/** True when a question has the word of a note in whose place another note has another word. */
function isAskedOf(asked: ReadonlySet<string>, note: StoredNote, other: StoredNote): boolean {
  const [words, others] = [noteWords(note.text), noteWords(other.text)];
  return (
    wordsMissing(others, words) > 0 &&
    [...words.head].some((term) => asked.has(term) && !others.head.has(term))
  );
}

/** How many words of one another one does not have. Words of one stem may be different names, so that the very words count. */
function wordsMissing(from: NoteWords, other: NoteWords): number {
  return [...from.written].filter(
    (word) => !other.written.has(word) && !/^\d+$/.test(word) && !englishStopWords.has(word),
  ).length;
}
