/**
 * Texts that wait for an encoder thread. Those of the newest question go first, since somebody waits for it; when
 * there is no room, the oldest question gives way.
 */

/** One text that waits. */
export interface WaitingText<Request> {
  readonly request: Request;
  readonly idx: number;
  readonly tokens: Uint16Array;
}

/** `Request` is whom the texts belong to, by identity. */
export class EncoderQueue<Request> {
  readonly #maxTexts: number;
  /** Oldest question first; the texts of each in the order in which they were given. */
  readonly #waiting = new Map<Request, WaitingText<Request>[]>();
  #nTexts = 0;

  constructor(maxTexts: number) {
    this.#maxTexts = maxTexts;
  }

  /** Number of texts that wait. */
  get size(): number {
    return this.#nTexts;
  }

  /** Puts the texts of a new question in. Returns the questions that had to give way, perhaps this one itself. */
  add(request: Request, texts: readonly WaitingText<Request>[]): Request[] {
    this.#waiting.set(request, [...texts]);
    this.#nTexts += texts.length;
    const gone: Request[] = [];
    for (const oldest of this.#waiting.keys()) {
      if (this.#nTexts <= this.#maxTexts) break;
      this.remove(oldest);
      gone.push(oldest);
    }
    return gone;
  }

  /** Takes out the text that is to be embedded next. */
  next(): WaitingText<Request> | undefined {
    const newest = [...this.#waiting.keys()].at(-1);
    if (newest === undefined) return undefined;
    const texts = this.#waiting.get(newest) as WaitingText<Request>[];
    const text = texts.shift();
    if (text !== undefined) this.#nTexts--;
    if (texts.length === 0) this.#waiting.delete(newest);
    return text;
  }

  /** Forgets what is left of a question. */
  remove(request: Request): void {
    this.#nTexts -= this.#waiting.get(request)?.length ?? 0;
    this.#waiting.delete(request);
  }

  /** Takes every question out. */
  clear(): Request[] {
    const all = [...this.#waiting.keys()];
    this.#waiting.clear();
    this.#nTexts = 0;
    return all;
  }
}
