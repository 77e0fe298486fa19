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
    const fit =
      wholeScore(given, wanted) ??
      scatteredScore(given, given.nameAt, wanted) ??
      scatteredScore(given, 0, wanted);
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

/** The letters stand in the text in their order; beginnings of words and runs count more. */
function scatteredScore(
  { text, lower }: FuzzyText,
  from: number,
  wanted: string,
): number | undefined {
  let score = from > 0 ? points.letter * wanted.length : 0;
  let at = from - 1;
  for (let i = 0; i < wanted.length; i++) {
    const next = lower.indexOf(wanted[i] as string, at + 1);
    if (next < 0) return undefined;
    if (next === at + 1 && i > 0) score += points.run;
    else if (startsWord(text, next)) score += points.wordStart;
    else score += points.letter;
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
