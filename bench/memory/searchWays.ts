/** Searches the same questions in several wordings with the product's command line, and mixes what they find. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { loreSystem } from "../recall/loreSystem.ts";
import { isRightPlace, type EvalQuestion, type ResultSpan } from "../recall/metric.ts";
import type { BenchSettings } from "../settings.ts";
import type { QuestionedRepository } from "./vagueQuestions.ts";

/** Places by the wording's name, best first; one map for each question. */
export type FoundByWay = ReadonlyMap<string, readonly ResultSpan[]>;

/**
 * Searches each wording of each question. `wordings` are of the repository's questions, in their order. Errors: a
 * sentence, thrown, when the command line fails.
 */
export async function searchWordings(
  { name, treeDir, files, questions }: QuestionedRepository,
  wordings: readonly Readonly<Record<string, string>>[],
  settings: BenchSettings,
): Promise<FoundByWay[]> {
  const lines = questions.flatMap(({ id }, idx) =>
    Object.entries(wordings[idx] ?? {}).map(([way, query]) => ({ id: `${id} ${way}`, query })),
  );
  const questionsFile = path.join(settings.workDir, "memory", `questions-${name}.jsonl`);
  mkdirSync(path.dirname(questionsFile), { recursive: true });
  writeFileSync(questionsFile, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const repository = {
    name: `vague-${name}`,
    ...{ treeDir, questionsFile, questions },
    knownFiles: new Set(files.map((file) => file.path)),
  };
  const run = await loreSystem("Lore", undefined, settings).search(repository);
  if ("notRun" in run) throw new Error(run.notRun);
  return questions.map(
    ({ id }, idx) =>
      new Map(Object.keys(wordings[idx] ?? {}).map((way) => [way, run.get(`${id} ${way}`) ?? []])),
  );
}

/** As everywhere where ranks are mixed (Cormack et al. 2009). */
const rankOffset = 60;

/**
 * Returns the places of two rankings by the sum of what their ranks give; `weight` is the second one's. Places that
 * share lines are one: which lines of a definition are shown depends on the words of the question.
 */
export function mixed(
  first: readonly ResultSpan[],
  second: readonly ResultSpan[],
  weight: number,
): ResultSpan[] {
  const sums = first.map((place, rank) => ({ place, sum: 1 / (rankOffset + rank) }));
  for (const [rank, place] of second.entries()) {
    const share = weight / (rankOffset + rank);
    const same = sums.find((known) => overlaps(known.place, place));
    if (same === undefined) sums.push({ place, sum: share });
    else same.sum += share;
  }
  return sums.sort((a, b) => b.sum - a.sum).map(({ place }) => place);
}

function overlaps(a: ResultSpan, b: ResultSpan): boolean {
  const { startLine: from = 1, endLine: to = Infinity } = a;
  const { startLine = 1, endLine = Infinity } = b;
  return a.path === b.path && startLine <= to && from <= endLine;
}

/** Returns the place of the right function in a ranking, counted from 1; Infinity when it is not there. */
export function rankOfRight(question: EvalQuestion, places: readonly ResultSpan[]): number {
  const at = places.findIndex((place) => isRightPlace(question, place));
  return at === -1 ? Infinity : at + 1;
}
