import type { Schedule } from "../feed/changeBatch.ts";

/** Runs something again and again while there is reason to: one run at a time, with a pause between two. */
export class PacedWork {
  readonly #work: () => Promise<void>;
  readonly #schedule: Schedule;
  readonly #pauseMs: number;
  readonly #onFailure: () => void;
  #running: Promise<void> | undefined;
  #cancelPause: (() => void) | undefined;
  #wanted = false;
  #failure: { readonly error: unknown } | undefined;

  /** `onFailure` is called once, when a run has failed; nothing runs after it. */
  constructor(
    work: () => Promise<void>,
    onFailure: () => void,
    schedule: Schedule,
    pauseMs: number,
  ) {
    this.#work = work;
    this.#onFailure = onFailure;
    this.#schedule = schedule;
    this.#pauseMs = pauseMs;
  }

  /** There is something to do: now, or when the present run and the pause after it are over. */
  request(): void {
    this.#wanted = true;
    if (this.#running === undefined && this.#cancelPause === undefined) this.#run();
  }

  /** Resolves when the present run is over; no other one begins. Errors: that of the run that failed. */
  async settle(): Promise<void> {
    this.#wanted = false;
    await this.#running;
    this.#cancelPause?.();
    this.#cancelPause = undefined;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #run(): void {
    if (!this.#wanted || this.#failure !== undefined) return;
    this.#wanted = false;
    this.#running = this.#work()
      .catch((error: unknown) => {
        this.#failure = { error };
        this.#onFailure();
      })
      .then(() => {
        this.#running = undefined;
        this.#cancelPause = this.#schedule(() => {
          this.#cancelPause = undefined;
          this.#run();
        }, this.#pauseMs);
      });
  }
}
