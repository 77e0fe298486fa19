/** One question on its way to an answer, and what answering needs from outside. */
import type { EvidenceTrace, RankingKind, Recall, SearchResult } from "../../protocol/types.ts";
import type { AskParams } from "../../protocol/methods.ts";
import type { Clock } from "../ports.ts";
import type { HashText } from "../recall/citation.ts";
import type { ParsedQuestion } from "../recall/question.ts";
import type {
  CommitAbout,
  HistoryService,
  RecallService,
  RecallTurns,
  SourceReader,
  TellPlan,
} from "../services.ts";
import type { NotesService, TimelineService } from "../workServices.ts";
import type { AnswerWriter } from "./answerWriter.ts";
import type { EvidenceCalibration } from "./evidenceCalibration.ts";
import type { QuestionTerms } from "./questionTerms.ts";
import type { Selection } from "./selection.ts";
import type { SurprisesOf } from "./unusualInFile.ts";

/** What the answerer is built from. */
export interface AnswerPorts {
  readonly recall: RecallService;
  readonly source: SourceReader;
  readonly history: HistoryService;
  readonly hashText: HashText;
  readonly clock: Clock;
  readonly notes: NotesService;
  readonly timeline: TimelineService;
  /** The command that lists what is not in memory, as the user writes it where the answer is shown. */
  readonly statusCommand: string;
  /** Absent when it was made for other models than those that recall; then a question's words decide. */
  readonly calibration?: EvidenceCalibration;
  /** Absent without a deep memory. */
  readonly surprisesOf?: SurprisesOf;
}

/** Commits about a question as they are looked for beside the recall, or why there are none. */
export type SoughtCommits = Promise<readonly CommitAbout[] | "late" | "unreadable">;

/** Everything known about a question after its first recall. */
export interface Ask {
  readonly ports: AnswerPorts;
  readonly params: AskParams;
  readonly question: ParsedQuestion;
  readonly terms: QuestionTerms;
  readonly result: SearchResult;
  /** `undefined` where the words decide, see `judged`. */
  readonly evidence: EvidenceTrace | undefined;
  /** Rejects with the signal's reason when cancelled. */
  readonly commits: SoughtCommits;
  readonly selection: Selection | undefined;
  readonly writer: AnswerWriter;
  readonly signal: AbortSignal;
  /** Absent where there are no conversations. */
  readonly recallTurns?: RecallTurns;
  /** Called with how far a deep question is; absent where nobody wants to know. */
  readonly tellPlan?: TellPlan;
}

/** What became of a question. */
export type AnswerOutcome = "answered" | "abstained";

/** Recalls places for a further query of the same question, also outside of the files and folders that it names. */
export async function recallMore(
  ask: Ask,
  query: string,
  limit: number,
  ranking: RankingKind = "learned",
  mentions: ParsedQuestion["mentions"] = [],
): Promise<readonly Recall[]> {
  const { params, ports, signal } = ask;
  const found = await ports.recall.search(
    {
      query,
      limit,
      neighbours: false,
      ...(params.rootIds === undefined ? {} : { rootIds: params.rootIds }),
    },
    signal,
    { ranking, mentions },
  );
  await pause(signal);
  return found.recalls;
}

/** As `recallMore`, inside of the files and folders that the question names. */
export function recallMoreMeant(
  ask: Ask,
  query: string,
  limit: number,
): Promise<readonly Recall[]> {
  return recallMore(ask, query, limit, "learned", ask.question.mentions);
}

/** Returns the places that use a name, best first. */
export async function recallUses(
  ask: Ask,
  name: string,
  limit: number,
): Promise<readonly Recall[]> {
  const uses = await ask.ports.recall.usesOf(name, ask.params.rootIds, limit, ask.signal);
  await pause(ask.signal);
  return uses;
}

/** Lets a cancellation arrive. Rejects with the signal's reason when it did. */
export async function pause(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}
