/**
 * What was said later of the same. A correction names what it corrects, but may hold nothing of the question by which the
 * older statement was found: it is looked for by the older statement's own words. This is the part of LongMemEval's
 * knowledge updates (Wu et al. 2025, 3) that a ranking by the question alone cannot do.
 */
import type { ConversationStore, RoundCandidate } from "../workServices.ts";
import type { TimeSpan } from "../time/timeWords.ts";
import { termsOf } from "./noteWords.ts";
import { isSameRound, type RankedRound } from "./roundRanking.ts";
import { bestSentence, type Sentence } from "./sentences.ts";
import { sharedNames } from "./sharedNames.ts";
import { saysChange, statesSomething } from "./updates.ts";
import { termWeights } from "./termWeights.ts";
import { holding } from "./wordGroups.ts";

/** Found rounds of which something later is looked for: those that are shown first. */
const nFollowed = 5;
/** Rounds that are looked at for each, by words and by meaning each. */
const nCandidates = 20;
/** How much meaning counts beside the words that two statements share. */
const meaningShare = 0.5;
/** From here on two statements are about the same; chosen on the tuning side of the made-up conversations. */
const minSameness = 0.55;
/** The same for the words alone, without a model. */
const minShare = 0.25;
/** Of the question's words that the older statement holds the later one holds this part, where neither names a thing. */
const topicShare = 0.75;
/** The newest counts of those that are about as much of the same as the one that is most. */
const shareOfBest = 0.75;

/** What of a store is needed. */
type Rounds = Pick<ConversationStore, "rounds" | "roundCounts" | "nearness">;

/** Which rounds count. */
interface LaterWish {
  /** Of the request. */
  readonly bounds: TimeSpan;
  /** Where a time is asked for, what was said at another one replaces nothing. */
  readonly isInSpan: (ms: number) => boolean;
  /** Returns a round with what it says besides the words of who asks, none when that is nothing. */
  readonly besides: (round: RoundCandidate) => readonly RoundCandidate[];
}

/**
 * Returns the ranked rounds; behind each of the first ones stands the newest round in which the user says that what it
 * states is otherwise now, as relevant as it is. Errors: those of the store.
 */
export function withLaterSaid(
  ranked: readonly RankedRound[],
  store: Rounds,
  wish: LaterWish,
): RankedRound[] {
  const all = [...ranked];
  const weightOf = knownWeights(store);
  const placeOf = (round: RoundCandidate): number =>
    all.findIndex((each) => isSameRound(each.round, round));
  for (const one of ranked.slice(0, nFollowed)) {
    const later = laterThan(one, { ranked, store, wish, weightOf });
    if (later === undefined) continue;
    const known = placeOf(later.round);
    if (known >= 0 && known < placeOf(one.round)) {
      // It stands further up, as it fits the question better by its own words.
      all[known] = { ...(all[known] as RankedRound), corrects: one.round };
      continue;
    }
    if (known >= 0) all.splice(known, 1);
    all.splice(placeOf(one.round) + 1, 0, later);
  }
  return all;
}

interface Search {
  readonly ranked: readonly RankedRound[];
  readonly store: Rounds;
  readonly wish: LaterWish;
  readonly weightOf: (term: string) => number;
}

function laterThan(one: RankedRound, search: Search): RankedRound | undefined {
  const { store, wish, weightOf } = search;
  const { role } = one;
  const { text } = one.sentence;
  const own = [...termsOf(text)];
  // A question states nothing, and of a single word nothing can be otherwise.
  if (!isStatement(one) || own.length < 2) return undefined;
  const weights = new Map(own.map((term) => [term, weightOf(term)]));
  const candidates = store
    .rounds({ ...wish.bounds, terms: own, related: [], text, limit: nCandidates })
    .filter((round) => isLater(round, one.round, wish))
    .flatMap((round) => wish.besides(round))
    .map((round) => ({ round, sentence: bestSentence(round.question, weights, () => undefined) }))
    .filter(({ sentence }) => saysChange.test(sentence.text) && isStatement({ role, sentence }));
  const same = candidates
    .map((each) => ({ ...each, sameness: sameness(one, each.sentence, search) }))
    .filter((each) => each.sameness > 0 && isNearest(one, each, search))
    .sort((a, b) => b.round.createdMs - a.round.createdMs);
  const best = Math.max(...same.map((each) => each.sameness));
  const later = same.find((each) => each.sameness >= shareOfBest * best);
  return later && { ...one, round: later.round, sentence: later.sentence, corrects: one.round };
}

function isLater(a: RoundCandidate, b: RoundCandidate, { isInSpan }: LaterWish): boolean {
  return a.createdMs > b.createdMs && isInSpan(a.createdMs) === isInSpan(b.createdMs);
}

/** False when what is said later is otherwise than another statement that was found. */
function isNearest(
  one: RankedRound,
  later: { round: RoundCandidate; sentence: Sentence; sameness: number },
  search: Search,
): boolean {
  return search.ranked.every(
    (other) =>
      other === one ||
      !isStatement(other) ||
      other.round.createdMs >= later.round.createdMs ||
      shareOfBest * sameness(other, later.sentence, search) < later.sameness,
  );
}

/** How much of the same two statements are about, 0 when they are not. */
function sameness(
  { sentence, held }: RankedRound,
  later: Sentence,
  { store, weightOf }: Search,
): number {
  const own = termsOf(sentence.text);
  const theirs = termsOf(later.text.replace(new RegExp(saysChange, "giu"), " "));
  const names = sharedNames(sentence.text, later.text)?.map(termsOf);
  if (names === undefined ? !holdsTopic(held, own, theirs) : names.length === 0) return 0;
  // What most is said of is what both are about, and says nothing of what is said of it.
  const weight = (terms: ReadonlySet<string>): number =>
    [...terms].reduce((sum, term) => sum + weightOf(term), 0);
  const mostly = (names ?? []).toSorted((a, b) => mean(a, weight) - mean(b, weight))[0];
  const rest = (terms: ReadonlySet<string>): Set<string> =>
    new Set([...terms].filter((term) => mostly?.has(term) !== true));
  const [a, b] = [rest(own), rest(theirs)];
  const lighter = Math.min(weight(a), weight(b));
  const shared = [...a].reduce((sum, term) => sum + holding(b, term) * weightOf(term), 0);
  const share = lighter === 0 ? 0 : shared / lighter;
  // However near in meaning, they would not be about the same.
  if (share + meaningShare < minSameness) return 0;
  const [similarity] = store.nearness(sentence.text, [later.text]) ?? [];
  if (similarity === undefined) return share >= minShare ? share : 0;
  const whole = share + meaningShare * Math.max(0, similarity);
  return whole >= minSameness ? whole : 0;
}

function mean(terms: ReadonlySet<string>, weight: (terms: ReadonlySet<string>) => number): number {
  return terms.size === 0 ? Infinity : weight(terms) / terms.size;
}

function holdsTopic(
  held: ReadonlySet<string>,
  own: ReadonlySet<string>,
  theirs: ReadonlySet<string>,
): boolean {
  const asked = [...held].filter((term) => own.has(term));
  const kept = asked.filter((term) => holding(theirs, term) > 0);
  return kept.length > 0 && kept.length >= topicShare * asked.length;
}

/** Each is asked for once. */
function knownWeights(store: Rounds): (term: string) => number {
  const known = new Map<string, number>();
  return (term) => {
    const weight = known.get(term) ?? termWeights([term], store.roundCounts([term])).get(term) ?? 0;
    known.set(term, weight);
    return weight;
  };
}

/** True for what the user states. */
function isStatement(one: Pick<RankedRound, "role" | "sentence">): boolean {
  return one.role === "user" && statesSomething(one);
}
