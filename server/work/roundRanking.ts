/** Which rounds of conversations a question is about. */
import { termsOfText } from "../ingest/terms.ts";
import type { RoundCandidate, RoundCounts } from "../workServices.ts";
import type { TimeSpan } from "../time/timeWords.ts";
import { wordTerms } from "./noteWords.ts";
import { bestSentence, type Sentence } from "./sentences.ts";
import { termWeights } from "./termWeights.ts";
import { turnQuestion } from "./turnQuestion.ts";
import { holding, relatedTerms } from "./wordGroups.ts";

/** What rounds are held against. */
export interface RoundWish {
  /** What it is about, without the words that name a time. */
  readonly topic: string;
  readonly span?: TimeSpan;
  /** Whose words are asked for. */
  readonly role?: "user" | "lore";
  /** Whether what was said is asked for, and not where something was asked. */
  readonly wantsStatement: boolean;
}

/** A round with how well it fits. */
export interface RankedRound {
  readonly round: RoundCandidate;
  /** Without regard to time, 0 to 1. */
  readonly relevance: number;
  readonly score: number;
  /** The part that fits best, and whose words it is. */
  readonly sentence: Sentence;
  readonly role: "user" | "lore";
  /** Terms of the topic that were said by whose words are asked for. */
  readonly held: ReadonlySet<string>;
  /** The round of which it says that it is otherwise now, when it was found by that one's words. */
  readonly corrects?: RoundCandidate;
}

/** How much of a round's relevance comes from words; the rest from meaning. */
const wordShare = 0.7;
/** A word that only the answer holds. */
const answerShare = 0.45;
/** A term counts as held from here on: when whose words are asked for said it, or a word for it. */
const heldShare = 0.5;
/** Rounds whose sentences are looked at. */
const maxRead = 30;
/** Where either will do, an answer's sentence is quoted when it fits so much better than the user's own. */
const minLeadOfAnswer = 1.2;
/** Similarities up to here are those of any two texts. */
const noSimilarity = 0.2;
const fullSimilarity = 0.75;
/** A round whose conversation is about the same is more likely meant than one that stands alone. */
const contextShare = 0.05;
/** What is asked for is seldom what was asked for before. */
const recallShare = 0.55;
const questionShare = 0.9;
/** A newer round comes first where two fit as well. */
const recencyShare = 0.04;
const recencyDays = 45;
/** A time that is named is a strong wish; words that name it may also be the code's. */
const spanBonus = 0.35;
const dayMs = 86_400_000;

/** Returns rounds that share words or meaning with the topic, best first; by time alone without a topic. */
export function rankRounds(
  candidates: readonly RoundCandidate[],
  wish: RoundWish,
  counts: (terms: readonly string[]) => RoundCounts,
  nearness: (texts: readonly string[]) => number[] | undefined,
  nowMs: number,
): RankedRound[] {
  const weights = weightsOf(wish.topic, counts);
  const drafts = candidates
    .map((round) => overlapOf(round, wish, weights))
    .sort((a, b) => b.promise - a.promise || b.round.createdMs - a.round.createdMs)
    .slice(0, maxRead)
    .map((overlap) => draftOf(overlap, wish, weights, nearness));
  const best = new Map<string, number>();
  for (const { round, relevance } of drafts)
    best.set(round.conversationId, Math.max(best.get(round.conversationId) ?? 0, relevance));
  return drafts
    .map((draft) => ({
      ...draft,
      score:
        draft.relevance * draft.share +
        contextShare * (best.get(draft.round.conversationId) ?? 0) +
        recencyShare * Math.exp(-Math.max(0, nowMs - draft.round.createdMs) / dayMs / recencyDays) +
        (isWithin(draft.round.createdMs, wish.span) ? spanBonus : 0),
    }))
    .sort((a, b) => b.score - a.score || b.round.createdMs - a.round.createdMs);
}

/** True for the same round, which may have been read twice. */
export function isSameRound(a: RoundCandidate, b: RoundCandidate): boolean {
  return a.conversationId === b.conversationId && a.questionId === b.questionId;
}

/** True when a time lies in a span that is given. */
export function isWithin(ms: number, span: TimeSpan | undefined): boolean {
  return (
    span !== undefined && ms >= (span.afterMs ?? -Infinity) && ms < (span.beforeMs ?? Infinity)
  );
}

/** Returns the terms of a topic. */
function topicTerms(topic: string): string[] {
  return [...new Set(wordTerms(topic).flat())];
}

/** Returns what is looked for in the index: the terms of a topic, and those that people use for them. */
export function searchedTerms(topic: string): { terms: string[]; related: string[] } {
  const terms = topicTerms(topic);
  return { terms, related: [...new Set(terms.flatMap((term) => [...relatedTerms(term)]))] };
}

function weightsOf(
  topic: string,
  counts: (terms: readonly string[]) => RoundCounts,
): ReadonlyMap<string, number> {
  const terms = topicTerms(topic);
  return termWeights(terms, counts(terms));
}

interface Draft extends Omit<RankedRound, "score"> {
  /** What is left of its relevance when it is not the sort of turn that is asked for. */
  readonly share: number;
}

/** What a round has in common with the topic, before its sentences are looked at. */
interface Overlap {
  readonly round: RoundCandidate;
  /** The share of the topic that it holds, by weight. */
  readonly words: number;
  readonly held: ReadonlySet<string>;
  readonly promise: number;
}

function overlapOf(
  round: RoundCandidate,
  { role, span }: RoundWish,
  weights: ReadonlyMap<string, number>,
): Overlap {
  const asked = new Set(termsOfText(round.question));
  const answered = new Set(termsOfText(round.answer));
  const [mine, other] = role === "lore" ? [answered, asked] : [asked, answered];
  let whole = 0;
  let part = 0;
  const held = new Set<string>();
  for (const [term, weight] of weights) {
    whole += weight;
    const share = Math.max(holding(mine, term), answerShare * holding(other, term));
    part += share * weight;
    if (share >= heldShare) held.add(term);
  }
  const words = whole === 0 ? 0 : part / whole;
  const bonus = isWithin(round.createdMs, span) ? spanBonus : 0;
  return { round, words, held, promise: relevanceOf(words, round.similarity) + bonus };
}

function draftOf(
  { round, words, held }: Overlap,
  { topic, role, wantsStatement }: RoundWish,
  weights: ReadonlyMap<string, number>,
  nearness: (texts: readonly string[]) => number[] | undefined,
): Draft {
  const own = bestSentence(round.question, weights, nearness);
  const theirs = role === "user" ? undefined : bestSentence(round.answer, weights, nearness);
  const isTheirs =
    theirs !== undefined &&
    theirs.text !== "" &&
    (role === "lore" || theirs.fit > minLeadOfAnswer * own.fit);
  const sentence = isTheirs ? theirs : own;
  const near = [round.similarity, sentence.similarity].filter((each) => each !== undefined);
  const similarity = near.length === 0 ? undefined : Math.max(...near);
  return {
    round,
    relevance: topic === "" ? 1 : relevanceOf(words, similarity),
    sentence,
    role: isTheirs ? "lore" : "user",
    held,
    share: wantsStatement ? shareOfKind(round.question) : 1,
  };
}

/** Words alone where there is no model. */
function relevanceOf(words: number, similarity: number | undefined): number {
  if (similarity === undefined) return words;
  const meaning = clamp((similarity - noSimilarity) / (fullSimilarity - noSimilarity));
  return wordShare * words + (1 - wordShare) * meaning;
}

/** A question says less than a statement, and one that asked for the same before says nothing. */
function shareOfKind(question: string): number {
  if (turnQuestion(question) !== undefined) return recallShare;
  return /[?？]\s*$/u.test(question.trim()) ? questionShare : 1;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
