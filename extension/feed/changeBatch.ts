import type { FileChange } from "../../protocol/methods.ts";

/** Most changes that go into one message, so that no message takes long to write. */
const maxPerMessage = 1_000;

/** Timers as the feed needs them; tests drive them by hand. Returns the function that cancels. */
export type Schedule = (run: () => void, delayMs: number) => () => void;

/**
 * Gathers file changes for a moment and sends each file once. A flood of changes (a checkout, an install of
 * packages) becomes a few messages, one per turn of the event loop.
 */
export class ChangeBatch {
  readonly #send: (changes: readonly FileChange[]) => void;
  readonly #schedule: Schedule;
  readonly #delayMs: number;
  readonly #kinds = new Map<string, FileChange["kind"]>();
  #cancel: (() => void) | undefined;

  constructor(send: (changes: readonly FileChange[]) => void, schedule: Schedule, delayMs: number) {
    this.#send = send;
    this.#schedule = schedule;
    this.#delayMs = delayMs;
  }

  /** Adds a change of an absolute path; it is sent at most `delayMs` after the first unsent one. */
  add(file: string, kind: FileChange["kind"]): void {
    this.#kinds.set(file, merge(this.#kinds.get(file), kind));
    this.#cancel ??= this.#schedule(() => this.#flush(), this.#delayMs);
  }

  /** Drops what was not sent yet. */
  dispose(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#kinds.clear();
  }

  #flush(): void {
    this.#cancel = undefined;
    const changes: FileChange[] = [];
    for (const [file, kind] of this.#kinds) {
      changes.push({ file, kind });
      this.#kinds.delete(file);
      if (changes.length === maxPerMessage) break;
    }
    this.#send(changes);
    if (this.#kinds.size > 0) this.#cancel = this.#schedule(() => this.#flush(), 0);
  }
}

/** What two changes of one file in a row amount to. */
function merge(
  before: FileChange["kind"] | undefined,
  now: FileChange["kind"],
): FileChange["kind"] {
  if (before === "created" && now === "changed") return "created";
  if (before === "deleted" && now === "created") return "changed";
  return now;
}
