/** The bank's index: whether it finds what comparing with everything finds, and how long either takes. */
import type { BankStore } from "../../server/bank/bankStore.ts";
import type { RecallOptions } from "../../server/bank/bankTypes.ts";
import { headerOf } from "../../server/lm/chunks.ts";
import { count, ms, percentile, verdict, type Table } from "../table.ts";
import type { BenchBank, MemoryParts } from "./memoryParts.ts";
import { percent } from "./numbers.ts";
import type { CodeFile } from "./sourceFiles.ts";

const nBlocks = 16;
const nQuestions = 200;
const questionTokens = 200;
/** Of the last tokens, as a completion asks. */
const queriesEach = 4;
/** All compared up to so many index rows: small, so that the graph is measured where a scan would do. */
const graphFrom = 1_000;
const targetRecall = 0.95;
const targetMs = 10;
const utf8 = new TextEncoder();

/** How the bank is opened, so that a graph is built as soon as it can be. */
export const withGraph = { scanLimit: graphFrom };

/** Returns what real code asks for: the queries of the last tokens of prompts made of files that are given. */
export async function realQueries(
  parts: MemoryParts,
  files: Iterable<CodeFile>,
): Promise<Float32Array[][]> {
  const { tokenizer, shape, model } = parts;
  const sequence = model.sequence();
  const asked: Float32Array[][] = [];
  for (const { path, text } of files) {
    if (asked.length === nQuestions) break;
    const header = headerOf(tokenizer, shape, path);
    const nTokens = Math.min(questionTokens, shape.window - header.length);
    const tokens = tokenizer.encode(utf8.encode(text)).subarray(0, nTokens);
    if (tokens.length < nTokens) continue;
    sequence.rewindTo(0);
    await sequence.append(Uint16Array.of(...header, ...tokens));
    asked.push(sequence.lastQueries(queriesEach));
  }
  return asked;
}

/** Measures a bank that was opened `withGraph`, whose graph is built first. */
export async function measureIndex(
  bank: BenchBank,
  questions: readonly (readonly Float32Array[])[],
): Promise<string[][]> {
  await bank.settle();
  const { store } = bank;
  const exact = asked(store, questions, { exact: true });
  const quick = asked(store, questions, {});
  const left = store.files()[0]?.fileId;
  const butOne = asked(store, questions, { only: (fileId) => fileId !== left });
  const shares = questions.map((_question, idx) => {
    const right = exact.found[idx] as ReadonlySet<number>;
    const got = quick.found[idx] as ReadonlySet<number>;
    return right.size === 0 ? 1 : [...right].filter((id) => got.has(id)).length / right.size;
  });
  const recall = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const { nTokens, nBlocks: nAll, search } = store.status();
  const p95 = percentile(quick.tookMs, 0.95);
  const sizes = [count(nTokens), count(nAll)];
  const times = ({ tookMs }: typeof exact): string[] => [
    ms(percentile(tookMs, 0.5)),
    ms(percentile(tookMs, 0.95)),
  ];
  return [
    [...sizes, "all compared", "", "", ...times(exact), ""],
    [
      ...[...sizes, search, percent(recall), verdict(recall, (value) => value >= targetRecall)],
      ...[...times(quick), verdict(p95, (value) => value <= targetMs)],
    ],
    [...sizes, `${search}, one file left out`, "", "", ...times(butOne), ""],
  ];
}

/** The table of what `measureIndex` returned. */
export function indexTable(rows: readonly (readonly string[])[], nAsked: number): Table {
  return {
    title: "The index of blocks",
    head: ["tokens", "blocks", "search", `recall@${nBlocks}`, "", "p50", "p95", ""],
    rows,
    notes: [
      `${nAsked} questions of ${queriesEach} queries each: what the last tokens of a prompt of real code ask. Recall is the share of the ${nBlocks} blocks that comparing with everything finds, without neighbours. “One file left out” asks as a completion does, which must not read its own file. Targets: recall ≥ ${targetRecall}, p95 ≤ ${targetMs} ms.`,
      `The server compares with everything up to 32,768 index rows, about 390,000 tokens; here the graph is used from ${count(graphFrom)} on, to show what it does.`,
    ],
  };
}

function asked(
  store: BankStore,
  questions: readonly (readonly Float32Array[])[],
  how: Pick<RecallOptions, "exact" | "only">,
): { readonly found: readonly ReadonlySet<number>[]; readonly tookMs: readonly number[] } {
  const tookMs: number[] = [];
  const found = questions.map((queries) => {
    const startMs = performance.now();
    const outcome = store.recall(queries, { nBlocks, neighbourShare: 0, ...how });
    tookMs.push(performance.now() - startMs);
    if (outcome.kind === "refused") throw new Error(`the bank refuses a query: ${outcome.fault}`);
    return new Set(outcome.blocks.map(({ blockId }) => blockId));
  });
  return { found, tookMs };
}
