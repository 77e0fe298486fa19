/**
 * Whether what was said in conversations is found when it is asked for in other words: evidence recall and the order of
 * results beside BM25 over turns, over made-up conversations with the five abilities of LongMemEval. Weights were chosen
 * on the generator's tuning side; what is told here is the other side.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadEncoder } from "../../server/encoderParts.ts";
import { openConversationStore } from "../../server/memory/conversationStore.ts";
import { StaticEncoder } from "../../server/model/staticEncoder.ts";
import type { ConversationStore } from "../../server/workServices.ts";
import { modelFolderUrl } from "../../server/threads.ts";
import { answersFrom, mentionsFrom } from "../../server/answer/turnsAnswer.ts";
import { searchTurns } from "../../server/work/turnSearch.ts";
import { bootstrapInterval } from "../bootstrap.ts";
import { Bm25Index } from "../recall/baselines/bm25.ts";
import { differenceCell } from "../recall/differences.ts";
import { mean } from "../recall/metric.ts";
import type { BenchSettings } from "../settings.ts";
import { count, ms, percentile, verdict, type Table } from "../table.ts";
import {
  abilities,
  makeWorld,
  wordings,
  type MadeQuestion,
  type MadeWorld,
} from "./conversations/generator.ts";
import { test, tuning } from "./conversations/topics.ts";

/** Each makes a world of its own, with its own store. */
const seeds = [20, 21, 22] as const;
const nResults = 10;
const atRank = 5;
const minRecall = 0.75;
const minGain = 1.2;
const minNewest = 0.98;

interface Runs {
  readonly lore: readonly Found[];
  readonly bm25: readonly Found[];
  readonly bm25Rounds: readonly Found[];
}

/** What a system found for a question: ids of turns, best first, each round once. */
interface Found {
  readonly question: MadeQuestion;
  readonly rounds: readonly string[];
  /** How sure it is of the first, larger is surer. */
  readonly certainty: number;
}

export function benchConversations({ workDir, conversationsSide }: BenchSettings): Table[] {
  const side = conversationsSide === "tuning" ? tuning : test;
  const worlds = seeds.map((seed) => makeWorld(side, seed));
  const times: number[] = [];
  const lore = worlds.flatMap((world, idx) => {
    const dir = path.join(workDir, `conversations-${idx}`);
    rmSync(dir, { recursive: true, force: true });
    const store = openStore(dir, world);
    const found = askLore(store, world, times);
    store.close();
    rmSync(dir, { recursive: true, force: true });
    return found;
  });
  const runs: Runs = {
    lore,
    bm25: worlds.flatMap((world) => askBm25(world, "turn")),
    bm25Rounds: worlds.flatMap((world) => askBm25(world, "round")),
  };
  return [foundTable(worlds, runs, times), newestTable(runs), certaintyTable(lore)];
}

function openStore(dir: string, world: MadeWorld): ConversationStore {
  const model = loadEncoder(fileURLToPath(modelFolderUrl("static")));
  if (model.kind === "unavailable")
    throw new Error(`the model cannot be used: ${model.fault.kind}`);
  const clock = { nowMs: () => world.nowMs, elapsedMs: () => performance.now() };
  let nIds = 0;
  const { store } = openConversationStore(
    dir,
    clock,
    new StaticEncoder(model.parts),
    () => `c${nIds++}`,
  );
  for (const { turns } of world.conversations) {
    const { id } = store.create();
    for (const turn of turns) store.appendTurn(id, turn);
  }
  return store;
}

function askLore(store: ConversationStore, world: MadeWorld, times: number[]): Found[] {
  return world.questions.map((question) => {
    const startMs = performance.now();
    const { turns } = searchTurns(store, { query: question.text, limit: nResults }, world.nowMs);
    times.push(performance.now() - startMs);
    return {
      question,
      rounds: turns.map(({ turnId }) => roundOf(turnId)),
      certainty: Math.max(0, ...turns.slice(0, 3).map(({ relevance }) => relevance)),
    };
  });
}

/** Okapi BM25 over single turns, or over what was said and answered together. */
function askBm25(world: MadeWorld, unit: "turn" | "round"): Found[] {
  const turns = world.conversations.flatMap((conversation) => conversation.turns);
  const texts = new Map<string, string>();
  for (const { id, text } of turns) {
    const key = unit === "turn" ? id : roundOf(id);
    texts.set(key, `${texts.get(key) ?? ""}\n${text}`);
  }
  const units = [...texts.keys()].map((id, startLine) => ({
    id,
    path: "",
    startLine,
    endLine: startLine,
  }));
  const index = new Bm25Index(
    units,
    ({ startLine }) => texts.get(units[startLine]?.id ?? "") ?? "",
  );
  return world.questions.map((question) => {
    const found = index
      .search(question.text, nResults)
      .map(({ startLine }) => units[startLine]?.id ?? "");
    return { question, rounds: [...new Set(found.map(roundOf))], certainty: NaN };
  });
}

/** The id of the user's turn; that of an answer is the same with an `a` behind. */
function roundOf(turnId: string): string {
  return turnId.replace(/a$/, "");
}

type IsMeant = (found: Found) => boolean;
type Metric = (found: Found) => number;

const recall: Metric = ({ question, rounds }) => {
  const evidence = [...new Set(question.evidence.map(roundOf))];
  const first = new Set(rounds.slice(0, atRank));
  return evidence.filter((id) => first.has(id)).length / evidence.length;
};

const reciprocal: Metric = ({ question, rounds }) => {
  const evidence = new Set(question.evidence.map(roundOf));
  const at = rounds.findIndex((id) => evidence.has(id));
  return at < 0 ? 0 : 1 / (at + 1);
};

function scoresOf(found: readonly Found[], metric: Metric): number[] {
  return found.filter(isAnswerable).map(metric);
}

function isAnswerable({ question }: Found): boolean {
  return question.evidence.length > 0;
}

function foundTable(
  worlds: readonly MadeWorld[],
  { lore, bm25, bm25Rounds }: Runs,
  times: readonly number[],
): Table {
  const gain = mean(scoresOf(lore, recall)) / mean(scoresOf(bm25, recall));
  const whole = mean(scoresOf(lore, recall));
  const conversations = worlds.flatMap((world) => world.conversations);
  const nTurns = conversations.reduce((n, { turns }) => n + turns.length, 0);
  const row = (name: string, isMeant: IsMeant): string[] => {
    const a = scoresOf(lore.filter(isMeant), recall);
    const b = scoresOf(bm25.filter(isMeant), recall);
    return [
      name,
      count(a.length),
      withInterval(a),
      withInterval(b),
      withInterval(scoresOf(bm25Rounds.filter(isMeant), recall)),
      differenceCell(a.map((each, idx) => each - (b[idx] as number))),
      mean(scoresOf(lore.filter(isMeant), reciprocal)).toFixed(3),
      mean(scoresOf(bm25.filter(isMeant), reciprocal)).toFixed(3),
    ];
  };
  return {
    title: `What was said: ${count(worlds.length)} times ${count(conversations.length / worlds.length)} conversations, ${count(nTurns)} turns, ${count(lore.length)} questions`,
    head: [
      "questions",
      "number",
      "Lore recall@5",
      "BM25 over turns",
      "BM25 over rounds",
      "Lore − BM25 over turns",
      "Lore MRR@10",
      "BM25 over turns",
    ],
    rows: [
      ...abilities
        .filter((each) => each !== "abstention")
        .map((each) => row(each, ({ question }) => question.ability === each)),
      ...wordings.map((each) => row(each, ({ question }) => question.wording === each)),
      row("all", () => true),
    ],
    notes: [
      `Targets: recall@5 of all ≥ ${minRecall}: ${whole.toFixed(3)} ${verdict(whole, (x) => x >= minRecall)}; at least 20 % above BM25 over turns: ${((gain - 1) * 100).toFixed(1)} % ${verdict(gain, (x) => x >= minGain)}.`,
      `A search takes ${ms(percentile(times, 0.5))}, in 95 of 100 cases at most ${ms(percentile(times, 0.95))}.`,
      "Recall is the share of the rounds that hold the answer among the first five rounds; intervals are bootstrapped over questions, differences paired.",
    ],
  };
}

/** What comes first of what was said before and after a change; `none` when neither is among the first five. */
function updatesOf(found: readonly Found[]): ("newest" | "older" | "none")[] {
  return found
    .filter(({ question }) => question.ability === "update")
    .map(({ question, rounds }) => {
      const first = rounds.slice(0, atRank).find((id) => question.evidence.includes(id));
      if (first === undefined) return "none";
      return first === question.evidence.at(-1) ? "newest" : "older";
    });
}

function newestTable({ lore, bm25 }: Runs): Table {
  const row = (name: string, found: readonly Found[]): string[] => {
    const outcomes = updatesOf(found);
    const asked = outcomes.filter((each) => each !== "none");
    const isNewest = asked.map((each) => (each === "newest" ? 1 : 0));
    const isFound = outcomes.map((each) => (each === "newest" ? 1 : 0));
    const target =
      name === "Lore"
        ? [`≥ ${minNewest}`, verdict(mean(isNewest), (x) => x >= minNewest)]
        : ["", ""];
    return [name, count(asked.length), withInterval(isNewest), ...target, withInterval(isFound)];
  };
  return {
    title: "Which of two statements comes first when the later one replaces the earlier one",
    head: [
      "system",
      "questions with either in the first five",
      "the newest first",
      "target",
      "",
      "of all questions",
    ],
    rows: [row("Lore", lore), row("BM25 over turns", bm25)],
  };
}

/** The share of pairs of an answerable and an unanswerable question of which the former is surer; ties count half. */
function auroc(found: readonly Found[]): number {
  const yes = found.filter(isAnswerable);
  const no = found.filter((each) => !isAnswerable(each));
  let sum = 0;
  for (const a of yes)
    for (const b of no)
      sum += a.certainty > b.certainty ? 1 : a.certainty === b.certainty ? 0.5 : 0;
  return sum / (yes.length * no.length);
}

/** Whether the relevance of what was found tells questions that have an answer from those that have none. */
function certaintyTable(lore: readonly Found[]): Table {
  const ofFacts = lore.filter(({ question }) =>
    ["information", "update", "abstention"].includes(question.ability),
  );
  const share = (found: readonly Found[], from: number): string =>
    withInterval(found.map(({ certainty }) => (certainty >= from ? 1 : 0)));
  const row = (name: string, found: readonly Found[]): string[] => {
    const yes = found.filter(isAnswerable);
    const no = found.filter((each) => !isAnswerable(each));
    return [
      name,
      `${count(yes.length)} and ${count(no.length)}`,
      auroc(found).toFixed(3),
      ...[answersFrom, mentionsFrom].flatMap((from) => [share(yes, from), share(no, from)]),
    ];
  };
  return {
    title: "Whether something is said at all",
    head: [
      "questions",
      "with and without an answer",
      "AUROC",
      `relevance ≥ ${answersFrom}, with`,
      "without",
      `≥ ${mentionsFrom}, with`,
      "without",
    ],
    rows: [
      ...wordings.map((each) =>
        row(
          each,
          ofFacts.filter(({ question }) => question.wording === each),
        ),
      ),
      row("all", ofFacts),
    ],
    notes: [
      "Questions for one fact. Those without an answer ask for a topic of which something was said of other parts of the program, or for one that was never spoken of.",
      `An answer quotes what was said from ${answersFrom} on, and only when the question asks for it; beside an answer about code a turn is told from ${mentionsFrom} on.`,
    ],
  };
}

function withInterval(values: readonly number[]): string {
  const { low, high } = bootstrapInterval(values);
  return `${mean(values).toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}
