/** Turns and a clock for tests of the conversation store. */
import type { Turn } from "../../../protocol/types.ts";
import type { Clock } from "../../../server/ports.ts";

/** A turn of the user that is done, with the given fields changed. */
export function makeTurn(fields: Partial<Turn>): Turn {
  return {
    id: "turn",
    role: "user",
    text: "",
    createdMs: 0,
    state: "done",
    citations: [],
    recalls: [],
    abstained: false,
    tiers: [],
    ...fields,
  };
}

/** A clock whose every look is one millisecond later. */
export function createTestClock(): Clock {
  let nowMs = 1_700_000_000_000;
  return { nowMs: () => nowMs++, elapsedMs: () => nowMs++ };
}
