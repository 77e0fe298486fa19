/** Retention (E2): facts told in code, and asked for after more and more other code was remembered. */
import { getHeapSpaceStatistics } from "node:v8";
import { askedNames } from "../../server/deep/askedNames.ts";
import { recollect } from "../../server/deep/recallTokens.ts";
import { shareOf, type Share } from "../../server/deep/wilson.ts";
import type { PlantedFact } from "../../server/deep/plantedFacts.ts";
import { longLivedHeap } from "../../server/threads.ts";
import { count, megabytes, ms, percentile, verdict, type Table } from "../table.ts";
import { blocksOfFile } from "./blockOf.ts";
import { FactAsker, type KnownFor } from "./factAsker.ts";
import type { BenchBank, MemoryParts } from "./memoryParts.ts";
import { percent, shareCell } from "./numbers.ts";
import { runRetention, type RetentionAnswer, type RetentionRun } from "./retentionRun.ts";
import type { CodeFile } from "./sourceFiles.ts";
import { BlockSearch } from "./textWindow.ts";

const seed = 20_261;
/** The targets: least share of right answers at a distance. */
const targets: ReadonlyMap<number, number> = new Map([
  [65_536, 0.95],
  [160_000, 0.9],
  [1_000_000, 0.85],
  [10_000_000, 0.8],
]);
const targetBytes = 700e6;
const targetSlowdown = 1.3;
const comparedDistance = 16_384;
/** More do not fit into a window. */
const nTextBlocks = 16;

/** Fills the bank, which stays as it is at the end. */
export async function benchRetention(
  parts: MemoryParts,
  bank: BenchBank,
  files: () => Iterable<CodeFile>,
  sizes: { readonly tokens: number; readonly nFacts: number },
): Promise<Table[]> {
  const run = await runRetention(parts, bank, files, { ...sizes, seed });
  const oracle = await askOracle(parts, bank, run.facts);
  const text = await askText(parts, run);
  const keys = await askBy(parts, run.facts, (query) => recollect(bank.store, [query])?.tokens);
  const names = await askBy(
    parts,
    run.facts,
    (_query, tokens) =>
      recollect(bank.store, [], { names: askedNames(parts.tokenizer, tokens) })?.tokens,
  );
  const mistaken = await mistakenAnswers(parts, bank, run.facts);
  return [
    curveTable(run),
    controlTable(run, { oracle, text, keys, names, mistaken }),
    costTable(run),
  ];
}

/** What is asked besides the self-test's own questions, after all code was remembered. */
interface AskedBesides {
  readonly oracle: Share;
  readonly text: Share;
  /** What is recalled chosen by the keys alone, and by the names alone. */
  readonly keys: Share;
  readonly names: Share;
  readonly mistaken: Mistaken;
}

interface Mistaken {
  readonly nWrong: number;
  /** Of these, the value of another fact. */
  readonly nOfAnother: number;
}

function curveTable({ result, answers, searches }: RetentionRun): Table {
  return {
    title: "Planted facts by distance",
    head: [
      ...["tokens of code since", "right", "target", "", "block found", "right when found"],
      ...["p50 an answer", "p95", "p50 a token", "p95", "search"],
    ],
    rows: result.points.map((point, idx) => {
      const here = answers[idx] ?? [];
      const found = here.filter(({ wasFound }) => wasFound);
      const target = targets.get(point.distance);
      const perAnswer = here.map(({ tokenMs }) => tokenMs.reduce((sum, took) => sum + took, 0));
      const perToken = tokenTimes(here);
      return [
        count(point.distance),
        shareCell(point),
        target === undefined ? "–" : `≥ ${percent(target)}`,
        target === undefined ? "" : verdict(point.accuracy, (value) => value >= target),
        percent(found.length / here.length),
        found.length === 0
          ? "–"
          : percent(found.filter(({ isRight }) => isRight).length / found.length),
        ...[ms(percentile(perAnswer, 0.5)), ms(percentile(perAnswer, 0.95))],
        ...[ms(percentile(perToken, 0.5)), ms(percentile(perToken, 0.95))],
        searches[idx] ?? "",
      ];
    }),
    notes: [
      `${result.points[0]?.nAsked ?? 0} facts (seed ${seed}), each a rare name with a number of four digits on a line between lines of real code, four to a file; asked for by the beginning of another line with the name. Right: the likeliest token is the fact's, for each token of the value. This is the product's self-test; 95 % Wilson intervals.`,
      "“Block found”: the block that tells the fact was among the 16 recalled for the last token that was asked. A token's time is recall, the layers below the memory and those above it; an answer's first token, which reads the question, is only in the answer's.",
    ],
  };
}

/** Of all tokens but the first of each answer. */
function tokenTimes(answers: readonly RetentionAnswer[]): number[] {
  return answers.flatMap(({ tokenMs }) => tokenMs.slice(1));
}

function controlTable(
  { result, facts }: RetentionRun,
  { oracle, text, keys, names, mistaken }: AskedBesides,
): Table {
  const { noMemory, otherMemory, random } = result.controls;
  const last = result.points.at(-1);
  return {
    title: "The same questions, asked in other ways",
    head: ["memory", "right"],
    rows: [
      [`recalled, after ${count(last?.distance ?? 0)} tokens`, last ? shareCell(last) : "–"],
      ["recalled by keys only", shareCell(keys)],
      ["recalled by names only", shareCell(names)],
      ["none", shareCell(noMemory)],
      ["of the other files only", shareCell(otherMemory)],
      ["random blocks", shareCell(random)],
      ["oracle: the block that tells the fact", shareCell(oracle)],
      ["text: BM25's best blocks in front of the question", shareCell(text)],
    ],
    notes: [
      `${facts.length} facts, after all code was remembered. BM25 searches the text of the same blocks with the question's line, and fills the window of the model with the best ones; the model then has no other memory.`,
      `Asked with what is recalled, ${mistaken.nWrong} answers were wrong, ${mistaken.nOfAnother} of them the value of another fact.`,
    ],
  };
}

function costTable({ result, answers, nTokens, encodedPerSecond }: RetentionRun): Table {
  const at = result.points.findIndex(({ distance }) => distance === comparedDistance);
  const p95 = (idx: number): number => percentile(tokenTimes(answers.at(idx) ?? []), 0.95);
  const slowdown = at === -1 ? NaN : p95(-1) / p95(at);
  return {
    title: "What it costs",
    head: ["measure", "target", "measured", ""],
    rows: [
      [
        `p95 a token after ${count(result.tokensStreamed)} tokens, over that after ${count(comparedDistance)}`,
        `≤ ${targetSlowdown}`,
        Number.isNaN(slowdown) ? "–" : slowdown.toFixed(2),
        verdict(slowdown, (value) => value <= targetSlowdown),
      ],
      [
        "memory of the process, highest",
        `< ${megabytes(targetBytes)}`,
        megabytes(result.ramBytes),
        verdict(result.ramBytes, (value) => value < targetBytes),
      ],
      ["bank on disk", "–", megabytes(result.diskBytes), ""],
      ["bytes a token", "–", (result.diskBytes / nTokens).toFixed(0), ""],
      ["tokens encoded in a second, one thread", "–", count(encodedPerSecond), ""],
    ],
    notes: [`The process is Node with the model, the bank and the benchmark itself. ${heapNote()}`],
  };
}

/** The server's thread has a limit for new objects; this process has the one that it was started with. */
function heapNote(): string {
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
  return `V8 keeps ${megabytes(space?.space_size ?? 0)} for new objects, of at most ${longLivedHeap.maxYoungGenerationSizeMb} MB in the server's thread.`;
}

async function askOracle(
  parts: MemoryParts,
  { store }: BenchBank,
  facts: readonly PlantedFact[],
): Promise<Share> {
  const { config } = parts.model.parts.manifest;
  const planted = store.files().filter(({ fileId }) => fileId.startsWith("planted/"));
  const blocks = planted.flatMap(({ fileId }) =>
    blocksOfFile(store, fileId, config.nKvHeads * config.dHead).map((block) => {
      const tokens = store.tokensOf([block]);
      return { tokens, text: new TextDecoder().decode(parts.tokenizer.decode(tokens.ids)) };
    }),
  );
  return asked(parts, facts, ({ told }) => ({
    known: blocks.find(({ text }) => text.includes(told))?.tokens,
    texts: [],
  }));
}

/** Asks as the self-test does, and looks at what the wrong answers are. */
async function mistakenAnswers(
  parts: MemoryParts,
  { store }: BenchBank,
  facts: readonly PlantedFact[],
): Promise<Mistaken> {
  const asker = new FactAsker(parts);
  const values = new Set(facts.map(({ value }) => value));
  const wrong: string[] = [];
  for (const fact of facts) {
    const said = await asker.said(fact, (query, tokens) => {
      const names = askedNames(parts.tokenizer, tokens);
      return recollect(store, [query], { names })?.tokens;
    });
    if (said !== fact.value) wrong.push(said);
  }
  return { nWrong: wrong.length, nOfAnother: wrong.filter((said) => values.has(said)).length };
}

async function askBy(
  parts: MemoryParts,
  facts: readonly PlantedFact[],
  known: KnownFor,
): Promise<Share> {
  const asker = new FactAsker(parts);
  let nRight = 0;
  for (const fact of facts) if ((await asker.said(fact, known)) === fact.value) nRight++;
  return shareOf(nRight, facts.length);
}

async function askText(parts: MemoryParts, { facts, blocks }: RetentionRun): Promise<Share> {
  const search = new BlockSearch(blocks);
  return asked(parts, facts, (fact) => ({
    known: undefined,
    texts: search.find(fact.asked, nTextBlocks).map(({ text }) => text),
  }));
}

async function asked(
  parts: MemoryParts,
  facts: readonly PlantedFact[],
  knownOf: (fact: PlantedFact) => {
    readonly known: ReturnType<Parameters<FactAsker["said"]>[1]>;
    readonly texts: readonly string[];
  },
): Promise<Share> {
  const asker = new FactAsker(parts);
  let nRight = 0;
  for (const fact of facts) {
    const { known, texts } = knownOf(fact);
    if ((await asker.said(fact, () => known, texts)) === fact.value) nRight++;
  }
  return shareOf(nRight, facts.length);
}
