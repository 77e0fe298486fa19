/**
 * Completes a line from a sequence: the likeliest token each time, until the line is over. Where the prompt ends
 * inside what is one token as a rule, that end is taken back and has to come again ("token healing"), so that `retu`
 * is followed by `rn`.
 */
import { CompletedLine, type Completion, type Surety } from "./completedLine.ts";
import type { LmSequence } from "./lmSequence.ts";
import type { LmTokenizer } from "./lmTokenizer.ts";
import type { MemoryTokens } from "./memoryTokens.ts";
import { nextToken } from "./nextToken.ts";
import { maxPieceBytes, pieceEnd } from "./pieces.ts";

/**
 * Returns what is known of what the last tokens ask for, newest query last; `undefined` for nothing. `tokens` are all
 * of the sequence.
 */
export type Recall = (
  queries: readonly Float32Array[],
  tokens: Uint16Array,
) => MemoryTokens | undefined | Promise<MemoryTokens | undefined>;

export interface CompletionOptions extends Surety {
  /** At most so many tokens are added, one at least. */
  readonly maxTokens: number;
  /** The memory is asked anew after so many tokens, one at least. */
  readonly recallEvery: number;
  /** So many of the last tokens' queries are asked with. */
  readonly nQueries: number;
  readonly recall: Recall;
  /** Told for each token how much each token of the memory weighed in it. */
  readonly weighed?: (memoryWeight: Float32Array) => void;
  readonly signal: AbortSignal;
}

/** What is to be completed; the first `headerLength` of its tokens are a chunk's header. */
export interface CompletionPrompt {
  readonly tokens: Uint16Array;
  readonly headerLength: number;
}

/**
 * Makes `sequence` the prompt, or nearly, and completes its line. The text
 * ends at the first line break behind something that is not blank. Errors: the signal's reason when it is cancelled;
 * those of `LmSequence` and of `recall`.
 */
export async function completeLine(
  sequence: LmSequence,
  tokenizer: LmTokenizer,
  prompt: CompletionPrompt,
  options: CompletionOptions,
): Promise<Completion> {
  const { maxTokens, signal } = options;
  const line = new CompletedLine(options);
  const memory = new FreshMemory(sequence, options);
  const start = healed(tokenizer, prompt);
  let due = start.due;
  await stepOf(signal, sequence.become(start.kept));
  for (;;) {
    const known = await stepOf(signal, memory.forNextToken());
    const { logProbs, memoryWeight } = await stepOf(signal, sequence.read(known));
    if (known !== undefined) options.weighed?.(memoryWeight);
    const next = nextToken(tokenizer, logProbs, due);
    const bytes = tokenizer.bytesOf(next.token);
    const ended = line.add(bytes.subarray(due.length), next.logProb);
    if (ended !== undefined) return line.result(ended);
    due = due.subarray(bytes.length);
    if (line.nTokens >= maxTokens || sequence.length >= sequence.window) return line.result("full");
    await stepOf(signal, sequence.append(Uint16Array.of(next.token)));
  }
}

/**
 * The prompt without its last tokens where a longer one begins with their text, and that text, which is then due: as
 * many tokens of its last piece as that is true of.
 */
function healed(
  tokenizer: LmTokenizer,
  { tokens, headerLength }: CompletionPrompt,
): { readonly kept: Uint16Array; readonly due: Uint8Array } {
  let healthy = { kept: tokens, due: new Uint8Array(0) };
  // A header was not typed, and something must stay to predict from.
  for (let end = tokens.length - 1; end >= Math.max(1, headerLength); end--) {
    const text = tokenizer.decode(tokens.subarray(end));
    if (text.length > maxPieceBytes || pieceEnd(text, 0) !== text.length) break;
    if (tokenizer.isBeginning(text))
      healthy = { kept: tokens.subarray(0, end), due: new Uint8Array(text) };
  }
  return healthy;
}

/** The step's result, unless somebody cancelled: the thread is blocked while a graph runs, so it is looked at between. */
async function stepOf<Result>(signal: AbortSignal, step: Promise<Result>): Promise<Result> {
  const result = await step;
  signal.throwIfAborted();
  return result;
}

/** The memory, asked anew when enough tokens have come. */
class FreshMemory {
  readonly #sequence: LmSequence;
  readonly #options: CompletionOptions;
  #known: MemoryTokens | undefined;
  #nUntilAsked = 0;

  constructor(sequence: LmSequence, options: CompletionOptions) {
    this.#sequence = sequence;
    this.#options = options;
  }

  /** Returns what is known. To be called once for each token. */
  async forNextToken(): Promise<MemoryTokens | undefined> {
    const { nQueries, recallEvery, recall } = this.#options;
    if (this.#nUntilAsked === 0) {
      const queries = this.#sequence.lastQueries(nQueries);
      this.#known = await recall(queries, this.#sequence.tokens);
      this.#nUntilAsked = recallEvery;
    }
    this.#nUntilAsked--;
    return this.#known;
  }
}
