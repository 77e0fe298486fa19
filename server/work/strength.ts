/** How much is left of a memory of the work after a time without use. */

/** What is known of the use of a note or a conversation. */
export interface Use {
  readonly createdMs: number;
  /** `undefined` until it was used. */
  readonly lastUsedMs?: number;
  readonly nUses: number;
  /** A pinned one does not fade. */
  readonly isPinned: boolean;
}

const dayMs = 86_400_000;
/** Days in which what was never used falls to 1/e. */
const firstDays = 5;

/**
 * Returns what is left, 0 to 1: Ebbinghaus' curve as MemoryBank has it (Zhong et al. 2023, 4.2), e^(-t/S) with t the days
 * since the last use and a strength S that begins at one and grows by one with each use. Its program writes `-t / 5 * S`,
 * by which what is used often fades faster; the curve that its paper describes is `-t / (5 * S)`.
 */
export function strength(use: Use, nowMs: number): number {
  return use.isPinned ? 1 : Math.exp(-fadedDays(use, nowMs));
}

/**
 * Returns the exponent of the curve without its sign, larger is weaker: it still tells two memories apart whose strength
 * is too small for a number. Pins are not looked at.
 */
export function fadedDays({ createdMs, lastUsedMs, nUses }: Use, nowMs: number): number {
  const days = Math.max(0, nowMs - (lastUsedMs ?? createdMs)) / dayMs;
  return days / (firstDays * (1 + nUses));
}
