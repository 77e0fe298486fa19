/** What it costs to ask the bank for a token, by the number of blocks. */
import type { AskedName } from "../../server/bank/bankTypes.ts";
import { askedNames } from "../../server/deep/askedNames.ts";
import { wholeFile } from "../../server/deep/recallTokens.ts";
import { MemoryInputs } from "../../server/lm/memoryTokens.ts";
import { NameReader } from "../../server/lm/names.ts";
import { count, percentile, type Table } from "../table.ts";
import { knownSteps, type FilledBank } from "./decodePlaces.ts";
import { asTheProduct } from "./lineCompletion.ts";
import type { BenchBank, MemoryParts } from "./memoryParts.ts";
import { exactMs } from "./numbers.ts";

const blocksAsked = [4, 8, 12, 16];

interface Question {
  readonly fileId: string;
  readonly queries: readonly Float32Array[];
  readonly tokens: Uint16Array;
}

export async function recallTable(
  parts: MemoryParts,
  bank: BenchBank,
  filled: FilledBank,
): Promise<Table> {
  const questions = await questionsAt(parts, filled);
  return {
    title: "Recalling for a token",
    head: ["blocks", "tokens", "names", "search", "blocks joined", "graph's inputs", "together"],
    rows: blocksAsked.map((nBlocks) => rowOf(parts, bank, questions, nBlocks)),
    notes: [
      `Medians of ${count(questions.length)} questions of ${asTheProduct.nQueries} queries and the names in front, to a bank of ${count(filled.nTokens)} tokens; the file itself is left out. A completion asks once in ${asTheProduct.recallEvery} tokens.`,
    ],
  };
}

/** Of the last tokens of each prompt. */
async function questionsAt(parts: MemoryParts, { places }: FilledBank): Promise<Question[]> {
  const { nQueries } = asTheProduct;
  const sequence = parts.model.sequence();
  const questions: Question[] = [];
  for (const { fileId, prompt } of places) {
    await sequence.become(prompt.tokens);
    const all = sequence.lastQueries(knownSteps + nQueries - 1);
    for (let end = nQueries; end <= all.length; end++) {
      const tokens = prompt.tokens.subarray(0, prompt.tokens.length - all.length + end);
      questions.push({ fileId, queries: all.slice(end - nQueries, end), tokens });
    }
  }
  return questions;
}

function rowOf(
  { model, tokenizer }: MemoryParts,
  { store }: BenchBank,
  questions: readonly Question[],
  nBlocks: number,
): string[] {
  const inputs = new MemoryInputs(model.parts.manifest.config, NameReader.of(tokenizer));
  const sizes: number[] = [];
  const times: number[][] = [[], [], [], []];
  for (const { fileId, queries, tokens } of questions) {
    const marks = [performance.now()];
    const names: AskedName[] = askedNames(tokenizer, tokens);
    marks.push(performance.now());
    const outcome = store.recall(queries, { nBlocks, names, without: [wholeFile(fileId)] });
    marks.push(performance.now());
    if (outcome.kind === "refused") throw new Error(outcome.fault);
    const recalled = store.tokensOf(outcome.blocks);
    marks.push(performance.now());
    inputs.of(recalled);
    marks.push(performance.now());
    sizes.push(recalled.ids.length);
    times.forEach((of, i) => of.push((marks[i + 1] as number) - (marks[i] as number)));
  }
  const medians = times.map((of) => percentile(of, 0.5));
  const together = medians.reduce((sum, each) => sum + each, 0);
  return [count(nBlocks), count(percentile(sizes, 0.5)), ...[...medians, together].map(exactMs)];
}
