/** Completes the code at a cursor: a prompt, what is recalled for it, the model's line, and where that came from. */
import type {
  CompleteParams,
  CompleteResult,
  Completion,
  CompletionSource,
} from "../../protocol/deepMemory.ts";
import type { LineRange, RecalledBlock } from "../bank/bankTypes.ts";
import type { ChunkShape } from "../lm/chunks.ts";
import { completeLine } from "../lm/completion.ts";
import type { Completion as LineCompletion } from "../lm/completedLine.ts";
import type { LmSequence } from "../lm/lmSequence.ts";
import type { LmTokenizer } from "../lm/lmTokenizer.ts";
import type { Clock } from "../ports.ts";
import { askedNames } from "./askedNames.ts";
import { fileIdOf, placeOfFileId } from "./deepFiles.ts";
import { linesToLeaveOut } from "./ownMemory.ts";
import { PromptMaker } from "./prompt.ts";
import {
  recollect,
  weightOfBlocks,
  wholeFile,
  type ReaderBank,
  type Recollection,
} from "./recallTokens.ts";

export interface CompleterOptions {
  readonly bank: ReaderBank;
  readonly tokenizer: LmTokenizer;
  readonly shape: ChunkShape;
  /** Kept between keystrokes: what a prompt has in common with the one before is not computed again. */
  readonly sequence: LmSequence;
  readonly clock: Clock;
}

/** Where the file of a request stands. */
export interface CompletedFile {
  readonly rootId: string;
  /** Relative to the root. */
  readonly path: string;
  /** Its text as memory read it; `undefined` when it is another by now, or not in memory. */
  readonly saved: string | undefined;
}

/** Tokens of a line, when the client does not say. */
const defaultTokens = 48;
/** A place with a smaller share of the attention is no source. */
const minWeight = 0.05;
const maxSources = 3;
/** How a completion asks the memory. */
export const recalling = {
  /** Anew after so many tokens: lines are as good as when it is asked for each, and take less time (bench/README.md). */
  recallEvery: 4,
  /** The last token's own question, and those of the tokens in front of it, which tell of the names around. */
  nQueries: 4,
} as const;
/** In front of a token below, or a mean below, a line ends: it would be wrong more often than right. */
const leastLogProb = -2.5;
const leastMeanLogProb = -0.9;

export class Completer {
  readonly #options: CompleterOptions;
  readonly #prompts: PromptMaker;

  constructor(options: CompleterOptions) {
    this.#options = options;
    this.#prompts = new PromptMaker(options.tokenizer, options.shape);
  }

  /** Rejects with AbortError when cancelled, and with ModelFaultError. One call at a time. */
  async complete(
    { prefix, suffix, line: cursorLine, maxTokens = defaultTokens }: CompleteParams,
    { rootId, path, saved }: CompletedFile,
    signal: AbortSignal,
  ): Promise<CompleteResult> {
    const { clock, shape, sequence, tokenizer } = this.#options;
    const startMs = clock.elapsedMs();
    const prompt = this.#prompts.promptFor(path, prefix, shape.window - maxTokens - 1);
    const fileId = fileIdOf(rootId, path);
    const shown = new TextDecoder().decode(
      tokenizer.decode(prompt.tokens.subarray(prompt.headerLength)),
    );
    const own =
      cursorLine === undefined
        ? wholeFile(fileId)
        : linesToLeaveOut(fileId, { shown, suffix, line: cursorLine, saved });
    const used = new UsedBlocks();
    let known: Recollection | undefined;
    const line = await completeLine(sequence, tokenizer, prompt, {
      ...{ maxTokens, ...recalling, leastLogProb, leastMeanLogProb, signal },
      recall: (queries, tokens) => (known = this.#recall(queries, tokens, own))?.tokens,
      weighed: (weights) => known && used.add(known, weights),
    });
    const tookMs = clock.elapsedMs() - startMs;
    if (line.text.trim() === "" || line.endedBy === "unsure") return { tookMs };
    this.#tellRecalled(used);
    return { completion: completionOf(line, used), tookMs };
  }

  #recall(
    queries: readonly Float32Array[],
    tokens: Uint16Array,
    own: LineRange,
  ): Recollection | undefined {
    const { bank, tokenizer } = this.#options;
    const names = askedNames(tokenizer, tokens);
    return recollect(bank, queries, { names, without: [own] });
  }

  /** What was drawn on is worth keeping: the long-term memory forgets what was not first. */
  #tellRecalled(used: UsedBlocks): void {
    const sources = used.heaviest();
    this.#options.bank.recalled(
      sources.map(({ block }) => block.blockId),
      sources.map(({ weight }) => weight),
    );
  }
}

/** Sums over the tokens of a completion which blocks the model attended to. */
class UsedBlocks {
  readonly #weights = new Map<number, { block: RecalledBlock; weight: number }>();
  #nReads = 0;

  add(recollection: Recollection, weights: Float32Array): void {
    this.#nReads++;
    const byBlock = weightOfBlocks(recollection, weights);
    for (const block of recollection.blocks) {
      const weight = byBlock.get(block.blockId) ?? 0;
      const known = this.#weights.get(block.blockId);
      this.#weights.set(block.blockId, { block, weight: weight + (known?.weight ?? 0) });
    }
  }

  /** Heaviest first; weights are means over the tokens. */
  heaviest(): { block: RecalledBlock; weight: number }[] {
    return [...this.#weights.values()]
      .map(({ block, weight }) => ({ block, weight: weight / this.#nReads }))
      .filter(({ weight }) => weight >= minWeight)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, maxSources);
  }
}

function completionOf(line: LineCompletion, used: UsedBlocks): Completion {
  const sources = used.heaviest().map(({ block, weight }): CompletionSource => {
    const { rootId, path } = placeOfFileId(block.fileId);
    return { rootId, path, startLine: block.firstLine, endLine: block.lastLine + 1, weight };
  });
  return { text: line.text, confidence: Math.exp(line.meanLogProb), sources };
}
