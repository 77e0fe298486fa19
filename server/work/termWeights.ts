/** What a term says of which round is meant. */
import type { RoundCounts } from "../workServices.ts";

/** A word that no round holds says little of which one is meant. */
const unknownShare = 0.6;

/** Returns the inverse document frequency of each term, from how many rounds hold it. */
export function termWeights(
  terms: readonly string[],
  { nRounds, nHolding }: RoundCounts,
): ReadonlyMap<string, number> {
  return new Map(
    terms.map((term, idx) => {
      const n = nHolding[idx] ?? 0;
      const weight = Math.log(1 + (nRounds - n + 0.5) / (n + 0.5));
      return [term, n === 0 ? weight * unknownShare : weight];
    }),
  );
}
