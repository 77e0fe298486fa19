import { languageOf } from "../../server/ingest/languages.ts";
import type { EvalRepository } from "./evalSet.ts";
import type { EvalQuestion } from "./metric.ts";

/** Questions that are looked at together. */
export interface Slice {
  readonly name: string;
  readonly ids: ReadonlySet<string>;
}

/** Returns all questions, and those of each kind. */
export function kindSlices(repositories: readonly EvalRepository[]): [Slice, ...Slice[]] {
  const everything = new Set(
    repositories.flatMap(({ questions }) => questions.map(({ id }) => id)),
  );
  return [{ name: "all", ids: everything }, ...slicesBy(repositories, ({ kind }) => kind)];
}

/** Returns the questions of each repository. */
export function repositorySlices(repositories: readonly EvalRepository[]): Slice[] {
  return slicesBy(repositories, (_question, repository) => repository.name);
}

/** Returns the questions of each language, which is that of the first right file. */
export function languageSlices(repositories: readonly EvalRepository[]): Slice[] {
  return slicesBy(repositories, ({ relevant: [first] }) => languageOf(first?.path ?? ""));
}

function slicesBy(
  repositories: readonly EvalRepository[],
  keyOf: (question: EvalQuestion, repository: EvalRepository) => string,
): Slice[] {
  const groups = new Map<string, Set<string>>();
  for (const repository of repositories) {
    for (const question of repository.questions) {
      const key = keyOf(question, repository);
      groups.set(key, (groups.get(key) ?? new Set()).add(question.id));
    }
  }
  return [...groups]
    .toSorted(([, a], [, b]) => b.size - a.size)
    .map(([name, ids]) => ({ name, ids }));
}
