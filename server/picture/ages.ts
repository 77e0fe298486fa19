/** How ages are counted: in the steps of the picture, youngest first. */
import { ageSteps } from "../../protocol/picture.ts";

const dayMs = 86_400_000;

/** Returns the times at which the steps of ages end, youngest first: what is later than the first is of the first step. */
export function ageEdges(nowMs: number): readonly number[] {
  return ageSteps.map((days) => nowMs - days * dayMs);
}

/** Returns how many of some times fall into each step; what lies in the future is of the first one. */
export function countAges(timesMs: readonly number[], edges: readonly number[]): number[] {
  const counts = Array.from({ length: edges.length + 1 }, () => 0);
  for (const timeMs of timesMs) {
    const step = edges.findIndex((edge) => timeMs > edge);
    const at = step < 0 ? edges.length : step;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}
