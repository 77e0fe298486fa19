/** What a completed line costs, from nothing and while somebody types. */
import { askedNames } from "../../server/deep/askedNames.ts";
import { recollect, wholeFile } from "../../server/deep/recallTokens.ts";
import { completeLine, type Recall } from "../../server/lm/completion.ts";
import { count, ms, percentile, verdict, type Table } from "../table.ts";
import type { FilledBank } from "./decodePlaces.ts";
import { lineTokens } from "./heldOut.ts";
import { asTheProduct } from "./lineCompletion.ts";
import type { BenchBank, MemoryParts } from "./memoryParts.ts";

const targetMs = 300;
/** Tokens that were typed since the completion before. */
const typedTokens = 2;
const ways = ["none", "as the product", "asked for each token"] as const;
const starts = ["from nothing", "typing on"] as const;

interface Run {
  readonly way: (typeof ways)[number];
  readonly start: (typeof starts)[number];
  readonly tookMs: number[];
  nTokens: number;
}

export async function lineTable(
  parts: MemoryParts,
  { store }: BenchBank,
  { places, nTokens }: FilledBank,
): Promise<Table> {
  const { tokenizer } = parts;
  const runs = starts.flatMap((start) =>
    ways.map((way): Run => ({ way, start, tookMs: [], nTokens: 0 })),
  );
  const sequence = parts.model.sequence();
  for (const { fileId, prompt } of places)
    for (const run of runs) {
      const recall: Recall = (queries, tokens) => {
        const names = askedNames(tokenizer, tokens);
        return recollect(store, queries, { names, without: [wholeFile(fileId)] })?.tokens;
      };
      const options = {
        ...asTheProduct,
        ...(run.way === "asked for each token" ? { recallEvery: 1 } : {}),
        recall: run.way === "none" ? () => undefined : recall,
      };
      sequence.rewindTo(0);
      if (run.start === "typing on") {
        const before = prompt.tokens.subarray(0, -typedTokens);
        await completeLine(sequence, tokenizer, { ...prompt, tokens: before }, options);
      }
      const startMs = performance.now();
      const line = await completeLine(sequence, tokenizer, prompt, options);
      run.tookMs.push(performance.now() - startMs);
      run.nTokens += line.nTokens;
    }
  return {
    title: "A line",
    head: ["start", "memory", "p50", "p95", "target of p95", "", "ms a token"],
    rows: runs.map(({ way, start, tookMs, nTokens: n }) => [
      start,
      way,
      ms(percentile(tookMs, 0.5)),
      ms(percentile(tookMs, 0.95)),
      `< ${targetMs} ms`,
      verdict(percentile(tookMs, 0.95), (value) => value < targetMs),
      (tookMs.reduce((sum, took) => sum + took, 0) / n).toFixed(1),
    ]),
    notes: [
      `${count(places.length)} places, up to ${lineTokens} tokens a line, however unsure; a bank of ${count(nTokens)} tokens. From nothing, the prompt is read first; typing on, all but the last ${typedTokens} tokens of it was.`,
    ],
  };
}
