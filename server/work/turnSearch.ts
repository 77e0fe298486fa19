/** Searches what was said: understands the question, ranks rounds, and puts the newest of what says the same first. */
import type { RecalledTurn, SearchTurnsParams, SearchTurnsResult } from "../../protocol/turns.ts";
import type { ConversationStore, RoundCandidate } from "../workServices.ts";
import { timedQuestion, type TimeSpan } from "../time/timeWords.ts";
import { withLaterSaid } from "./laterSaid.ts";
import { isWithin, rankRounds, searchedTerms, type RankedRound } from "./roundRanking.ts";
import { withoutRepeats } from "./repeatedWords.ts";
import { turnQuestion } from "./turnQuestion.ts";
import { newestFirst } from "./updates.ts";

/** Rounds that are looked at, by words and by meaning each. */
const nCandidates = 60;

/** The turn that asks: it is not found itself, nor is what only says its words again. */
interface AskingTurn {
  readonly questionId: string;
  readonly question: string;
}

/** What of a store a search needs. */
type Rounds = Pick<ConversationStore, "rounds" | "roundCounts" | "nearness">;

/** Returns the turns that a question is about. `asking` is given where a turn asks. Errors: those of the store. */
export function searchTurns(
  store: Rounds,
  { query, limit, afterMs, beforeMs }: SearchTurnsParams,
  nowMs: number,
  asking?: AskingTurn,
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
  const candidates = [...found.values()].flatMap((round) => besides(round, asking));
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
      : withLaterSaid(ranked, store, {
          bounds,
          isInSpan,
          besides: (round) => besides(round, asking),
        });
  const ordered = newestFirst(followed, { order, isInSpan });
  return {
    turns: ordered.slice(0, limit).map(({ ranked: one, newer }) => recalledOf(one, newer)),
    ...(span === undefined ? {} : { span }),
  };
}

/** The round with what it says besides the words of who asks; none when that is nothing. */
function besides(round: RoundCandidate, asking: AskingTurn | undefined): RoundCandidate[] {
  if (asking === undefined) return [round];
  const question = withoutRepeats(round.question, asking.question);
  const isEcho = question === "" && round.question.trim() !== "";
  return round.questionId === asking.questionId || isEcho ? [] : [{ ...round, question }];
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
