/** What notes have in common by their words: the same said twice, and the same subject said otherwise. */
import { decidedPart } from "./decidedPart.ts";
import { englishStopWords, termsOfText } from "../ingest/terms.ts";

/** The words of a note as they are compared. */
export interface NoteWords {
  readonly terms: ReadonlySet<string>;
  /** Terms of what is decided, without numbers, which are values and no subject. */
  readonly decided: ReadonlySet<string>;
  /** The same; those of the whole note where a decision says too little to tell its subject by it. */
  readonly head: ReadonlySet<string>;
  /** What is decided is that something is not so. */
  readonly isNegated: boolean;
  /** Its words as written, but for their case. */
  readonly written: ReadonlySet<string>;
  /** The numbers in it, and in what is decided, in order. */
  readonly numbers: string;
  readonly decidedNumbers: string;
}

const negation =
  /\b(?:not|no|never|none|neither|nor|without|avoid|stop|stopped|drop|dropped|cannot|nicht|kein|keine|keinen|nie|niemals|ohne|jamais|nunca)\b|n['’]t\b|不|没|沒|别|別|勿|ない|ません|ず(?:に)?\b|안 |않/iu;

/** Short words that say nothing by themselves, and those that deny, which are told apart from the subject. */
const fillers = new Set(
  "der die das den dem des ein eine einen und oder wir ich ist sind war mit von zu im am auf für that this we also now please always still just really very actually often never not no none nicht kein keine keinen nie niemals".split(
    " ",
  ),
);

/** Same terms to this part, and two notes say the same. */
const sameShare = 0.85;
/** Two notes are of one subject when they share this part of the shorter one. */
const subjectShare = 0.6;
const minShared = 2;
/** How much the very words count beside their stems. */
export const writtenShare = 0.01;
/** What stands instead of something else is not longer than this. */
const maxOtherTerms = 4;

/** Every note is compared with every new one, so that its words are kept. */
const maxKept = 5_000;
const keptWords = new Map<string, NoteWords>();
const keptTerms = new Map<string, ReadonlySet<string>>();

export function noteWords(text: string): NoteWords {
  return kept(keptWords, text, newWords);
}

function newWords(text: string): NoteWords {
  const part = decidedPart(text, (each) => termsOf(each).size > 0);
  const decided = subjectOf(part);
  return {
    terms: termsOf(text),
    decided,
    head: decided.size < minShared ? subjectOf(text) : decided,
    isNegated: negation.test(part),
    written: writtenWords(text),
    numbers: numbersIn(text),
    decidedNumbers: numbersIn(part),
  };
}

function subjectOf(text: string): ReadonlySet<string> {
  return new Set([...termsOf(text)].filter((term) => !/^\d+$/.test(term)));
}

function numbersIn(text: string): string {
  return (text.match(/\d+(?:[.,]\d+)*/g) ?? []).join(" ");
}

/** The terms of a text that say something. */
export function termsOf(text: string): ReadonlySet<string> {
  return kept(keptTerms, text, newTerms);
}

function newTerms(text: string): ReadonlySet<string> {
  return new Set(wordTerms(text).flat());
}

/** The words of a text as written, but for their case. */
export function writtenWords(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_$]+/gu) ?? []);
}

/** The terms of each word of a text that says something; a name has several. */
export function wordTerms(text: string): string[][] {
  return text
    .replace(/['’](?:s|t|re|ve|ll|d|m)\b/giu, "")
    .split(/\s+/)
    .filter((word) => {
      const plain = word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
      return !englishStopWords.has(plain) && !fillers.has(plain);
    })
    .map(termsOfText)
    .filter(({ length }) => length > 0);
}

/** True when two notes say the same. */
export function saysTheSame(a: NoteWords, b: NoteWords): boolean {
  if (a.isNegated !== b.isNegated || a.numbers !== b.numbers || isTurnedRound(a, b)) return false;
  const shared = nShared(a.terms, b.terms);
  const all = a.terms.size + b.terms.size - shared;
  // Of words that say nothing by themselves each counts.
  if (all === 0) return a.written.size > 0 && inOrder(a.written) === inOrder(b.written);
  return shared / all >= sameShare;
}

/**
 * How much two notes contradict each other, 0 when they do not: the same subject, and one denies it or says another
 * value of it. By their words alone, so that a person judges.
 */
export function contradiction(a: NoteWords, b: NoteWords): number {
  if (decidesTheSame(a, b)) return 0;
  const shared = nShared(a.head, b.head);
  const shorter = Math.min(a.head.size, b.head.size);
  const longer = Math.max(a.head.size, b.head.size);
  if (
    shared < minShared ||
    shared / shorter < subjectShare * (a.isNegated === b.isNegated ? 0.8 : 1)
  )
    return 0;
  // Words of one stem may be different names: of two notes the one with the very words is meant.
  const closeness = shared / longer + (writtenShare * nShared(a.written, b.written)) / longer;
  if (a.isNegated !== b.isNegated) return closeness;
  const onlyA = a.head.size - shared;
  const onlyB = b.head.size - shared;
  const [numbersA, numbersB] = [a.decidedNumbers, b.decidedNumbers];
  const hasOtherNumber = numbersA !== numbersB && numbersA !== "" && numbersB !== "";
  const hasOtherValue = onlyA > 0 && onlyB > 0 && Math.max(onlyA, onlyB) <= maxOtherTerms;
  return hasOtherNumber || hasOtherValue || isTurnedRound(a, b) ? closeness : 0;
}

/** “UTC, never local time” denies “local time, never UTC” with the same words. */
function isTurnedRound(a: NoteWords, b: NoteWords): boolean {
  return (
    a.isNegated && b.isNegated && hasSameWords(a, b) && inOrder(a.decided) !== inOrder(b.decided)
  );
}

function hasSameWords(a: NoteWords, b: NoteWords): boolean {
  return a.decided.size === b.decided.size && nShared(a.decided, b.decided) === a.decided.size;
}

function inOrder(words: ReadonlySet<string>): string {
  return [...words].join(" ");
}

/** Two notes may give different reasons for the same. */
function decidesTheSame(a: NoteWords, b: NoteWords): boolean {
  return (
    a.isNegated === b.isNegated &&
    a.decidedNumbers === b.decidedNumbers &&
    hasSameWords(a, b) &&
    !isTurnedRound(a, b)
  );
}

function kept<T>(known: Map<string, T>, text: string, make: (text: string) => T): T {
  const found = known.get(text) ?? make(text);
  if (known.size >= maxKept) known.clear();
  known.set(text, found);
  return found;
}

function nShared(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let n = 0;
  for (const term of a) if (b.has(term)) n++;
  return n;
}
