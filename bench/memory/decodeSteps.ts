/** What one more token costs behind a given context, by the size of the memory that is read. */
import type { LmSequence } from "../../server/lm/lmSequence.ts";
import type { MemoryTokens } from "../../server/lm/memoryTokens.ts";
import { nextToken } from "../../server/lm/nextToken.ts";
import { count, percentile, verdict, type Table } from "../table.ts";
import { contextLength, knownSteps, type FilledBank } from "./decodePlaces.ts";
import type { BenchBank, MemoryParts } from "./memoryParts.ts";
import { exactMs } from "./numbers.ts";

const memorySizes = [0, 256, 1_024, 2_048, 4_096];
/** Blocks that surely hold so many tokens. */
const nBlocks = 128;
/** The issue's: tokens a second, by the size of the memory. */
const targets: ReadonlyMap<number, number> = new Map([
  [256, 300],
  [4_096, 150],
]);
const stepParts = ["layers below", "bank and above", "choice"] as const;
type StepTimes = Record<(typeof stepParts)[number], number[]>;
const nothing = new Uint8Array();

export async function stepTable(
  parts: MemoryParts,
  bank: BenchBank,
  { places }: FilledBank,
): Promise<Table> {
  const sequence = parts.model.sequence();
  const all = largeMemory(bank, parts);
  const runs = memorySizes.map((size) => {
    const times: StepTimes = { "layers below": [], "bank and above": [], choice: [] };
    return { memory: firstTokens(all, size), target: targets.get(size), times };
  });
  for (const { known } of places)
    // In turns, so that what else the machine does falls on all alike.
    for (const { memory, times } of runs) {
      await prepare(sequence, known.subarray(0, contextLength(parts)), memory);
      await decodeKnown(parts, sequence, known, memory, times);
    }
  const none = wholeStep((runs[0] as (typeof runs)[number]).times);
  return {
    title: "A token, with a memory that stays",
    head: ["tokens of memory", "tokens/s", "target", "", ...stepParts, "together", "to none"],
    rows: runs.map(({ memory, target, times }) => {
      const whole = wholeStep(times);
      return [
        count(memory?.ids.length ?? 0),
        count(1_000 / whole),
        target === undefined ? "–" : `≥ ${count(target)}`,
        target === undefined ? "" : verdict(1_000 / whole, (perSecond) => perSecond >= target),
        ...stepParts.map((part) => exactMs(percentile(times[part], 0.5))),
        exactMs(whole),
        `${(whole / none).toFixed(2)} ×`,
      ];
    }),
    notes: [
      `Medians of ${count(places.length * knownSteps)} tokens behind ${count(contextLength(parts))} others, in one thread.`,
    ],
  };
}

function wholeStep(times: StepTimes): number {
  return stepParts.reduce((sum, part) => sum + percentile(times[part], 0.5), 0);
}

async function prepare(
  sequence: LmSequence,
  tokens: Uint16Array,
  memory: MemoryTokens | undefined,
): Promise<void> {
  await sequence.become(tokens);
  sequence.forgetReading(0);
  await sequence.read(memory);
}

/** Goes on with the tokens that stand there, so that each memory is read behind the same ones. */
async function decodeKnown(
  { tokenizer }: MemoryParts,
  sequence: LmSequence,
  tokens: Uint16Array,
  memory: MemoryTokens | undefined,
  times: StepTimes,
): Promise<void> {
  for (let n = 0; n < knownSteps; n++) {
    const startMs = performance.now();
    await sequence.append(tokens.subarray(sequence.length, sequence.length + 1));
    const appendedMs = performance.now();
    const { logProbs } = await sequence.read(memory);
    const readMs = performance.now();
    nextToken(tokenizer, logProbs, nothing);
    times.choice.push(performance.now() - readMs);
    times["layers below"].push(appendedMs - startMs);
    times["bank and above"].push(readMs - appendedMs);
  }
}

function largeMemory({ store }: BenchBank, { model }: MemoryParts): MemoryTokens {
  const { nKvHeads, dHead } = model.parts.manifest.config;
  const query = new Float32Array(nKvHeads * dHead).fill((nKvHeads * dHead) ** -0.5);
  const outcome = store.recall([query], { nBlocks });
  if (outcome.kind === "refused") throw new Error(outcome.fault);
  return store.tokensOf(outcome.blocks);
}

/** Returns the first `n` tokens of a memory; all when there are fewer. */
function firstTokens(memory: MemoryTokens, n: number): MemoryTokens | undefined {
  if (n === 0) return undefined;
  const { ids, keys, values, keyScales, valueScales, spans = [] } = memory;
  const first = <A extends Int8Array | Float32Array>(array: A): A =>
    array.subarray(0, n * (array.length / ids.length)) as A;
  return {
    ids: ids.subarray(0, n),
    ...{ keys: first(keys), keyScales: first(keyScales) },
    ...{ values: first(values), valueScales: first(valueScales) },
    spans: spans.filter(({ from }) => from < n),
  };
}
