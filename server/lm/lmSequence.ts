/**
 * A sequence of tokens with its own keys and values: a prompt that grows, of which the common beginning is used again
 * from one keystroke to the next. Tokens are appended, which tells what they ask the memory for, and then read with
 * what was recalled.
 */
import type { OnnxGraph } from "../model/onnxRuntime.ts";
import type { LmConfig } from "./lmManifest.ts";
import { checkTokens, LowerLayers } from "./lowerLayers.ts";
import { MemoryInputs, type MemoryTokens } from "./memoryTokens.ts";
import type { NameReader } from "./names.ts";
import { SequenceNames } from "./sequenceNames.ts";
import { UpperLayers, type Prediction } from "./upperLayers.ts";

/** What a model's sequences are computed with. */
export interface LmGraphs {
  readonly encode: OnnxGraph;
  readonly read: OnnxGraph;
  readonly config: LmConfig;
  readonly names: NameReader;
}

/**
 * One call at a time: a second one throws while the first is under way. After an error the sequence is what it was
 * before.
 */
export class LmSequence {
  readonly #config: LmConfig;
  readonly #lower: LowerLayers;
  readonly #upper: UpperLayers;
  readonly #tokens: Uint16Array;
  readonly #names: SequenceNames;
  readonly #memory: MemoryInputs;
  #isBusy = false;

  constructor({ encode, read, config, names }: LmGraphs) {
    this.#config = config;
    this.#names = new SequenceNames(names, config.window);
    this.#lower = new LowerLayers(encode, config, config.window);
    this.#upper = new UpperLayers(read, config, this.#lower, this.#names);
    this.#tokens = new Uint16Array(config.window);
    this.#memory = new MemoryInputs(config, names);
  }

  /** A copy of the tokens. */
  get tokens(): Uint16Array {
    return this.#tokens.slice(0, this.length);
  }

  /** Most tokens that it can hold. */
  get window(): number {
    return this.#config.window;
  }

  /** Number of tokens. */
  get length(): number {
    return this.#lower.length;
  }

  /** Drops the tokens behind the first `nTokens`, which stay as they are. Throws RangeError when there are fewer. */
  rewindTo(nTokens: number): void {
    this.#checkIdle();
    if (!Number.isInteger(nTokens) || nTokens < 0 || nTokens > this.length)
      throw new RangeError(`${nTokens} of ${this.length} tokens`);
    this.#lower.rewindTo(nTokens);
    this.#upper.rewindTo(nTokens);
  }

  /**
   * What tokens behind the first `nTokens` read of a memory is dropped: the next call reads them again, with another
   * memory perhaps.
   */
  forgetReading(nTokens: number): void {
    this.#checkIdle();
    this.#upper.rewindTo(nTokens);
  }

  /**
   * Returns what the last `n` tokens ask the memory for, the newest last: vectors one long, whose product with a key,
   * over √nKvHeads, is a cosine. Fewer when there are fewer tokens.
   */
  lastQueries(n: number): Float32Array[] {
    const first = Math.max(0, this.length - n);
    return Array.from({ length: this.length - first }, (_, i) =>
      this.#lower.queries.view(first + i, first + i + 1).slice(),
    );
  }

  /**
   * Appends tokens, one at least. Errors: RangeError for tokens that the model does not know or that its window has no
   * room for; ModelFaultError `output`.
   */
  async append(tokens: Uint16Array): Promise<void> {
    if (tokens.length === 0) throw new RangeError("no tokens to append");
    checkTokens(tokens, this.length, this.#config);
    const start = this.length;
    await this.#alone(() => this.#lower.append(tokens));
    this.#tokens.set(tokens, start);
    this.#names.add(this.#tokens.subarray(0, this.length), start);
  }

  /**
   * Makes the sequence these tokens: what it has in common with them at the beginning stays, and only the rest is
   * computed. Errors as those of `append`.
   */
  async become(tokens: Uint16Array): Promise<void> {
    checkTokens(tokens, 0, this.#config);
    const most = Math.min(this.length, tokens.length);
    let common = 0;
    while (common < most && this.#tokens[common] === tokens[common]) common++;
    this.rewindTo(common);
    if (common < tokens.length) await this.append(tokens.subarray(common));
  }

  /**
   * Reads what was appended since the last reading, and returns what follows the last token. Errors: RangeError for an
   * empty sequence or another model's memory; ModelFaultError `output`.
   */
  async read(memory: MemoryTokens | undefined): Promise<Prediction> {
    if (this.length === 0) throw new RangeError("an empty sequence predicts nothing");
    const inputs = this.#memory.of(memory);
    const { logProbs, memoryWeight } = await this.#alone(() => this.#upper.predict(inputs));
    return { logProbs, memoryWeight: memoryWeight.subarray(0, memory?.ids.length ?? 0) };
  }

  /**
   * Reads what was appended since the last reading; `targets` are what follows each token of it. Returns minus the
   * natural logarithm of each one's probability. Errors: RangeError for targets of another number or unknown ones, or
   * another model's memory; ModelFaultError `output`.
   */
  async score(memory: MemoryTokens | undefined, targets: Uint16Array): Promise<Float32Array> {
    const nUnread = this.length - this.#upper.nRead;
    if (targets.length !== nUnread)
      throw new RangeError(`${targets.length} targets for ${nUnread} tokens`);
    checkTokens(targets, 0, this.#config);
    const inputs = this.#memory.of(memory);
    return this.#alone(() => this.#upper.score(inputs, targets));
  }

  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#checkIdle();
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }

  #checkIdle(): void {
    if (this.#isBusy) throw new Error("a sequence does one thing at a time");
  }
}
