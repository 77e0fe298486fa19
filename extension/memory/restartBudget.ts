/** How many restarts are allowed within `windowMs` (architecture.md: 4 in 3 minutes). */
const maxRestarts = 4;
const windowMs = 3 * 60_000;

/** Decides whether a server that died may be started again without asking the user. */
export class RestartBudget {
  readonly #nowMs: () => number;
  #takenMs: number[] = [];

  /** `nowMs` is a monotonic clock in milliseconds. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Takes one restart from the budget. Returns false, taking nothing, when it is used up. */
  take(): boolean {
    const now = this.#nowMs();
    this.#takenMs = this.#takenMs.filter((takenMs) => now - takenMs < windowMs);
    if (this.#takenMs.length >= maxRestarts) return false;
    this.#takenMs.push(now);
    return true;
  }

  /** Restarts taken within the window that ends now. */
  get nTaken(): number {
    return this.#takenMs.length;
  }

  /** Forgets earlier restarts, for when the user asks for a new start. */
  reset(): void {
    this.#takenMs = [];
  }
}
