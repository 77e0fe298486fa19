/** What of a conversation may go into a prompt: rounds whole, and parts as a line. */
import type { ContextSource, RoundDecision } from "../../protocol/context.ts";
import type { Citation, CitationCheck, Recall } from "../../protocol/types.ts";
import type { ContextCandidate, PackedItem } from "../work/contextPack.ts";
import { roundRelevances, type AskedInConversation } from "../work/roundRelevance.ts";
import type { Round } from "../work/rounds.ts";
import { taskParts, type TaskPart } from "../work/taskParts.ts";
import { answerProse } from "./answerProse.ts";
import { candidateOf, type ContextPorts, type Making } from "./contextCandidates.ts";
import { placeOf } from "./contextPrompt.ts";

/** A round may go in whole when it says at least so much of the question, or half of what the best one says. */
const minRelevance = 0.2;
/** Whole rounds that may go in, the most relevant ones; more would only cost time. */
const maxRawRounds = 60;
/** The round before a question is worth this much by itself; one that the question goes on from is worth all. */
const latestValue = 0.4;
/** A line only says that there was something. */
const lineValue = 0.05;
const relevantLineValue = 0.2;

/** The conversation's texts, and what became of each round. */
export interface ConversationTexts {
  /** In the conversation's order. */
  readonly candidates: readonly ContextCandidate[];
  readonly decide: (items: readonly PackedItem[]) => RoundDecision[];
}

/** Returns the texts of a conversation. `recalls` are what the question found. Rejects with AbortError when cancelled. */
export async function conversationTexts(
  { whole, goesOnFrom }: AskedInConversation,
  rounds: readonly Round[],
  recalls: readonly Recall[],
  making: Making,
): Promise<ConversationTexts> {
  const files = new Set(recalls.map(({ citation }) => citation.path));
  const relevances = new Map(
    roundRelevances(rounds, whole, files).map((relevance, idx) => [rounds[idx], relevance]),
  );
  const relevanceOf = (round: Round): number => relevances.get(round) ?? 0;
  const latest = rounds.at(-1);
  const isBefore = (round: Round): boolean => round === latest || goesOnFrom.includes(round);
  const best = Math.max(0, ...rounds.map(relevanceOf));
  const relevant = rounds
    .filter((round) => isBefore(round) || relevanceOf(round) >= Math.min(minRelevance, best / 2))
    .filter((round) => isBefore(round) || relevanceOf(round) > 0)
    .toSorted((a, b) => relevanceOf(b) - relevanceOf(a))
    .filter((round, idx) => isBefore(round) || idx < maxRawRounds);
  const texts = await roundTexts(relevant, making.ports, making.signal);
  const raw = new Map<Round, ContextCandidate>();
  for (const [round, text] of texts) {
    const { turnIds, startMs } = round;
    const own = goesOnFrom.includes(round) ? 1 : round === latest ? latestValue : 0;
    const value = Math.max(relevanceOf(round), own);
    const source: ContextSource = { kind: "round", turnIds, createdMs: startMs };
    raw.set(round, candidateOf(source, text, value, making));
  }
  const lineOf = ({ part, rounds: own }: TaskPart): ContextCandidate => {
    const most = Math.max(...own.map(relevanceOf));
    const coveredBy = own.map((round) => raw.get(round));
    return {
      ...candidateOf(
        { kind: "part", part },
        part.line,
        lineValue + most * relevantLineValue,
        making,
      ),
      ...(coveredBy.every((each) => each !== undefined) ? { coveredBy } : {}),
    };
  };
  const parts = taskParts(rounds).map((part) => ({ part, line: lineOf(part) }));
  return {
    candidates: parts.flatMap(({ part, line }) => [
      line,
      ...part.rounds.flatMap((round) => raw.get(round) ?? []),
    ]),
    decide: (items) => {
      const chosen = new Set(items.map(({ candidate }) => candidate));
      return parts.flatMap(({ part, line }) =>
        part.rounds.map((round): RoundDecision => {
          const whole = raw.get(round);
          const questionTurnId = round.turnIds[0] as string;
          if (whole !== undefined && chosen.has(whole))
            return {
              ...{ questionTurnId, shownAs: "raw" },
              reason: isBefore(round) ? "latest" : "relevant",
            };
          const shownAs = chosen.has(line) ? "line" : "dropped";
          const isMeant = whole !== undefined || shownAs === "dropped";
          return { questionTurnId, shownAs, reason: isMeant ? "noRoom" : "littleShared" };
        }),
      );
    },
  };
}

/** The words of rounds, with where the answers say that something stands, and whether it still does. */
async function roundTexts(
  rounds: readonly Round[],
  { check }: ContextPorts,
  signal: AbortSignal,
): Promise<Map<Round, string>> {
  const cited = rounds.flatMap(({ citations }) => citations);
  const checks = cited.length === 0 ? [] : await check(cited, signal);
  const states = new Map(cited.map((citation, idx) => [citation, checks[idx]]));
  return new Map(
    rounds.map((round) => {
      const answers = round.answers.map(({ text, citations }) =>
        answerProse(text, (n) => {
          const citation = citations[n];
          return citation === undefined ? "" : citedPlace(citation, states.get(citation));
        }),
      );
      const said = [
        ["Question", round.question],
        ...answers.map((text) => ["Answer", text] as const),
      ] as const;
      const words = said.filter(([, text]) => text !== "");
      return [round, words.map(([who, text]) => `${who}: ${text}`).join("\n\n")];
    }),
  );
}

function citedPlace(citation: Citation, check: CitationCheck | undefined): string {
  switch (check?.kind) {
    case "current":
    case "moved":
      return placeOf(check.citation);
    case "gone":
      return `${placeOf(citation)} (gone since)`;
    default:
      return `${placeOf(citation)} (changed since)`;
  }
}
