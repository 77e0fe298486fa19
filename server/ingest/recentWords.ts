/**
 * The words that a chunk has had so far, as places in its text. Most words of a chunk come again in it, and
 * this small table, which fits the processor's nearest cache, spares the large one the question.
 */
import type { Units } from "./wordTable.ts";

const nSlots = 1 << 10;
/** Numbers that a slot takes: mark, hash, start and end. */
const width = 4;

export class RecentWords {
  readonly #slots = new Int32Array(nSlots * width);
  /** Chunk number and column in one; what was marked with a lower one is forgotten. */
  #mark = 0;

  /** Begins a new text or a new chunk. */
  forget(): void {
    this.#mark += 2;
    if (this.#mark >= 0x7fff_fffe) {
      this.#slots.fill(0);
      this.#mark = 2;
    }
  }

  /**
   * True when the word `units[start, end)` was asked for before in this column, 0 or 1. It is told so from
   * now on, unless another word takes its place.
   */
  holds(units: Units, start: number, end: number, hash: number, column: 0 | 1): boolean {
    const slots = this.#slots;
    const slot = width * ((hash ^ (hash >>> 10)) & (nSlots - 1));
    const mark = this.#mark + column;
    if (slots[slot] === mark && slots[slot + 1] === hash) {
      const from = slots[slot + 2] as number;
      if ((slots[slot + 3] as number) - from === end - start) {
        let i = 0;
        while (start + i < end && units[from + i] === units[start + i]) i++;
        if (start + i === end) return true;
      }
    }
    slots[slot] = mark;
    slots[slot + 1] = hash;
    slots[slot + 2] = start;
    slots[slot + 3] = end;
    return false;
  }
}
