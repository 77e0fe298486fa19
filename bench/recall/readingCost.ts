/** How much has to be read until the right file is in view. */
import { percentile, count, type Table } from "../table.ts";
import { AgentTools } from "./agentTools.ts";
import { differenceCell } from "./differences.ts";
import type { EvalRepository } from "./evalSet.ts";
import { tokensOfAgent, type AgentWays } from "./greedyAgent.ts";
import type { ResultSpan } from "./metric.ts";
import type { SystemScores } from "./systemScores.ts";
import { sourceTreeOf } from "./baselines/sourceTree.ts";
import { plainWordsOf, wordStemsOf } from "./baselines/words.ts";

const budgets = [2_000, 4_000, 8_000, 16_000, 32_000] as const;
const largestBudget = 32_000;

const agents: Readonly<Record<string, AgentWays>> = {
  "greedy agent": { wordsOf: plainWordsOf },
  "greedy agent that splits and stems words": { wordsOf: wordStemsOf },
};

/** A reader's tokens by question id; `undefined` when the right file did not come within the largest budget. */
type Costs = ReadonlyMap<string, number | undefined>;

/** Returns how many tokens the texts of places hold until one lies in a file of `wanted`, in order. */
export function tokensOfPlaces(
  places: readonly ResultSpan[],
  wanted: ReadonlySet<string>,
  tools: AgentTools,
  budget: number,
): number | undefined {
  let tokens = 0;
  for (const { path, startLine = 1, endLine = Infinity } of places) {
    tokens += tools.read(path, startLine, endLine);
    if (tokens > budget) return undefined;
    if (wanted.has(path)) return tokens;
  }
  return undefined;
}

/** Returns the table of systems whose places are read in order, beside agents. `systems` begins with our own. */
export function readingCostTable(
  repositories: readonly EvalRepository[],
  systems: readonly SystemScores[],
): Table {
  const costs = costsOf(repositories, systems);
  const ours = costs.values().next().value;
  return {
    title: "Tokens to read until the right file",
    head: [
      "reader",
      ...budgets.map((budget) => `found in ${budget / 1_000}k`),
      "Lore minus it, in 8k",
      "median tokens",
    ],
    rows: [...costs].map(([name, each]) => costRow(name, each, ours ?? new Map())),
    notes: [
      "A token is four bytes of what is read. A system's reader reads the texts of its places in order; an agent also reads what its searches print.",
      "An agent greps for the three rarest words of the question that occur (60 lines of 160 characters at most each), reads 120 lines around the hits of the five files with the most distinct words, and goes on with the next three words.",
      "A median above 32k says that fewer than half of the questions were found at all.",
    ],
  };
}

function costsOf(
  repositories: readonly EvalRepository[],
  systems: readonly SystemScores[],
): Map<string, Costs> {
  const costs = new Map<string, Map<string, number | undefined>>();
  const put = (name: string, id: string, tokens: number | undefined): void => {
    costs.set(name, (costs.get(name) ?? new Map<string, number | undefined>()).set(id, tokens));
  };
  for (const repository of repositories) {
    const tools = new AgentTools(sourceTreeOf(repository));
    for (const { id, query, relevant } of repository.questions) {
      const wanted = new Set(relevant.map(({ path }) => path));
      for (const { name, places } of systems) {
        const known = (places.get(id) ?? []).filter(({ path }) => repository.knownFiles.has(path));
        put(name, id, tokensOfPlaces(known, wanted, tools, largestBudget));
      }
      for (const [name, ways] of Object.entries(agents)) {
        put(name, id, tokensOfAgent(query, wanted, tools, ways, largestBudget));
      }
    }
  }
  return costs;
}

function costRow(name: string, costs: Costs, ours: Costs): string[] {
  const found = (each: Costs, id: string, budget: number): number =>
    (each.get(id) ?? Infinity) <= budget ? 1 : 0;
  const ids = [...costs.keys()];
  const shares = budgets.map((budget) =>
    (ids.reduce((sum, id) => sum + found(costs, id, budget), 0) / ids.length).toFixed(3),
  );
  const differences = ids.map((id) => found(ours, id, 8_000) - found(costs, id, 8_000));
  const median = percentile(
    ids.map((id) => costs.get(id) ?? Infinity),
    0.5,
  );
  return [
    name,
    ...shares,
    costs === ours ? "–" : differenceCell(differences),
    median === Infinity ? "> 32k" : count(median),
  ];
}
