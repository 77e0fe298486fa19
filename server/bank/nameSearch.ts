/**
 * Finds blocks by the names that they have in common with a text, the rarer the better: inverse document frequency
 * (Spärck Jones 1972). Names that many blocks have are left out.
 */
import type { BankTables, Block } from "./bankTables.ts";
import type { AskedName } from "./bankTypes.ts";
import type { NamePostings } from "./namePostings.ts";

/** Names whose blocks are kept after they were looked up: most are asked for again with the next token. */
const maxKept = 128;

export class NameSearch {
  readonly #postings: NamePostings;
  readonly #tables: BankTables;
  /** Those that were asked for last at the end; `undefined` for a name that too many blocks have. */
  readonly #kept = new Map<number, readonly Block[] | undefined>();

  constructor(postings: NamePostings, tables: BankTables) {
    this.#postings = postings;
    this.#tables = tables;
  }

  /** To be told of every change of the bank. */
  changed(): void {
    this.#kept.clear();
  }

  /** Returns the blocks that have any of the names, with the sums of weight times ln(1 + blocks / blocks with the name). */
  scores(names: readonly AskedName[]): Map<Block, number> {
    const scores = new Map<Block, number>();
    for (const { hash, weight } of names) {
      const blocks = this.#blocksWith(hash) ?? [];
      const worth = weight * Math.log(1 + this.#tables.blocks.size / blocks.length);
      for (const block of blocks) scores.set(block, (scores.get(block) ?? 0) + worth);
    }
    return scores;
  }

  #blocksWith(hash: number): readonly Block[] | undefined {
    const isKept = this.#kept.has(hash);
    const blocks = isKept ? this.#kept.get(hash) : this.#lookedUp(hash);
    this.#kept.delete(hash);
    this.#kept.set(hash, blocks);
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > maxKept && oldest !== undefined) this.#kept.delete(oldest);
    return blocks;
  }

  /** A block that was found to be damaged may still be in the catalogue when the disk is full. */
  #lookedUp(hash: number): readonly Block[] | undefined {
    return this.#postings.blocksWith(hash)?.flatMap((id) => this.#tables.blocks.get(id) ?? []);
  }
}
