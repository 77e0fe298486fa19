/** What a query recalls, as the model reads it, with where it came from. */
import type {
  LineRange,
  RecalledBlock,
  RecalledTokens,
  RecallOptions,
  RecallOutcome,
} from "../bank/bankTypes.ts";

/** What reading needs of the bank. */
export interface ReaderBank {
  recall(queries: readonly Float32Array[], options: RecallOptions): RecallOutcome;
  tokensOf(blocks: readonly RecalledBlock[]): RecalledTokens;
  recalled(blockIds: readonly number[], weights: readonly number[]): unknown;
}

/** Blocks that a prediction reads, neighbours included: at most 2,048 tokens. */
const nBlocks = 16;

export interface Recollection {
  readonly blocks: readonly RecalledBlock[];
  readonly tokens: RecalledTokens;
}

/** Returns what the bank holds for the queries; `undefined` when that is nothing. */
export function recollect(
  bank: ReaderBank,
  queries: readonly Float32Array[],
  options: Omit<RecallOptions, "nBlocks"> = {},
): Recollection | undefined {
  const outcome = bank.recall(queries, { nBlocks, ...options });
  if (outcome.kind === "refused") throw new Error(`the bank refuses a query: ${outcome.fault}`);
  if (outcome.blocks.length === 0) return undefined;
  const tokens = bank.tokensOf(outcome.blocks);
  return tokens.ids.length === 0 ? undefined : { blocks: outcome.blocks, tokens };
}

/** Returns what leaves out all blocks of a file. */
export function wholeFile(fileId: string): LineRange {
  return { fileId, fromLine: 0, toLine: Number.MAX_SAFE_INTEGER };
}

/** Returns how much of the model's attention to memory each block had; `weights` is of its tokens. */
export function weightOfBlocks(
  { tokens }: Recollection,
  weights: Float32Array,
): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const { blockId, from, to } of tokens.spans) {
    let sum = sums.get(blockId) ?? 0;
    for (let at = from; at < to; at++) sum += weights[at] as number;
    sums.set(blockId, sum);
  }
  return sums;
}
