/** Steps through the questions that were asked, as a shell does. */
export interface QuestionHistory {
  /** The question one step older (1) or newer (-1), `""` after the newest; `undefined` where there is none, or when `typed` was changed by hand. */
  step(typed: string, step: 1 | -1): string | undefined;
  /** The field is no longer on a recalled question. */
  leave(): void;
}

/** Returns a history that starts in front of the newest question; `asked` gives the questions, newest first. */
export function createQuestionHistory(asked: () => readonly string[]): QuestionHistory {
  let at = -1;
  return {
    step: (typed, step) => {
      const questions = asked();
      const next = at + step;
      if (typed !== (questions[at] ?? "") || next < -1 || next >= questions.length)
        return undefined;
      at = next;
      return questions[next] ?? "";
    },
    leave: () => {
      at = -1;
    },
  };
}
