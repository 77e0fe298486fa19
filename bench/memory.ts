/** The deep memory, with its real parts: what it retains, what it forgets, what it completes, and what it costs. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { benchClues } from "./memory/clues.ts";
import { benchCompletion } from "./memory/completion.ts";
import { benchDecode } from "./memory/decode.ts";
import { heldOutFolders } from "./memory/heldOut.ts";
import { indexTable, measureIndex, realQueries, withGraph } from "./memory/indexRecall.ts";
import { MemoryParts } from "./memory/memoryParts.ts";
import { memorySections, type MemorySection } from "./memory/memorySettings.ts";
import { perplexityTable } from "./memory/perplexity.ts";
import { benchRetention } from "./memory/retention.ts";
import { codeOfAll, type CodeFile } from "./memory/sourceFiles.ts";
import { benchRerank } from "./memory/rerank.ts";
import { benchSegmentation } from "./memory/segmentation.ts";
import { benchStaleness } from "./memory/staleness.ts";
import { readEvalSet } from "./recall/evalSet.ts";
import type { BenchSettings } from "./settings.ts";
import type { Table } from "./table.ts";

type Measure = (parts: MemoryParts, settings: BenchSettings) => Promise<Table[]>;

const measures: Readonly<Record<MemorySection, Measure>> = {
  retention,
  staleness,
  completion,
  index,
  segmentation,
  perplexity,
  decode,
  clues: (parts, settings) => vague(parts, settings, "clues", benchClues),
  rerank: (parts, settings) => vague(parts, settings, "rerank", benchRerank),
};
/** Tokens that the index is measured with. */
const indexTokens = [160_000, 1_000_000];

/** Errors: a sentence, thrown, when there is no model, or a section lacks what it needs. */
export async function benchMemory(settings: BenchSettings): Promise<Table[]> {
  const { sections, modelDir } = settings.memory;
  const parts = await MemoryParts.open(modelDir, settings.workDir);
  const tables: Table[] = [];
  // In this order, so that the process is at its smallest while retention counts its memory.
  for (const section of memorySections)
    if (sections.includes(section)) tables.push(...(await measures[section](parts, settings)));
  await parts.model.close();
  return tables.map((table, idx) =>
    idx > 0
      ? table
      : { ...table, notes: [...(table.notes ?? []), `Model ${parts.model.parts.id}.`] },
  );
}

async function retention(parts: MemoryParts, settings: BenchSettings): Promise<Table[]> {
  const trees = treesOf(settings);
  const bank = await parts.newBank("retention");
  const files = (): Iterable<CodeFile> => codeOfAll(trees);
  const tables = await benchRetention(parts, bank, files, settings.memory);
  bank.erase();
  return tables;
}

async function staleness(parts: MemoryParts, settings: BenchSettings): Promise<Table[]> {
  const trees = treesOf(settings);
  const bank = await parts.newBank("staleness");
  const files = (): Iterable<CodeFile> => codeOfAll(trees);
  const table = await benchStaleness(parts, bank, files, settings.memory.nFacts);
  bank.erase();
  return [table];
}

async function completion(parts: MemoryParts, { memory }: BenchSettings): Promise<Table[]> {
  if (memory.heldOutDir === undefined) return [leftOut("completion", "--held-out DIR")];
  return benchCompletion(parts, memory.heldOutDir, memory);
}

async function segmentation(parts: MemoryParts, { memory }: BenchSettings): Promise<Table[]> {
  if (memory.heldOutDir === undefined) return [leftOut("segmentation", "--held-out DIR")];
  return [await benchSegmentation(parts, memory.heldOutDir, memory)];
}

async function decode(parts: MemoryParts, settings: BenchSettings): Promise<Table[]> {
  const trees = treesOf(settings);
  const bank = await parts.newBank("decode");
  const tables = await benchDecode(parts, bank, codeOfAll(trees), settings.memory.tokens);
  bank.erase();
  return tables;
}

/** Questions come from repositories that are not in the bank, when there are any. */
async function index(parts: MemoryParts, settings: BenchSettings): Promise<Table[]> {
  const { heldOutDir, tokens } = settings.memory;
  const trees = treesOf(settings);
  const others = heldOutDir === undefined ? trees.toReversed() : heldOutFolders(heldOutDir);
  const questions = await realQueries(parts, codeOfAll(others));
  const bank = await parts.newBank("index", withGraph);
  const code = codeOfAll(trees);
  const rows: string[][] = [];
  let nTokens = 0;
  for (const size of indexTokens.map((wanted) => Math.min(wanted, tokens))) {
    if (nTokens >= size) break;
    while (nTokens < size) {
      const next = code.next();
      if (next.done === true) break;
      const file = next.value;
      nTokens += (await bank.remember(`${nTokens}/${file.path}`, file)).nTokens;
    }
    rows.push(...(await measureIndex(bank, questions)));
  }
  bank.erase();
  return [indexTable(rows, questions.length)];
}

async function perplexity(_parts: MemoryParts, { memory }: BenchSettings): Promise<Table[]> {
  if (memory.perplexityFile === undefined) return [leftOut("perplexity", "--perplexity FILE")];
  return [perplexityTable(memory.perplexityFile)];
}

/** Sections that ask the evaluation set's vague questions. */
async function vague(
  parts: MemoryParts,
  settings: BenchSettings,
  section: MemorySection,
  measure: typeof benchClues,
): Promise<Table[]> {
  const { evalDir, treesDir } = settings;
  if (evalDir === undefined || treesDir === undefined)
    return [leftOut(section, "--eval DIR --trees DIR")];
  return measure(parts, readEvalSet(evalDir, treesDir), settings);
}

/** The trees of real code that are streamed. Errors: a sentence, thrown, when none is named. */
function treesOf({ treesDir, linuxDir }: BenchSettings): string[] {
  const trees =
    treesDir === undefined
      ? []
      : readdirSync(treesDir, { withFileTypes: true })
          .filter((entry) => entry.isDirectory() && entry.name.endsWith(".tree"))
          .map(({ name }) => path.join(treesDir, name))
          .sort();
  const all = [...trees, ...(linuxDir === undefined ? [] : [linuxDir])];
  if (all.length === 0)
    throw new Error("memory needs --trees DIR or --linux DIR (see bench/README.md)");
  return all;
}

function leftOut(section: MemorySection, flag: string): Table {
  return { title: `Not measured: ${section}`, head: ["needs"], rows: [[flag]] };
}
