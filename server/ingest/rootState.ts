/** What the status of a root says beside its counts: the state it is in, and the notices that hold. */
import type { Notice } from "../../protocol/notices.ts";
import type { RootStatus } from "../../protocol/types.ts";

export class RootState {
  readonly #changed: () => void;
  #state: RootStatus["state"] = "opening";
  #notices: readonly Notice[] = [];

  /** `changed` is called whenever the state or a notice changed, except for notices that are withdrawn. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get state(): RootStatus["state"] {
    return this.#state;
  }
  get notices(): readonly Notice[] {
    return this.#notices;
  }

  /** A failed root stays so until `recover`. */
  set(state: Exclude<RootStatus["state"], "failed">): void {
    if (this.#state !== "failed") this.#put(state);
  }

  /** The store cannot be used. */
  fail(notice: Notice): void {
    this.notify(notice);
    this.#put("failed");
  }

  /** The store is open again; until everything is written, what the notice says may still be so. */
  recover(state: "opening" | "paused"): void {
    this.#put(state);
  }

  /** All that is known was written to the store. */
  written(): void {
    this.withdraw("diskFull");
    this.withdraw("stalled");
  }

  /** Shows a notice in place of an older one of its kind. */
  notify(notice: Notice): void {
    this.withdraw(notice.kind);
    this.#notices = [...this.#notices, notice];
    this.#changed();
  }

  /** What the notice said does not hold any more. */
  withdraw(kind: Notice["kind"]): void {
    this.#notices = this.#notices.filter((notice) => notice.kind !== kind);
  }

  #put(state: RootStatus["state"]): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#changed();
  }
}
