import { placeOf } from "../../protocol/errorPlace.ts";
import type { AskParams, AskResult } from "../../protocol/methods.ts";
import type { AnswerPlan } from "../../protocol/plan.ts";
import type { Citation } from "../../protocol/types.ts";
import type { Clock, Logger } from "../ports.ts";
import type { AnswerService, RecallTurns } from "../services.ts";
import { searchTurns } from "../work/turnSearch.ts";
import { AnswerStream } from "./answerStream.ts";
import { AnswerTurn } from "./answerTurn.ts";
import type { Session } from "./session.ts";
import { isAbort } from "./wireError.ts";

/** What a question needs around it. */
export interface AskContext {
  readonly answers: AnswerService;
  readonly session: Session;
  readonly clock: Clock;
  readonly log: Logger;
  /** Sends a piece of the answer to the client. */
  readonly progress: (markdown: string, citations: readonly Citation[], plan?: AnswerPlan) => void;
}

/**
 * Answers a question piece by piece. In a conversation each piece is stored before it is sent, so that what
 * was shown outlives a kill. Rejects with AbortError when cancelled; errors: `conversationNotFound`.
 */
export async function ask(
  params: AskParams,
  signal: AbortSignal,
  { answers, session, clock, log, progress }: AskContext,
): Promise<AskResult> {
  const { conversationId } = params;
  const turn =
    conversationId === undefined
      ? undefined
      : new AnswerTurn(session.conversations(), conversationId, params, clock);
  const stream = new AnswerStream((markdown, citations) => {
    turn?.append(markdown, citations);
    progress(markdown, citations);
  });
  try {
    const answer = await answers.ask(
      params,
      (markdown, citations) => {
        if (!signal.aborted) stream.add(markdown, citations);
      },
      signal,
      recallTurnsFor(turn, params.question, session, clock),
      (plan) => {
        if (signal.aborted) return;
        turn?.plan(plan);
        progress("", [], plan);
      },
    );
    stream.end();
    turn?.finish(answer);
    return turn === undefined ? answer : { ...answer, turnId: turn.id };
  } catch (error) {
    stream.close();
    stopTurn(turn, isAbort(error) ? "cancelled" : "failed", log);
    throw error;
  }
}

/** A question outside a conversation, such as an agent's, is answered from the workspace alone. */
function recallTurnsFor(
  turn: AnswerTurn | undefined,
  question: string,
  session: Session,
  clock: Clock,
): RecallTurns | undefined {
  if (turn === undefined) return undefined;
  const asking = { questionId: turn.questionId, question };
  return (params) => searchTurns(session.conversations(), params, clock.nowMs(), asking);
}

function stopTurn(turn: AnswerTurn | undefined, state: "cancelled" | "failed", log: Logger): void {
  try {
    turn?.stop(state);
  } catch (error) {
    // The first failure is the one to report; a turn left streaming is found as interrupted later.
    log.log("error", "answer", "turn not closed", { state, stack: placeOf(error) });
  }
}
