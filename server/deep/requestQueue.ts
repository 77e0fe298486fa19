/** Requests one after the other: a sequence of the model does one thing at a time. */

export class RequestQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs when those before are over. A request that was cancelled while it waited is not begun: AbortError. */
  run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const next = this.#last.then(() => {
      signal.throwIfAborted();
      return work();
    });
    this.#last = next.catch(() => undefined);
    return next;
  }
}
