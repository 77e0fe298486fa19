import type { Schedule } from "../../extension/feed/changeBatch.ts";

interface Entry {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Timers that run when a test moves the clock. */
export class ManualSchedule {
  nowMs = 0;
  #entries: Entry[] = [];

  readonly schedule: Schedule = (run, delayMs) => {
    const entry = { dueMs: this.nowMs + delayMs, run };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  };

  /** Moves the clock and runs what falls due on the way, in order. */
  advance(byMs: number): void {
    const endMs = this.nowMs + byMs;
    for (;;) {
      const next = this.#entries
        .filter(({ dueMs }) => dueMs <= endMs)
        .sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined) break;
      this.#entries = this.#entries.filter((entry) => entry !== next);
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.run();
    }
    this.nowMs = endMs;
  }
}
