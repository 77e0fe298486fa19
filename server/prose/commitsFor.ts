/** Commits that go into a prompt: those that are clearly about the question. */
import type { CommitInfo } from "../../protocol/history.ts";
import type { SearchResult } from "../../protocol/types.ts";
import { aboutQuestion, seekCommits } from "../answer/besideAnswer.ts";
import { QuestionTerms } from "../answer/questionTerms.ts";
import { parseQuestion } from "../recall/question.ts";
import type { HistoryService } from "../services.ts";

/** More say little more. */
const maxCommits = 4;

/**
 * Returns commits about a question, best first; none where the history cannot be read or does not answer in time. Rejects
 * with the signal's reason when cancelled.
 */
export async function commitsFor(
  {
    history,
    query,
    result,
    rootIds,
  }: {
    readonly history: HistoryService;
    readonly query: string;
    readonly result: SearchResult;
    readonly rootIds: readonly string[] | undefined;
  },
  signal: AbortSignal,
): Promise<readonly CommitInfo[]> {
  const question = parseQuestion(query);
  const params = rootIds === undefined ? {} : { rootIds };
  const found = await seekCommits({ ports: { history }, question, params }, signal);
  if (typeof found === "string") return [];
  const terms = new QuestionTerms(question, result.trace);
  return aboutQuestion({ terms }, found)
    .slice(0, maxCommits)
    .map(({ commit }) => commit);
}
