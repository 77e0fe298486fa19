/** Recall on an evaluation set: the product, its parts and the baselines, each on the same questions. */
import { rmSync } from "node:fs";
import type { BenchSettings } from "../settings.ts";
import type { Table } from "../table.ts";
import { readEvalSet, readGivenScores } from "./evalSet.ts";
import { storeOf } from "./loreSystem.ts";
import { readingCostTable } from "./readingCost.ts";
import { differenceTable, levelTable, reproductionTable, sliceTable } from "./recallTables.ts";
import { kindSlices, languageSlices, repositorySlices } from "./slices.ts";
import { comparedSystems } from "./systems.ts";
import { givenSystem, scoresOf, type SystemScores } from "./systemScores.ts";
import { targetTable } from "./targetTable.ts";

/** Searches, scores and compares. Errors: a sentence, thrown, when the set is not named or not whole. */
export async function benchRecall(settings: BenchSettings): Promise<Table[]> {
  const { evalDir, treesDir, workDir } = settings;
  if (evalDir === undefined || treesDir === undefined) {
    throw new Error("recall needs --eval DIR and --trees DIR (see bench/README.md)");
  }
  const repositories = readEvalSet(evalDir, treesDir);
  const clear = (): void => {
    for (const repository of repositories)
      rmSync(storeOf(repository, workDir), { recursive: true, force: true });
  };
  clear();
  const compared = comparedSystems(settings);
  const full = await scoresOf(compared.full, repositories);
  const wordsOnly = await scoresOf(compared.wordsOnly, repositories);
  const others: { readonly scored: SystemScores; readonly givenAs: string | undefined }[] = [];
  for (const { system, givenAs } of compared.others) {
    others.push({ scored: await scoresOf(system, repositories), givenAs });
  }
  clear();
  const all = [full, wordsOnly, ...others.map(({ scored }) => scored)];
  // A system that answered nothing is a note, not a row.
  const ran = all.filter(({ scores }) => scores.size > 0);
  const left = all.filter(({ scores }) => scores.size === 0);
  const slices = kindSlices(repositories);
  const level = levelTable(ran, slices);
  const given = readGivenScores(evalDir);
  const pairs = others.flatMap(({ scored, givenAs }) =>
    given === undefined || givenAs === undefined || scored.scores.size === 0
      ? []
      : [{ own: scored, given: givenSystem(givenAs, given) }],
  );
  return [
    targetTable(full, wordsOnly, slices),
    {
      ...level,
      notes: [...(level.notes ?? []), ...left.flatMap(({ notes }) => notes), notCompared],
    },
    ...slices.map((slice) => differenceTable(full, ran.slice(1), slice)),
    sliceTable("By repository", ran, wordsOnly, repositorySlices(repositories)),
    sliceTable("By language of the right file", ran, wordsOnly, languageSlices(repositories)),
    readingCostTable(
      repositories,
      ran.filter(({ name }) => read.has(name)),
    ),
    ...(pairs.length === 0 ? [] : [reproductionTable(pairs, slices[0])]),
  ];
}

const notCompared =
  "codebase-memory-mcp is not in the table: its source was not at hand whole (see bench/README.md).";

/** Whose places are read in order to see what that costs. */
const read: ReadonlySet<string> = new Set(["Lore", "Lore, words only", "BM25, 60-line windows"]);
