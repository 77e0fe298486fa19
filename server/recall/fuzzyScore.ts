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

/** Returns a score, larger for better, `undefined` when the letters do not occur in this order. Case is of no account. */
export type FuzzyScore = (text: FuzzyText) => number | undefined;

const points = { name: 100, nameStart: 60, nameWhole: 60, wordStart: 12, run: 6, letter: 1 };
/** In a whole path there are many words whose beginnings fit by chance. */
const pathPoints = { wordStart: 5, run: 4, letter: 1 };
/** A name whose first letter is the first that was typed was meant sooner. */
const nameBegins = 12;

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
  return (given) => {
    const length = given.lower.length / 50;
    if (wanted === "") return -length;
    if ((given.letters & letters) !== letters) return undefined;
    const fit = wholeScore(given, wanted) ?? nameScore(given, wanted) ?? pathScore(given, wanted);
    return fit === undefined ? undefined : fit - length;
  };
}

/** What was typed stands in the text as it is. */
function wholeScore({ lower, nameAt }: FuzzyText, wanted: string): number | undefined {
  const inName = lower.indexOf(wanted, nameAt);
  if (inName >= 0) {
    const isStart = inName === nameAt;
    const rest = lower.slice(inName + wanted.length);
    const isWhole = isStart && (rest === "" || rest === "/" || /^\.[a-z0-9]+$/.test(rest));
    return (
      points.name +
      (isStart ? points.nameStart : 0) +
      (isWhole ? points.nameWhole : 0) +
      wanted.length * points.run
    );
  }
  const at = lower.indexOf(wanted);
  if (at < 0) return undefined;
  const isSegment = at === 0 || lower[at - 1] === "/";
  const reachesName = at + wanted.length > nameAt;
  return (
    wanted.length * points.run +
    (isSegment ? points.wordStart * 3 : 0) +
    (reachesName ? points.wordStart * 3 : 0)
  );
}

/**
 * The letters stand in the name in their order: the best way to find them there, where runs and beginnings of words count
 * more (as in VS Code's `fuzzyScorer`, after Smith and Waterman 1981).
 */
function nameScore({ text, lower, nameAt }: FuzzyText, wanted: string): number | undefined {
  const length = lower.length - nameAt;
  /** By place in the name: the best score of the letters so far, of which the last stands there. */
  let before: Float64Array | undefined;
  for (let i = 0; i < wanted.length; i++) {
    const now = new Float64Array(length).fill(-Infinity);
    let bestBefore = before === undefined ? 0 : -Infinity;
    for (let j = 0; j < length; j++) {
      if (lower[nameAt + j] === wanted[i]) {
        const alone = startsWord(text, nameAt + j) ? points.wordStart : points.letter;
        const inRun = before === undefined || j === 0 ? -Infinity : (before[j - 1] as number);
        now[j] = Math.max(bestBefore + alone, inRun + Math.max(alone, points.run));
        if (i === 0 && j === 0) now[j] = alone + nameBegins;
      }
      if (before !== undefined) bestBefore = Math.max(bestBefore, before[j] as number);
    }
    before = now;
  }
  const best = Math.max(...(before ?? []));
  return Number.isFinite(best) ? best + points.letter * wanted.length : undefined;
}

/** The letters stand in the path in their order, the first ones that do. */
function pathScore({ text, lower }: FuzzyText, wanted: string): number | undefined {
  let score = 0;
  let at = -1;
  for (let i = 0; i < wanted.length; i++) {
    const next = lower.indexOf(wanted[i] as string, at + 1);
    if (next < 0) return undefined;
    if (next === at + 1 && i > 0) score += pathPoints.run;
    else score += startsWord(text, next) ? pathPoints.wordStart : pathPoints.letter;
    at = next;
  }
  return score;
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
