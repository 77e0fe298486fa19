/** How much each round of a conversation says of what a question is about. */
import { isFollowUp, subjectTerms } from "./followUp.ts";
import { termsOf } from "./noteWords.ts";
import type { Round } from "./rounds.ts";

/** More of an answer than this says little more of its subject. */
const maxReadLength = 20_000;
/** A word that stands once counts as much as 1 - this, one that stands often as one. */
const saturation = 0.5;
/** A word that no round holds says little of which one is meant: it may be said otherwise there. */
const unknownShare = 0.25;
/** A round that rests on a file that the question leads to. */
const fileShare = 0.2;

/** What a question means where it is asked. */
export interface AskedInConversation {
  /** Its own words, behind those of the questions that it goes on from. */
  readonly whole: string;
  /** The rounds that it goes on from, the last ones, in order; none when it has a subject of its own. */
  readonly goesOnFrom: readonly Round[];
}

/** Returns what a question means after these rounds: it goes on as far as each one only goes on itself. */
export function askedAfter(question: string, rounds: readonly Round[]): AskedInConversation {
  let first = rounds.length;
  let asked = question;
  while (first > 0 && isFollowUp(asked)) {
    first--;
    asked = (rounds[first] as Round).question;
  }
  const goesOnFrom = rounds.slice(first);
  const questions = [...goesOnFrom.map((round) => round.question), question];
  return { whole: questions.filter((each) => each.trim() !== "").join("\n"), goesOnFrom };
}

/** Returns a number from 0 to 1 for each round, in order. `files` are the paths that a recall of the question found. */
export function roundRelevances(
  rounds: readonly Round[],
  question: string,
  files: ReadonlySet<string>,
): number[] {
  const wanted = [...subjectTerms(question)];
  const counts = rounds.map(termCounts);
  const weights = wanted.map((term) => {
    const nHolding = counts.filter((terms) => terms.has(term)).length;
    const weight = Math.log(1 + (rounds.length + 1) / (nHolding + 0.5));
    return nHolding === 0 ? weight * unknownShare : weight;
  });
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return rounds.map((round, idx) => {
    const terms = counts[idx] as ReadonlyMap<string, number>;
    const held = wanted.reduce((sum, term, at) => {
      const n = terms.get(term) ?? 0;
      return sum + (n === 0 ? 0 : (weights[at] as number) * (1 - saturation / (1 + n)));
    }, 0);
    const words = whole === 0 ? 0 : held / whole;
    const isThere = round.citations.some(({ path }) => files.has(path));
    return Math.min(1, words * (1 - fileShare) + (isThere ? fileShare : 0));
  });
}

/** A question says in few words what its answer is about: they count twice. */
function termCounts({ question, answers, citations }: Round): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (text: string, n: number): void => {
    for (const term of termsOf(text.slice(0, maxReadLength)))
      counts.set(term, (counts.get(term) ?? 0) + n);
  };
  add(question, 2);
  for (const { text } of answers) add(text, 1);
  // An ending says what language a file is in, which all of them are.
  const names = citations.map(
    ({ path, symbol }) => `${path.replace(/\.[^./]*$/, "")} ${symbol?.name ?? ""}`,
  );
  add(names.join(" "), 1);
  return counts;
}
