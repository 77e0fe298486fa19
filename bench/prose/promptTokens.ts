/**
 * How many tokens a language model is handed for an answer, and whether the place that answers is among them, beside an
 * agent that greps and reads. The product's own recall and prompts.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import type { SearchParams } from "../../protocol/methods.ts";
import type { ProsePrompt } from "../../protocol/prose.ts";
import type { SearchResult } from "../../protocol/types.ts";
import { rootOf } from "../../server/cli/storeLocation.ts";
import type { Services } from "../../server/handlers.ts";
import { prosePrompt, type PromptPorts } from "../../server/prose/prosePrompt.ts";
import { createHashText } from "../../server/recall/citation.ts";
import { maskSecrets } from "../../server/secrets/maskSecrets.ts";
import { createServices } from "../../server/serverParts.ts";
import { tokenCounter } from "../../server/tokenCounter.ts";
import { AgentTools, tokensOf } from "../recall/agentTools.ts";
import { plainWordsOf } from "../recall/baselines/words.ts";
import { sourceTreeOf } from "../recall/baselines/sourceTree.ts";
import { differenceCell } from "../recall/differences.ts";
import { readEvalSet, type EvalRepository } from "../recall/evalSet.ts";
import { tokensOfAgent } from "../recall/greedyAgent.ts";
import { mean } from "../recall/metric.ts";
import type { BenchSettings } from "../settings.ts";
import { count, verdict, type Table } from "../table.ts";

const budgets = [1_500, 3_000, 6_000] as const;
const agentBudgets = [6_000, 8_000, 16_000, 32_000] as const;
const { signal } = new AbortController();
const log = { log: (): void => undefined };
const settings = { exclude: [], include: [], threads: 0, maxFileBytes: 1_000_000 };

/** What a reader was handed for one question. */
interface Handed {
  /** Of four bytes. */
  readonly tokens: number;
  readonly isFound: boolean;
  /** As the prompt counts itself; absent for an agent. */
  readonly counted?: number;
}
/** By the name of the reader, one for each question. */
type Rows = Map<string, Handed[]>;

/** Errors: a sentence, thrown, when the set is not named or not whole. */
export async function benchPromptTokens({
  evalDir,
  treesDir,
  workDir,
}: BenchSettings): Promise<Table[]> {
  if (evalDir === undefined || treesDir === undefined)
    throw new Error("prompt-tokens needs --eval DIR --trees DIR (see bench/README.md)");
  const rows: Rows = new Map();
  const repositories = readEvalSet(evalDir, treesDir);
  for (const repository of repositories) {
    const store = path.join(workDir, "prompt-tokens");
    rmSync(store, { recursive: true, force: true });
    const services = await createServices(log, {
      ...{ logLevel: "off", statusCommand: "status", deepMemory: "onDemand" },
    });
    try {
      await services.memory.open(store, [rootOf(repository.treeDir)], settings, true);
      await services.memory.settled(true, signal);
      await askAll(repository, services, rows);
    } finally {
      await services.memory.close();
      rmSync(store, { recursive: true, force: true });
    }
    process.stderr.write(`prompt-tokens: ${repository.name}\n`);
  }
  return [tokensTable(rows, repositories)];
}

async function askAll(repository: EvalRepository, services: Services, rows: Rows): Promise<void> {
  const tools = new AgentTools(sourceTreeOf(repository));
  const hashText = await createHashText();
  for (const { query, relevant } of repository.questions) {
    const wanted = new Set(relevant.map((each) => each.path));
    const ports = portsOf(services, hashText);
    for (const maxTokens of budgets) {
      const prompt = await prosePrompt({ question: query, maxTokens }, [], ports, signal);
      put(rows, `prompt of at most ${count(maxTokens)}`, handedBy(prompt, wanted));
    }
    for (const budget of agentBudgets) {
      const tokens = tokensOfAgent(query, wanted, tools, { wordsOf: plainWordsOf }, budget);
      const handed = { tokens: tokens ?? budget, isFound: tokens !== undefined };
      put(rows, `greedy agent, at most ${count(budget)}`, handed);
    }
  }
}

function handedBy(
  { messages, evidence, nTokens }: ProsePrompt,
  wanted: ReadonlySet<string>,
): Handed {
  return {
    tokens: tokensOf(messages.map(({ content }) => content).join("\n")),
    counted: nTokens,
    isFound: evidence.some(
      ({ source }) => source.kind === "code" && wanted.has(source.citation.path),
    ),
  };
}

/** Prompts of several sizes for one question recall once. */
function portsOf(services: Services, hashText: PromptPorts["hashText"]): PromptPorts {
  let found: Promise<SearchResult> | undefined;
  return {
    recall: {
      search: (params: SearchParams, during) => (found ??= services.recall.search(params, during)),
    },
    notes: services.notes,
    check: (citations, during) => services.checkCitations(citations, during),
    mask: maskSecrets,
    ...tokenCounter(log),
    ...{ source: services.source, hashText, newMark: () => "5ca1ab1e" },
    ...{ clock: services.clock, tools: services.tools },
  };
}

function put(rows: Rows, name: string, handed: Handed): void {
  rows.set(name, [...(rows.get(name) ?? []), handed]);
}

function tokensTable(rows: Rows, repositories: readonly EvalRepository[]): Table {
  const ours = rows.get(`prompt of at most ${count(budgets.at(-1) as number)}`) ?? [];
  const found = (handed: readonly Handed[]): number[] =>
    handed.map(({ isFound }) => Number(isFound));
  const nQuestions = repositories.reduce((sum, { questions }) => sum + questions.length, 0);
  const largest = Math.max(...ours.map(({ counted = 0 }) => counted));
  return {
    title: "Tokens handed to a language model, and whether the answer's place is among them",
    head: [
      "what the model reads",
      "tokens of four bytes, mean",
      "as the prompt counts, mean",
      "right file is there",
      "gain of the 6,000 [95 %]",
    ],
    rows: [...rows].map(([name, handed]) => [
      name,
      count(mean(handed.map(({ tokens }) => tokens))),
      handed[0]?.counted === undefined
        ? "–"
        : count(mean(handed.map(({ counted = 0 }) => counted))),
      mean(found(handed)).toFixed(3),
      handed === ours
        ? "–"
        : differenceCell(found(ours).map((each, idx) => each - (found(handed)[idx] ?? 0))),
    ]),
    notes: [
      `${count(nQuestions)} questions that the repositories' own authors wrote (${repositories.map(({ name }) => name).join(", ")}), on which weights of the recall were tuned.`,
      `Target: at most 6,000 tokens at equal or better recall than the agent. The longest prompt counts ${count(largest)} ${verdict(largest, (value) => value <= 6_000)}.`,
      "The prompt counts its tokens with the memory language model's tokenizer, whose vocabulary is small: a large model counts fewer, about those of four bytes.",
      "The agent is that of recall.md: it greps for the three rarest words of the question, reads 120 lines around the hits of the five files with the most distinct words, and goes on with the next words. It is stopped when it first reads a right file, which a model would not know; one that does not get there has read its whole budget. The rules of the prompt are counted with it, those of an agent and its calls are not.",
    ],
  };
}
