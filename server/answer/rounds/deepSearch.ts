/** Recalls for a deep question in rounds, where the places are wanted and not an answer. */
import type { SearchParams } from "../../../protocol/methods.ts";
import type { SearchResult } from "../../../protocol/types.ts";
import type { Clock } from "../../ports.ts";
import { parseQuestion, type ParsedQuestion } from "../../recall/question.ts";
import type { RecallService } from "../../services.ts";
import { judged } from "../evidence.ts";
import type { EvidenceCalibration } from "../evidenceCalibration.ts";
import { recallsMeant } from "../mentionText.ts";
import { questionParts, type QuestionPart } from "./questionParts.ts";
import { maxRounds, recallInRounds, type RoundFound } from "./recallInRounds.ts";
import type { RoundQuery } from "./roundNote.ts";

/** What the rounds search with. */
export interface DeepSearchPorts {
  readonly recall: Pick<RecallService, "search">;
  readonly clock: Clock;
  /** `undefined` where no probability of an answer is known: then the words decide. */
  readonly calibration?: EvidenceCalibration | undefined;
}

/** Rounds take no longer than this, but for a search that has begun. */
export const roundsBudgetMs = 4_000;
/** Places that a further search returns. */
const nFurther = 10;

/**
 * Returns the result of the first search with the best places of all rounds in place of its own, part by part in turns.
 * What points at code, or cannot be read, is searched once. Rejects with the signal's reason when cancelled.
 */
export async function deepSearch(
  params: SearchParams,
  ports: DeepSearchPorts,
  signal: AbortSignal,
): Promise<SearchResult> {
  const first = await ports.recall.search(params, signal);
  const question = parseQuestion(params.query);
  const { mentions } = question;
  if (question.problem !== undefined || question.code !== undefined) return first;
  const parts = questionParts(question, first.trace);
  const { note } = await recallInRounds(
    {
      ...{ parts, first: { recalls: recallsMeant({ result: first }) }, names: [] },
      ...{ maxRounds, budgetMs: roundsBudgetMs },
    },
    {
      search: (query) =>
        searchRound(query, { parts, mentions, rootIds: params.rootIds }, ports, signal),
      elapsedMs: () => ports.clock.elapsedMs(),
      onRound: () => undefined,
    },
  );
  return { ...first, recalls: note.handOut(params.limit).map(({ recall }) => recall) };
}

/** What the rounds of a question have in common. */
interface RoundsWish {
  readonly parts: readonly QuestionPart[];
  /** A part is limited to the files and folders that it names, or else to those that the whole question names. */
  readonly mentions: ParsedQuestion["mentions"];
  readonly rootIds: readonly string[] | undefined;
}

/** Searches for one query of a round. How probable an answer is, is only told of a part's own words. */
export async function searchRound(
  { text, part, name }: RoundQuery,
  { parts, mentions, rootIds }: RoundsWish,
  { recall, calibration }: Omit<DeepSearchPorts, "clock">,
  signal: AbortSignal,
): Promise<RoundFound> {
  const scope = rootIds === undefined ? {} : { rootIds };
  const result = await recall.search(
    { query: text, limit: nFurther, neighbours: false, ...scope },
    signal,
    mentions.length === 0 ? undefined : { mentions },
  );
  signal.throwIfAborted();
  const terms = part === undefined || name !== undefined ? undefined : parts[part]?.terms;
  if (terms === undefined || calibration === undefined) return { recalls: result.recalls };
  const evidence = judged(parseQuestion(text), terms, result, calibration);
  return { recalls: result.recalls, evidence };
}
