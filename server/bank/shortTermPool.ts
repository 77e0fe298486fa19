/**
 * The short-term pool: the newest blocks, with their keys and values in memory. It is of a fixed size; when new
 * blocks come in, as many of those before them go at random, each with the same chance, so that forgetting is
 * exponential (M+ and MemoryLLM: Wang et al. 2025 and 2024, there with slots of a layer). What is dropped is in the
 * long-term memory from then on: it is on disk since it was written, and only a flag changes.
 */
import type { MemoryTokens } from "./bankTypes.ts";
import type { Block } from "./bankTables.ts";
import { nextState, randomOf } from "./random.ts";

/** What a write does to the pool; nothing happens until it is applied. */
export interface PoolChange {
  /** In the order in which they come in. */
  readonly added: readonly Block[];
  /** To the long-term memory. */
  readonly dropped: readonly Block[];
  /** Of the generator, afterwards. */
  readonly state: number;
}

export class ShortTermPool {
  readonly capacity: number;
  /** Of the random generator: the same seed and the same writes drop the same blocks. */
  #state: number;
  /** In the order of their writing. `undefined`: not read since the bank was opened. */
  readonly #members = new Map<Block, MemoryTokens | undefined>();
  #bytes = 0;

  constructor(capacity: number, state: number) {
    this.capacity = capacity;
    this.#state = state | 0;
  }

  get size(): number {
    return this.#members.size;
  }

  /** Bytes of the keys and values that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Plans the coming in of new blocks, after others have left. */
  plan(incoming: readonly Block[], leaving: ReadonlySet<Block>): PoolChange {
    const added = this.capacity === 0 ? [] : incoming.slice(-this.capacity);
    const staying = [...this.#members.keys()].filter((block) => !leaving.has(block));
    const dropped = incoming.slice(0, incoming.length - added.length);
    let state = this.#state;
    while (staying.length + added.length > this.capacity) {
      state = nextState(state);
      const at = Math.floor(randomOf(state) * staying.length);
      dropped.push(...staying.splice(at, 1));
    }
    return { added, dropped, state };
  }

  /** Makes a plan come true; the tokens of what comes in are to be given to `hold`. */
  apply({ added, dropped, state }: PoolChange): void {
    this.#state = state;
    for (const block of dropped) this.remove(block);
    for (const block of added) this.restore(block);
  }

  /** Puts back a block that was in the pool when the bank was closed. */
  restore(block: Block): void {
    this.#members.set(block, undefined);
  }

  remove(block: Block): void {
    this.#bytes -= sizeOf(this.#members.get(block));
    this.#members.delete(block);
  }

  has(block: Block): boolean {
    return this.#members.has(block);
  }

  tokensOf(block: Block): MemoryTokens | undefined {
    return this.#members.get(block);
  }

  /** Keeps the tokens of a member. */
  hold(block: Block, tokens: MemoryTokens): void {
    this.#bytes += sizeOf(tokens) - sizeOf(this.#members.get(block));
    this.#members.set(block, tokens);
  }
}

/** Bytes of the arrays. */
export function sizeOf(tokens: MemoryTokens | undefined): number {
  if (tokens === undefined) return 0;
  const { ids, keys, values, keyScales, valueScales } = tokens;
  return [ids, keys, values, keyScales, valueScales].reduce((n, part) => n + part.byteLength, 0);
}
