import type { Citation } from "../../protocol/types.ts";

/**
 * Shortest time between two pieces of an answer. Each piece is written to the conversation before it is
 * sent, so this also bounds the writes.
 */
export const pieceIntervalMs = 125;

/**
 * Gathers the words of an answer into pieces: the first goes out at once, the others at most every
 * `pieceIntervalMs`.
 */
export class AnswerStream {
  readonly #deliver: (markdown: string, citations: readonly Citation[]) => void;
  #markdown = "";
  #citations: Citation[] = [];
  #timer: NodeJS.Timeout | undefined;
  #failure: { readonly error: unknown } | undefined;
  #closed = false;

  /** `deliver` is called in order; what it throws in a timer is thrown by the next `add` or `end`. */
  constructor(deliver: (markdown: string, citations: readonly Citation[]) => void) {
    this.#deliver = deliver;
  }

  /** Adds to the answer. Without effect after the end. */
  add(markdown: string, citations: readonly Citation[]): void {
    this.#rethrow();
    if (this.#closed) return;
    this.#markdown += markdown;
    this.#citations.push(...citations);
    if (this.#timer === undefined) this.#send();
  }

  /** Delivers what is left. */
  end(): void {
    this.close();
    this.#rethrow();
    this.#flush();
  }

  /** Stops without delivering what is left. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #send(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#markdown === "" && this.#citations.length === 0) return;
      try {
        this.#send();
      } catch (error) {
        // A failure of the store must end the request, and a timer has nobody to tell.
        this.#failure = { error };
        this.close();
      }
    }, pieceIntervalMs);
    this.#flush();
  }

  #flush(): void {
    const markdown = this.#markdown;
    const citations = this.#citations;
    if (markdown === "" && citations.length === 0) return;
    this.#markdown = "";
    this.#citations = [];
    this.#deliver(markdown, citations);
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
