/** How well a path or a name fits what somebody has typed of it so far. */

/** A text in the form in which it is looked at again with each letter that is typed. */
export interface FuzzyText {
  readonly text: string;
  readonly lower: string;
  /** Where the last segment of a path begins. */
  readonly nameAt: number;
  /** One bit for each letter and digit that occurs, so that most texts are passed over at once. */
  readonly letters: number;
}

/**
 * Returns a score, larger for better, `undefined` when the letters do not occur in this order, or when it would be less than
 * `atLeast`, which saves looking for the best way to find them. Case is of no account.
 */
export type FuzzyScore = (text: FuzzyText, atLeast?: number) => number | undefined;

/** What was typed, in one piece: in the middle of a word of the name, at a word's beginning, the name's, and all of it. */
const pieces = {
  inWord: 20,
  name: 100,
  nameStart: 60,
  nameWhole: 60,
  segment: 36,
  reachesName: 36,
};
/** A letter by itself, one that begins a word, one right behind the letter before, and the first of all at the beginning. */
interface LetterPoints {
  readonly letter: number;
  readonly wordStart: number;
  readonly run: number;
  readonly first: number;
}
const inName: LetterPoints = { letter: 2, wordStart: 13, run: 7, first: 12 };
/** In a whole path there are many words whose beginnings fit by chance. */
const inPath: LetterPoints = { letter: 1, wordStart: 5, run: 4, first: 0 };
/** A letter of what stands there in one piece. */
const pieceLetter = 6;

/** Returns a text with what is known of it for every typed text; a folder's path ends in `/`. */
export function fuzzyText(text: string): FuzzyText {
  const lower = text.toLowerCase();
  const end = lower.endsWith("/") ? lower.length - 2 : lower.length;
  return { text, lower, nameAt: lower.lastIndexOf("/", end) + 1, letters: lettersOf(lower) };
}

/** Returns the score for a typed text; an empty one fits everything, shorter texts better. */
export function fuzzyScore(typed: string): FuzzyScore {
  const wanted = typed.toLowerCase().replaceAll("\\", "/");
  const letters = lettersOf(wanted);
  return (given, atLeast = -Infinity) => {
    const length = given.lower.length / 50;
    if (wanted === "") return -length;
    if ((given.letters & letters) !== letters) return undefined;
    const least = atLeast + length;
    const fit =
      wholeScore(given, wanted) ??
      scatteredScore(given, given.nameAt, { wanted, points: inName, least }) ??
      scatteredScore(given, 0, { wanted, points: inPath, least });
    return fit === undefined || fit - length < atLeast ? undefined : fit - length;
  };
}

/** What was typed stands in the text as it is. */
function wholeScore({ text, lower, nameAt }: FuzzyText, wanted: string): number | undefined {
  const letters = wanted.length * pieceLetter;
  const at = lower.indexOf(wanted, nameAt);
  if (at >= 0) {
    if (!startsWord(text, at)) return letters + pieces.inWord;
    if (at > nameAt) return letters + pieces.name;
    const rest = lower.slice(at + wanted.length);
    const isWhole = rest === "" || rest === "/" || /^\.[a-z0-9]+$/.test(rest);
    return letters + pieces.name + pieces.nameStart + (isWhole ? pieces.nameWhole : 0);
  }
  const before = lower.indexOf(wanted);
  if (before < 0) return undefined;
  const isSegment = before === 0 || lower[before - 1] === "/";
  const reachesName = before + wanted.length > nameAt;
  return letters + (isSegment ? pieces.segment : 0) + (reachesName ? pieces.reachesName : 0);
}

/**
 * The letters stand in the text in their order from a place on. Returns the score of the best way to find them there, in which
 * runs and beginnings of words count more (as in VS Code's `fuzzyScorer`; the alignment is that of Smith and Waterman 1981).
 */
function scatteredScore(
  { text, lower }: FuzzyText,
  from: number,
  { wanted, points, least }: { wanted: string; points: LetterPoints; least: number },
): number | undefined {
  if (!holdsInOrder(lower, from, wanted)) return undefined;
  const most = points.first + wanted.length * Math.max(points.wordStart, points.run);
  if (most < least) return -Infinity;
  const length = lower.length - from;
  /** By place: the best score of the letters so far, of which the last stands there. */
  let [scores, next] = roomFor(length);
  scores.fill(-Infinity, 0, length);
  for (let i = 0; i < wanted.length; i++) {
    const letter = wanted.charCodeAt(i);
    let bestBefore = i === 0 ? 0 : -Infinity;
    for (let j = 0; j < length; j++) {
      const before = j > 0 ? (scores[j - 1] as number) : -Infinity;
      if (j > 1) bestBefore = Math.max(bestBefore, scores[j - 2] as number);
      next[j] = -Infinity;
      if (lower.charCodeAt(from + j) !== letter) continue;
      const alone = startsWord(text, from + j) ? points.wordStart : points.letter;
      const first = i === 0 && j === 0 ? points.first : 0;
      next[j] = Math.max(bestBefore + alone + first, before + Math.max(alone, points.run));
    }
    [scores, next] = [next, scores];
  }
  let best = -Infinity;
  for (let j = 0; j < length; j++) best = Math.max(best, scores[j] as number);
  return best;
}

/** Two rows of the table, used again for each text: there are a hundred thousand of them for a letter. */
let rows = [new Float64Array(512), new Float64Array(512)] as const;

function roomFor(length: number): [Float64Array, Float64Array] {
  if (rows[0].length < length) rows = [new Float64Array(2 * length), new Float64Array(2 * length)];
  return [...rows];
}

function holdsInOrder(lower: string, from: number, wanted: string): boolean {
  let at = from - 1;
  for (const letter of wanted) {
    at = lower.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

function startsWord(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text.charCodeAt(at - 1);
  // Slash, underscore, dot, hyphen, blank.
  if (before === 47 || before === 95 || before === 46 || before === 45 || before === 32)
    return true;
  return isUpper(text.charCodeAt(at)) && !isUpper(before);
}

function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}

function lettersOf(lower: string): number {
  let letters = 0;
  for (let i = 0; i < lower.length; i++) {
    const code = lower.charCodeAt(i);
    if (code >= 97 && code <= 122) letters |= 1 << (code - 97);
    else if (code >= 48 && code <= 57) letters |= 1 << 26;
  }
  return letters;
}
