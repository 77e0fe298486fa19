/** The self-test as the product runs it, on a stream of real code, with what each answer took and found written down. */
import { appendFileSync, readFileSync, rmSync } from "node:fs";
import type { SelfTestResult } from "../../protocol/deepMemory.ts";
import type { RecalledBlock } from "../../server/bank/bankTypes.ts";
import { plantedFacts, type PlantedFact } from "../../server/deep/plantedFacts.ts";
import { runSelfTest, type SelfTestAnswer } from "../../server/deep/selfTest.ts";
import { nodeClock } from "../../server/nodePorts.ts";
import { blockTextsOf } from "./blockTexts.ts";
import { upkeepMs, type BenchBank, type MemoryParts } from "./memoryParts.ts";
import type { CodeFile } from "./sourceFiles.ts";
import type { TextBlock } from "./textWindow.ts";

/** An answer, and whether the block that tells the fact was among those recalled for its last token. */
export interface RetentionAnswer extends SelfTestAnswer {
  readonly wasFound: boolean;
}

export interface RetentionRun {
  readonly result: SelfTestResult;
  readonly facts: readonly PlantedFact[];
  /** By distance, as `result.points`. */
  readonly answers: readonly (readonly RetentionAnswer[])[];
  /** How the bank searched at each distance. */
  readonly searches: readonly string[];
  /** Of everything that was remembered. */
  readonly blocks: readonly TextBlock[];
  /** Tokens in the bank at the end. */
  readonly nTokens: number;
  readonly encodedPerSecond: number;
}

const plantedPrefix = "planted/";

/** Fills the bank, which stays as it is at the end. */
export async function runRetention(
  parts: MemoryParts,
  bank: BenchBank,
  files: () => Iterable<CodeFile>,
  {
    tokens,
    nFacts,
    seed,
  }: { readonly tokens: number; readonly nFacts: number; readonly seed: number },
): Promise<RetentionRun> {
  const { tokenizer, shape, model } = parts;
  const { store } = bank;
  // On the disk meanwhile, so that the process is as large as the product's.
  const blockFile = `${bank.folder}.blocks.jsonl`;
  rmSync(blockFile, { force: true });
  const answers: RetentionAnswer[] = [];
  const searches: string[] = [];
  const texts = new Map<number, string>();
  let last: readonly RecalledBlock[] = [];
  const startTokens = parts.encodedTokens;
  const startMs = parts.encodingMs;
  const result = await runSelfTest({
    params: { tokens, perPoint: nFacts },
    seed,
    bank: {
      has: (hash) => store.has(hash),
      put: (fileId, contentHash, chunks) => {
        const texts = blockTextsOf(fileId, chunks, tokenizer);
        appendFileSync(blockFile, texts.map((text) => `${JSON.stringify(text)}\n`).join(""));
        return store.put(fileId, contentHash, chunks);
      },
      recall: (queries, options) => {
        const outcome = store.recall(queries, options);
        if (outcome.kind === "recalled") last = outcome.blocks;
        return outcome;
      },
      tokensOf: (some) => store.tokensOf(some),
      recalled: (ids, weights) => store.recalled(ids, weights),
      status: () => store.status(),
    },
    tokenizer,
    shape,
    sequence: model.sequence(),
    modelId: model.parts.id,
    encode: (chunk) => bank.encode(chunk),
    upkeep: () => store.upkeep(upkeepMs),
    files,
    clock: nodeClock,
    peakBytes: () => process.resourceUsage().maxRSS * 1_024,
    progress: () => undefined,
    answered: (answer) => {
      if (answers.length % nFacts === 0) searches.push(store.status().search);
      const wasFound = last.some((block) => textOf(block).includes(answer.fact.name));
      answers.push({ ...answer, wasFound });
    },
    signal: new AbortController().signal,
  });
  const lines = readFileSync(blockFile, "utf8").split("\n").slice(0, -1);
  rmSync(blockFile);
  const seconds = (parts.encodingMs - startMs) / 1_000;
  return {
    result,
    facts: plantedFacts(nFacts, seed),
    answers: result.points.map((_point, idx) => answers.slice(idx * nFacts, (idx + 1) * nFacts)),
    searches,
    blocks: lines.map((line) => JSON.parse(line) as TextBlock),
    nTokens: store.status().nTokens,
    encodedPerSecond: (parts.encodedTokens - startTokens) / seconds,
  };

  /** The text of a planted file's block, `""` of any other. */
  function textOf(block: RecalledBlock): string {
    if (!block.fileId.startsWith(plantedPrefix)) return "";
    let text = texts.get(block.blockId);
    if (text === undefined) {
      text = new TextDecoder().decode(tokenizer.decode(store.tokensOf([block]).ids));
      texts.set(block.blockId, text);
    }
    return text;
  }
}
