import { ms } from "../table.ts";
import type { EvalRepository, GivenScores } from "./evalSet.ts";
import { score, type ResultSpan, type Scores } from "./metric.ts";
import type { SearchSystem } from "./searchSystem.ts";

/** What a system reached on the set. Questions of repositories where it did not run have no entry. */
export interface SystemScores {
  readonly name: string;
  readonly scores: ReadonlyMap<string, Scores>;
  readonly places: ReadonlyMap<string, readonly ResultSpan[]>;
  /** A sentence for each repository where it did not run, and how long the others took. */
  readonly notes: readonly string[];
}

/** Runs a system on every repository and scores its places. */
export async function scoresOf(
  system: SearchSystem,
  repositories: readonly EvalRepository[],
): Promise<SystemScores> {
  const scores = new Map<string, Scores>();
  const places = new Map<string, readonly ResultSpan[]>();
  const times: string[] = [];
  const reasons = new Map<string, string[]>();
  for (const repository of repositories) {
    const startedMs = performance.now();
    const run = await system.search(repository);
    if ("notRun" in run) {
      reasons.set(run.notRun, [...(reasons.get(run.notRun) ?? []), repository.name]);
      continue;
    }
    times.push(`${repository.name} ${ms(performance.now() - startedMs)}`);
    for (const question of repository.questions) {
      const found = run.get(question.id) ?? [];
      places.set(question.id, found);
      const { "span@10": span, ...ofFiles } = score(question, found, repository.knownFiles);
      const isSpanKnown = span !== undefined && system.namesFilesOnly !== true;
      scores.set(question.id, isSpanKnown ? { ...ofFiles, "span@10": span } : ofFiles);
    }
  }
  const notes = [...reasons].map(
    ([reason, names]) => `${system.name} was not run on ${names.join(", ")}: ${reason}.`,
  );
  if (times.length > 0) notes.push(`${system.name} took: ${times.join(", ")}.`);
  return { name: system.name, scores, places, notes };
}

/** Returns the scores that came with a set as those of a system. */
export function givenSystem(name: string, given: GivenScores): SystemScores {
  const scores = new Map(Object.entries(given[name] ?? {}));
  return { name, scores, places: new Map(), notes: [] };
}
