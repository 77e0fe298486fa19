import type { EvalRepository } from "./evalSet.ts";
import type { ResultSpan } from "./metric.ts";

/** Places by question id, best first. */
export type Run = ReadonlyMap<string, readonly ResultSpan[]>;

/** What answers the questions of a repository, ours or a baseline. */
export interface SearchSystem {
  /** As the tables call it. */
  readonly name: string;
  /** It names files without saying where in them, so nothing is said of functions. */
  readonly namesFilesOnly?: boolean;
  /** Returns its run, or the sentence that says why it cannot answer here. */
  search(repository: EvalRepository): Run | NotRun | Promise<Run | NotRun>;
}

/** A system that could not answer. */
export interface NotRun {
  readonly notRun: string;
}

/** More places than any metric looks at. */
export const nPlaces = 400;

/** Returns the run of a function that answers one question after the other. */
export function runOf(
  { questions }: EvalRepository,
  answer: (question: string) => readonly ResultSpan[],
): Run {
  return new Map(questions.map(({ id, query }) => [id, answer(query)]));
}
