import { bytesOf, type MemoryState, stateName } from "../memory/memoryState.ts";

/**
 * How much of a fill is done. While folders are still being listed the known bytes grow, so the plain
 * quotient would fall now and then; what is shown never does within a fill.
 */
export class FillProgress {
  #percent: number | undefined;

  /** Whole percent between 0 and 99 while the memory fills, `undefined` when it does not or too little is known. */
  update(state: MemoryState): number | undefined {
    if (state.kind !== "open" || stateName(state) !== "filling") {
      this.#percent = undefined;
      return undefined;
    }
    const { bytesDone, bytesKnown } = bytesOf(state.status);
    const listing = state.status.roots.some((r) => r.state === "opening" || r.state === "scanning");
    // A quotient of a list that has only begun would jump to a high number and stay there.
    if (bytesKnown > 0 && (!listing || this.#percent !== undefined)) {
      const now = Math.min(99, Math.floor((100 * bytesDone) / bytesKnown));
      this.#percent = Math.max(this.#percent ?? 0, now);
    }
    return this.#percent;
  }
}
