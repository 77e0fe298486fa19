/** What waits to be read, how far the present fill has come, and since when it runs. */
import type { Clock } from "../ports.ts";
import type { LedgerEntry } from "./fileLedger.ts";
import { FillProgress } from "./fillProgress.ts";
import { WorkQueue } from "./workQueue.ts";

/** So long after its start the user is thought to wait for the first results of a fill. */
const youngMs = 3_000;

export class Backlog {
  readonly queue = new WorkQueue();
  readonly progress = new FillProgress();
  readonly #clock: Clock;
  #fillStartMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins a new fill. */
  startFill(): void {
    this.progress.restart();
    this.#fillStartMs = this.#clock.elapsedMs();
  }

  /** True while the user waits for the first results of a fill. */
  get isYoung(): boolean {
    return this.#clock.elapsedMs() - this.#fillStartMs < youngMs;
  }

  /** True when no file waits to become searchable. */
  get isSearchable(): boolean {
    return this.queue.nUrgent + this.queue.nFill === 0;
  }

  /** The file is to be read, for the first time or again. */
  add(entry: LedgerEntry, lane: "urgent" | "fill", exact: boolean): void {
    // Whatever is under way for this file was read before it changed.
    entry.ticket = 0;
    if (entry.outcome !== "remembered") entry.outcome = "pending";
    const { path } = entry;
    const before = this.queue.waitingBytes(path) ?? 0;
    if (this.queue.add(path, Math.max(0, entry.version.sizeBytes), lane, exact))
      this.progress.expect((this.queue.waitingBytes(path) ?? 0) - before);
  }

  /** Moves a file that waits for the syntax pass before everything else. */
  hurry(path: string): void {
    const sizeBytes = this.queue.waitingBytes(path) ?? 0;
    this.queue.add(path, sizeBytes, "urgent", true);
    this.progress.expect(sizeBytes);
  }

  /** A file that waited need not be read any more. */
  drop(path: string): void {
    this.progress.finish(this.queue.waitingBytes(path) ?? 0);
    this.queue.remove(path);
  }
}
