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

/** Returns the days since something was used, or written when it never was, 0 for one of the future. */
export function daysUnused({ createdMs, lastUsedMs }: Use, nowMs: number): number {
  return Math.max(0, nowMs - (lastUsedMs ?? createdMs)) / dayMs;
}

/** Returns the exponent of the curve without its sign, larger is weaker. Pins are not looked at. */
export function fadedDays(use: Use, nowMs: number): number {
  return daysUnused(use, nowMs) / (firstDays * (1 + use.nUses));
}
