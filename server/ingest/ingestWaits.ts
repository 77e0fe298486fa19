/** Callers that wait until files are searchable, or syntax-exact. */
interface SettleWait {
  readonly refined: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}
interface RefineWait {
  readonly waiting: Set<string>;
  readonly resolve: () => void;
}

export class IngestWaits {
  readonly #settle = new Set<SettleWait>();
  readonly #refine = new Set<RefineWait>();

  /** Resolves at the next `wake` that reaches as far, rejects at `failAll`. */
  untilSettled(refined: boolean): Promise<void> {
    return new Promise((resolve, reject) => this.#settle.add({ refined, resolve, reject }));
  }

  /** Everything is searchable; with `refined` syntax-exact too. */
  wake(refined: boolean): void {
    for (const wait of [...this.#settle]) {
      if (wait.refined && !refined) continue;
      this.#settle.delete(wait);
      wait.resolve();
    }
  }

  /** Nothing will settle for now. */
  failAll(error: Error): void {
    for (const wait of this.#settle) wait.reject(error);
    this.#settle.clear();
  }

  /** Resolves when each of the paths was named to `endRefined`, or at `endAllRefined`. */
  untilRefined(paths: ReadonlySet<string>): Promise<void> {
    return new Promise((resolve) => this.#refine.add({ waiting: new Set(paths), resolve }));
  }

  /** True while somebody waits for files to become exact. */
  get hasRefineWait(): boolean {
    return this.#refine.size > 0;
  }

  /** These files are as exact as they get, or gone. */
  endRefined(paths: readonly string[]): void {
    for (const wait of [...this.#refine]) {
      for (const path of paths) wait.waiting.delete(path);
      if (wait.waiting.size > 0) continue;
      this.#refine.delete(wait);
      wait.resolve();
    }
  }

  /** Nothing will be refined for now, so nobody shall wait for it. */
  endAllRefined(): void {
    for (const { resolve } of this.#refine) resolve();
    this.#refine.clear();
  }
}
