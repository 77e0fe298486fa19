/**
 * What the deep memories of all workspaces may take on disk together. Each workspace has a bank in a folder of its own;
 * those that were not used for longest go when there is no room for all, and a bank forgets what does not fit.
 */
import type { ChangeOutcome } from "../bank/bankWriter.ts";
import { dropOldBanks, markUsed } from "../bank/oldBanks.ts";
import type { Clock } from "../ports.ts";

export interface BudgetParts {
  /** Of the open bank; beside it are those of other workspaces. */
  readonly folder: string;
  readonly bank: { readonly liveBytes: number; setCapacity(bytes: number): ChangeOutcome };
  readonly clock: Clock;
}

/** How often it is looked after what other banks take. */
const lookMs = 60_000;

export class Budget {
  readonly #parts: BudgetParts;
  #maxBytes: number;
  #capacityBytes = 0;
  #lookedAt = 0;
  /** A full disk, on which nothing can be forgotten either. */
  #isLate = false;

  /** Errors: `storeUnavailable`. */
  constructor(parts: BudgetParts, maxBytes: number) {
    this.#parts = parts;
    this.#maxBytes = maxBytes;
    markUsed(parts.folder);
    this.#apply();
  }

  /** What the open bank may hold. */
  get capacityBytes(): number {
    return this.#capacityBytes;
  }

  /** Errors: `storeUnavailable`. */
  set(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#apply();
  }

  /** To be called now and then. Errors: `storeUnavailable`. */
  look(): void {
    if (this.#isLate || this.#parts.clock.elapsedMs() - this.#lookedAt >= lookMs) this.#apply();
  }

  #apply(): void {
    const { folder, bank, clock } = this.#parts;
    this.#lookedAt = clock.elapsedMs();
    const othersBytes = dropOldBanks(folder, this.#maxBytes - bank.liveBytes);
    // What another window holds is not taken from this one, nor the other way round.
    const isOver = bank.liveBytes > this.#maxBytes - othersBytes;
    const wanted = isOver ? bank.liveBytes : this.#maxBytes - othersBytes;
    this.#capacityBytes = Math.min(this.#maxBytes, wanted);
    this.#isLate = bank.setCapacity(this.#capacityBytes).kind === "diskFull";
  }
}
