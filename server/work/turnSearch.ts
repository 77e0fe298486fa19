/** Searches what was said: understands the question, ranks rounds, and puts the newest of what says the same first. */
import type { RecalledTurn, SearchTurnsParams, SearchTurnsResult } from "../../protocol/turns.ts";
import type { ConversationStore, RoundCandidate } from "../services.ts";
import { timedQuestion, type TimeSpan } from "../time/timeWords.ts";
import { withLaterSaid } from "./laterSaid.ts";
import { isWithin, rankRounds, searchedTerms, type RankedRound } from "./roundRanking.ts";
import { turnQuestion } from "./turnQuestion.ts";
import { newestFirst } from "./updates.ts";

/** Rounds that are looked at, by words and by meaning each. */
const nCandidates = 60;

/** Which turns are not looked at, such as the one that asks. */
type IsLeftOut = (round: RoundCandidate) => boolean;

/** What of a store a search needs. */
type Rounds = Pick<ConversationStore, "rounds" | "roundCounts" | "nearness">;

/** Returns the turns that a question is about. Errors: those of the store. */
export function searchTurns(
  store: Rounds,
  { query, limit, afterMs, beforeMs }: SearchTurnsParams,
  nowMs: number,
  isLeftOut: IsLeftOut = () => false,
): SearchTurnsResult {
  const { topic: timeless, span, order } = timedQuestion(query, nowMs);
  const asked = turnQuestion(timeless) ?? turnQuestion(query);
  const topic = asked === undefined ? timeless : (turnQuestion(timeless)?.topic ?? timeless);
  const { terms, related } = searchedTerms(topic);
  const bounds: TimeSpan = {
    ...(afterMs === undefined ? {} : { afterMs }),
    ...(beforeMs === undefined ? {} : { beforeMs }),
  };
  const look = (more: TimeSpan): RoundCandidate[] =>
    store.rounds({ terms, related, text: topic, limit: nCandidates, ...bounds, ...more });
  const inSpan = span === undefined ? [] : look(narrowed(bounds, span));
  // Without anything to look for but a time, only what was said then is meant.
  const anywhere = span !== undefined && terms.length === 0 ? [] : look({});
  const found = new Map([...inSpan, ...anywhere].map((round) => [keyOf(round), round]));
  const candidates = [...found.values()].filter((round) => !isLeftOut(round));
  const ranked = rankRounds(
    candidates,
    {
      topic: terms.length === 0 ? "" : topic,
      ...(span === undefined ? {} : { span }),
      ...(asked?.role === undefined ? {} : { role: asked.role }),
      wantsStatement: asked !== undefined || !/[?？]\s*$/u.test(query),
    },
    (wanted) => store.roundCounts(wanted),
    (texts) => (terms.length === 0 ? undefined : store.nearness(topic, texts)),
    nowMs,
  );
  const isInSpan = (ms: number): boolean => isWithin(ms, span);
  const followed =
    order === "first" || terms.length === 0
      ? ranked
      : withLaterSaid(ranked, store, { bounds, isInSpan, isLeftOut });
  const ordered = newestFirst(followed, { order, isInSpan });
  return {
    turns: ordered.slice(0, limit).map(({ ranked: one, newer }) => recalledOf(one, newer)),
    ...(span === undefined ? {} : { span }),
  };
}

function keyOf({ conversationId, questionId }: RoundCandidate): string {
  return JSON.stringify([conversationId, questionId]);
}

function narrowed(a: TimeSpan, b: TimeSpan): TimeSpan {
  const afterMs = Math.max(a.afterMs ?? 0, b.afterMs ?? 0);
  const beforeMs = Math.min(a.beforeMs ?? Infinity, b.beforeMs ?? Infinity);
  return { afterMs, ...(Number.isFinite(beforeMs) ? { beforeMs } : {}) };
}

function recalledOf(
  { round, relevance, score, sentence, role }: RankedRound,
  newer: RankedRound | undefined,
): RecalledTurn {
  const { conversationId, title, questionId, answerId, createdMs, citations } = round;
  return {
    conversationId,
    title,
    turnId: role === "lore" ? (answerId ?? questionId) : questionId,
    role,
    text: sentence.text,
    createdMs,
    score,
    relevance,
    citations,
    ...(newer === undefined
      ? {}
      : {
          newer: {
            conversationId: newer.round.conversationId,
            turnId: newer.round.questionId,
            createdMs: newer.round.createdMs,
          },
        }),
  };
}
