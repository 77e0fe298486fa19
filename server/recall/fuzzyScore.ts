/** How well a path or a name fits what somebody has typed of it so far. */

/** Returns a score, larger for better, `undefined` when the letters do not occur in this order. Case is of no account. */
export type FuzzyScore = (text: string) => number | undefined;

const points = { name: 100, nameStart: 60, nameWhole: 60, wordStart: 12, run: 6, letter: 1 };

/** Returns the score for a typed text; an empty one fits everything, shorter texts better. */
export function fuzzyScore(typed: string): FuzzyScore {
  const wanted = typed.toLowerCase().replaceAll("\\", "/");
  return (text) => {
    const lower = text.toLowerCase();
    const length = lower.length / 50;
    if (wanted === "") return -length;
    const nameAt = lower.endsWith("/")
      ? lower.lastIndexOf("/", lower.length - 2) + 1
      : lower.lastIndexOf("/") + 1;
    const whole = wholeScore(lower, nameAt, wanted);
    if (whole !== undefined) return whole - length;
    const scattered =
      scatteredScore(text, lower, nameAt, wanted) ?? scatteredScore(text, lower, 0, wanted);
    return scattered === undefined ? undefined : scattered - length;
  };
}

/** What was typed stands in the text as it is. */
function wholeScore(lower: string, nameAt: number, wanted: string): number | undefined {
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
  text: string,
  lower: string,
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
  const before = text[at - 1] as string;
  const here = text[at] as string;
  return /[/_.\- ]/.test(before) || (/[A-Z]/.test(here) && !/[A-Z]/.test(before));
}
