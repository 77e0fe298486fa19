/** How much each line of a file surprises the model, given what it remembers: minus the logarithm of its probability. */
import { chunksOf, type LmChunk } from "./chunks.ts";
import type { LmModel } from "./lmModel.ts";
import type { LmTokenizer } from "./lmTokenizer.ts";
import type { MemoryTokens } from "./memoryTokens.ts";

export interface LineSurprise {
  /** Sum over the line's tokens, in nats. A line break belongs to the line that it ends, with the indentation behind it. */
  readonly nats: number;
  readonly nTokens: number;
}

/** Returns what is known while a chunk is read, given the queries of its tokens in order. */
export type ChunkRecall = (
  queries: readonly Float32Array[],
  chunk: LmChunk,
) => MemoryTokens | undefined | Promise<MemoryTokens | undefined>;

const lineBreak = 0x0a;

/**
 * Returns a figure for each line of a file; a break at its end begins no line. Each chunk is read for itself, with
 * what `recall` returns for it. Errors: the signal's reason when it is cancelled; ModelFaultError `output`; those of
 * `recall`.
 */
export async function lineSurprises(
  model: LmModel,
  path: string,
  bytes: Uint8Array,
  recall: ChunkRecall,
  signal: AbortSignal,
): Promise<LineSurprise[]> {
  const { tokenizer, shape } = model.parts;
  const lines = new LineSums(tokenizer);
  const sequence = model.sequence();
  for (const chunk of chunksOf(tokenizer, shape, path, bytes)) {
    signal.throwIfAborted();
    sequence.rewindTo(0);
    await sequence.append(chunk.tokens.subarray(0, -1));
    const memory = await recall(sequence.lastQueries(sequence.length), chunk);
    const surprise = await sequence.score(memory, chunk.tokens.subarray(1));
    for (let at = chunk.headerLength; at < chunk.tokens.length; at++)
      lines.add(chunk.tokens[at] as number, surprise[at - 1] as number);
  }
  return lines.sums;
}

class LineSums {
  readonly sums: { nats: number; nTokens: number }[] = [];
  readonly #tokenizer: LmTokenizer;
  /** The last token ended its line. */
  #isOver = true;

  constructor(tokenizer: LmTokenizer) {
    this.#tokenizer = tokenizer;
  }

  add(token: number, nats: number): void {
    if (this.#isOver) this.sums.push({ nats: 0, nTokens: 0 });
    const line = this.sums.at(-1) as { nats: number; nTokens: number };
    line.nats += nats;
    line.nTokens++;
    this.#isOver = this.#tokenizer.bytesOf(token)[0] === lineBreak;
  }
}
