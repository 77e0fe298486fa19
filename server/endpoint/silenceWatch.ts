/** How long a language model may be silent. */
export interface ChatTimeouts {
  /** Until anything comes, with the time that loading the model and reading the prompt take. */
  readonly firstTokenMs: number;
  /** Between one token and the next. */
  readonly betweenTokensMs: number;
}

/** Suit a slow model on a laptop's processor. */
export const defaultTimeouts: ChatTimeouts = { firstTokenMs: 120_000, betweenTokensMs: 60_000 };

/** Ends a request when nothing is heard of it for too long. */
export class SilenceWatch {
  readonly #silence = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Aborted by the caller or by silence. */
  readonly signal: AbortSignal;

  constructor(cancel: AbortSignal) {
    this.signal = AbortSignal.any([cancel, this.#silence.signal]);
  }

  /** Something has to be heard within this time from now on. */
  expectWithin(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#silence.abort(), ms);
  }

  get wasSilent(): boolean {
    return this.#silence.signal.aborted;
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
