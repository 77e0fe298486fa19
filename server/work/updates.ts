/**
 * Knowledge updates, the fourth of LongMemEval's abilities (Wu et al. 2025, 3): of what was said about the same, the last
 * holds. What was said before stays in the list, behind it.
 */
import { termsOf } from "./noteWords.ts";
import { isSameRound, type RankedRound } from "./roundRanking.ts";
import { sharedNames } from "./sharedNames.ts";
import { readsAsQuestion } from "./turnQuestion.ts";
import { holding } from "./wordGroups.ts";

/** A round, and the newest one that says something about the same when that is another one; for a question, that asks it too. */
export interface OrderedRound {
  readonly ranked: RankedRound;
  readonly newer: RankedRound | undefined;
}

/** How far down the list rounds may be about the same. */
const nCompared = 12;
/** A round that fits this much worse is about something else. */
const minShareOfRelevance = 0.6;
/** Two sentences are of one subject when they share this part of the shorter one. */
const subjectShare = 0.35;
/** What a word weighs that few of the rounds hold. */
const tellingWeight = 1.7;
/** Words that say that something is otherwise now. */
export const saysChange =
  /\b(?:now|moved?|changed?|switched|replaced|migrated|renamed|raised|lowered|instead|no longer|not any ?more|any ?more|from now on|as of|became|actually|correction|jetzt|nicht mehr|statt|ab sofort)\b|改|不再|もう|이제/iu;
/** Both hold this part of what the topic and either of them have in common. */
const topicShare = 0.75;

/** Returns the rounds with the newest of each subject before the older ones, or the oldest where that is asked for. */
export function newestFirst(
  ranked: readonly RankedRound[],
  { order, isInSpan }: { order: "first" | "last" | undefined; isInSpan: (ms: number) => boolean },
): OrderedRound[] {
  const weightOf = weightsAmong(ranked);
  const ordered: OrderedRound[] = ranked.map((one) => ({ ranked: one, newer: undefined }));
  const grouped = new Set<number>();
  for (let at = 0; at < Math.min(nCompared, ranked.length); at++) {
    if (grouped.has(at)) continue;
    const first = ranked[at] as RankedRound;
    const places = [at];
    for (let other = at + 1; other < Math.min(at + nCompared, ranked.length); other++)
      if (
        !grouped.has(other) &&
        isSameSubject(first, ranked[other] as RankedRound, isInSpan, weightOf)
      )
        places.push(other);
    const group = places
      .map((place) => ranked[place] as RankedRound)
      .sort((a, b) => b.round.createdMs - a.round.createdMs);
    const [newest] = group;
    if (order === "first") group.reverse();
    // The others keep their places: what is about the same only changes places among itself.
    for (const [idx, place] of places.entries()) {
      const one = group[idx] as RankedRound;
      ordered[place] = { ranked: one, newer: one === newest ? undefined : newest };
      grouped.add(place);
    }
  }
  return ordered;
}

/** False for a question of the user's. */
export function statesSomething({
  role,
  sentence,
}: Pick<RankedRound, "role" | "sentence">): boolean {
  // “When a request fails we retry.” begins as a question does.
  return role === "lore" || /[.!。！]\s*$/u.test(sentence.text) || !readsAsQuestion(sentence.text);
}

/** What many of the rounds say, such as the name of a part of the program, says little of what one is about. */
function weightsAmong(ranked: readonly RankedRound[]): (term: string) => number {
  const holding = new Map<string, number>();
  for (const { sentence } of ranked)
    for (const term of termsOf(sentence.text)) holding.set(term, (holding.get(term) ?? 0) + 1);
  return (term) => Math.log(Math.max(1.05, ranked.length / (holding.get(term) ?? 1)));
}

function isSameSubject(
  a: RankedRound,
  b: RankedRound,
  isInSpan: (ms: number) => boolean,
  weightOf: (term: string) => number,
): boolean {
  // Where a time is asked for, what was said at another one does not replace it.
  if (isInSpan(a.round.createdMs) !== isInSpan(b.round.createdMs)) return false;
  if (doesCorrect(a, b) || doesCorrect(b, a)) return true;
  // A later question is no later word of what was said.
  if (statesSomething(a) !== statesSomething(b)) return false;
  if (sharedNames(a.sentence.text, b.sentence.text)?.length === 0) return false;
  if (b.relevance < minShareOfRelevance * a.relevance) return false;
  const both = [...a.held].filter((term) => b.held.has(term)).length;
  if (both < topicShare * new Set([...a.held, ...b.held]).size) return false;
  const newer = a.round.createdMs > b.round.createdMs ? a : b;
  const shared = sharedOf(termsOf(a.sentence.text), termsOf(b.sentence.text), weightOf);
  // What says that it is otherwise now may be put quite differently: one telling word is enough.
  if (saysChange.test(newer.sentence.text) && shared.weight >= tellingWeight) return true;
  return shared.share >= subjectShare;
}

function doesCorrect({ corrects }: RankedRound, other: RankedRound): boolean {
  return corrects !== undefined && isSameRound(corrects, other.round);
}

/** What two sentences have in common: its weight, and its share of the shorter one. */
function sharedOf(
  a: ReadonlySet<string>,
  b: ReadonlySet<string>,
  weightOf: (term: string) => number,
): { weight: number; share: number } {
  const [shorter, longer] = a.size < b.size ? [a, b] : [b, a];
  let weight = 0;
  let whole = 0;
  for (const term of shorter) {
    whole += weightOf(term);
    weight += weightOf(term) * holding(longer, term);
  }
  return { weight, share: whole === 0 ? 0 : weight / whole };
}
