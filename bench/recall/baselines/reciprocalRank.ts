import type { ResultSpan } from "../metric.ts";
import type { Run, SearchSystem } from "../searchSystem.ts";

/** The constant of Cormack, Clarke and Büttcher 2009. */
const rankOffset = 60;

/** Returns the system that fuses the files of others by reciprocal rank; its places are whole files. */
export function fusedByRank(name: string, systems: readonly SearchSystem[]): SearchSystem {
  return {
    name,
    namesFilesOnly: true,
    search: async (repository) => {
      const runs: Run[] = [];
      for (const system of systems) {
        const run = await system.search(repository);
        if ("notRun" in run) return run;
        runs.push(run);
      }
      return new Map(
        repository.questions.map(({ id }) => [id, fuse(runs.map((run) => run.get(id) ?? []))]),
      );
    },
  };
}

/** Returns the files of ranked lists of places by the sum of `1 / (60 + rank)`, best first. */
export function fuse(lists: readonly (readonly ResultSpan[])[]): ResultSpan[] {
  const scores = new Map<string, number>();
  for (const list of lists) {
    const files = new Set(list.map((place) => place.path));
    for (const [idx, file] of [...files].entries()) {
      scores.set(file, (scores.get(file) ?? 0) + 1 / (rankOffset + idx + 1));
    }
  }
  return [...scores].toSorted(([, a], [, b]) => b - a).map(([path]) => ({ path }));
}
