/** Completion: rests of lines that name what is defined in another file, with and without the memory of the repository. */
import { count, ms, percentile, type Table } from "../table.ts";
import { editSimilarity } from "./editSimilarity.ts";
import { heldOutFolders, rememberRepository, type HeldOutRepository } from "./heldOut.ts";
import { evenShares } from "./evenShares.ts";
import { LineCompleter, ways, type Attempt, type Attempts, type Way } from "./lineCompletion.ts";
import type { MemoryParts } from "./memoryParts.ts";
import { differenceOverGroups, meanOverGroups, percent } from "./numbers.ts";

const wayNames: Readonly<Record<Way, string>> = {
  none: "none",
  memory: "memory of the repository",
  keys: "the same, chosen by keys only",
  names: "the same, chosen by names only",
  foreign: "memory of another repository",
  random: "random blocks",
  oracle: "oracle: the block that defines the name",
  text: "text: BM25's best blocks in the window",
  ngram: "no model: n-gram cache of the repository",
};
const thresholds = [-0.05, -0.1, -0.2, -0.4, -0.6, -0.9, -Infinity];

/** Errors: a sentence, thrown, when there are fewer than two repositories, or no places. */
export async function benchCompletion(
  parts: MemoryParts,
  heldOutDir: string,
  sizes: { readonly nPositions: number; readonly repositoryTokens: number },
): Promise<Table[]> {
  const repositories = await rememberAll(parts, heldOutDir, sizes);
  try {
    const groups = await attemptAll(parts, repositories);
    const nTokens = repositories.reduce((sum, repository) => sum + repository.nTokens, 0);
    return [
      levelTable(groups, nTokens),
      sliceTable(groups),
      thresholdTable(groups),
      timeTable(groups),
    ];
  } finally {
    for (const { bank } of repositories) bank.erase();
  }
}

type Groups = readonly (readonly Attempts[])[];

async function rememberAll(
  parts: MemoryParts,
  heldOutDir: string,
  {
    nPositions,
    repositoryTokens,
  }: { readonly nPositions: number; readonly repositoryTokens: number },
): Promise<HeldOutRepository[]> {
  const repositories: HeldOutRepository[] = [];
  const most = { mostTokens: repositoryTokens, nPositions };
  for (const folder of heldOutFolders(heldOutDir))
    repositories.push(await rememberRepository(parts, folder, most));
  const shares = evenShares(
    repositories.map(({ positions }) => positions.length),
    nPositions,
  );
  if (repositories.length < 2 || shares.every((share) => share === 0))
    throw new Error(`${heldOutDir} has fewer than two repositories, or no place to complete`);
  return repositories.map((repository, idx) => ({
    ...repository,
    positions: repository.positions.slice(0, shares[idx]),
  }));
}

async function attemptAll(
  parts: MemoryParts,
  repositories: readonly HeldOutRepository[],
): Promise<Groups> {
  const completer = new LineCompleter(parts);
  const groups: Attempts[][] = [];
  for (const [idx, home] of repositories.entries()) {
    const foreign = repositories[(idx + 1) % repositories.length] as HeldOutRepository;
    const group: Attempts[] = [];
    for (const position of home.positions)
      group.push(await completer.attempt(position, home, foreign));
    groups.push(group);
  }
  return groups;
}

type Measure = (attempt: Attempt, of: Attempts) => number;

const isExact: Measure = ({ text }, { position }) => (text === position.answer ? 1 : 0);
const similarity: Measure = ({ text }, { position }) => editSimilarity(text, position.answer);
const hasName: Measure = ({ text }, { position }) =>
  text.split(/\W+/).includes(position.definition.name) ? 1 : 0;

function measured(groups: Groups, way: Way, measure: Measure): number[][] {
  return groups.map((group) => group.map((attempts) => measure(attempts.by[way], attempts)));
}

function levelTable(groups: Groups, nTokens: number): Table {
  const n = groups.flat().length;
  return {
    title: "Completing lines that name what another file defines",
    head: [
      ...["memory", "whole rest right", "over none", "similarity", "over none"],
      ...["names it", "over none"],
    ],
    rows: ways.map((way) => [
      wayNames[way],
      ...[isExact, similarity, hasName].flatMap((measure) => [
        meanOverGroups(measured(groups, way, measure)),
        way === "none"
          ? ""
          : differenceOverGroups(measured(groups, way, measure), measured(groups, "none", measure)),
      ]),
    ]),
    notes: [
      `${n} places in ${groups.filter(({ length }) => length > 0).length} repositories that the model was not trained on, of which ${count(nTokens)} tokens were remembered. A line is cut at the border of a word; its rest names something that one other file alone defines and that the prompt does not hold. The file itself is never in memory. Similarity is 1 − Levenshtein / longer length.`,
      "Means over repositories, each of the same weight, with 95 % bootstrap intervals over them; differences are paired, ✓ and ✗ say on which side of zero they lie.",
      "“Text” gives half of the same window to the best blocks of BM25, asked with the last six lines, and has no other memory.",
    ],
  };
}

function sliceTable(groups: Groups): Table {
  const slices: readonly (readonly [string, (attempts: Attempts) => boolean])[] = [
    ["lines that import", ({ position }) => position.isImport],
    ["other lines", ({ position }) => !position.isImport],
    ["the defining block was recalled", ({ wasFound }) => wasFound],
    ["it was not", ({ wasFound }) => !wasFound],
  ];
  const shown: readonly Way[] = ["none", "memory", "oracle", "text", "ngram"];
  return {
    title: "Where it helps",
    head: ["places", "n", ...shown.flatMap((way) => [`${way}: right`, "names it"])],
    rows: slices.map(([name, isIn]) => {
      const some = groups.map((group) => group.filter(isIn));
      const n = some.flat().length;
      const share = (way: Way, measure: Measure): string =>
        percent(
          measured(some, way, measure)
            .flat()
            .reduce((sum, value) => sum + value, 0) / n,
        );
      return [
        name,
        count(n),
        ...shown.flatMap((way) => [share(way, isExact), share(way, hasName)]),
      ];
    }),
    notes: ["Shares of the places, each of the same weight."],
  };
}

function thresholdTable(groups: Groups): Table {
  const all = groups.flat();
  const shown: readonly Way[] = ["none", "memory"];
  return {
    title: "What an editor would show",
    head: [
      "mean log p of a token at least",
      ...shown.flatMap((way) => [`${way}: shown`, "right of these", "similarity"]),
    ],
    rows: thresholds.map((least) => [
      least === -Infinity ? "any" : least.toFixed(2),
      ...shown.flatMap((way) => {
        const some = all.filter(
          ({ by }) => by[way].text.trim() !== "" && by[way].meanLogProb >= least,
        );
        const mean = (measure: Measure): number =>
          some.reduce((sum, of) => sum + measure(of.by[way], of), 0) / some.length;
        return [
          percent(some.length / all.length),
          percent(mean(isExact)),
          some.length === 0 ? "–" : mean(similarity).toFixed(2),
        ];
      }),
    ]),
    notes: ["A line of nothing is not shown."],
  };
}

function timeTable(groups: Groups): Table {
  const all = groups.flat();
  return {
    title: "Time of a completed line",
    head: ["memory", "p50", "p95"],
    rows: ways.map((way) => {
      const times = all.map(({ by }) => by[way].tookMs);
      return [wayNames[way], ms(percentile(times, 0.5)), ms(percentile(times, 0.95))];
    }),
    notes: [
      "From nothing: the whole prompt is read each time, which an editor saves while somebody types on; and a line goes on to its end however unsure it is, which the product does not do.",
    ],
  };
}
