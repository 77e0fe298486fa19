/** The names that a text is about, for the bank to find blocks by: the nearer to its end the more. */
import type { AskedName } from "../bank/bankTypes.ts";
import type { LmTokenizer } from "../lm/lmTokenizer.ts";
import { NameReader } from "../lm/names.ts";

/** Tokens at the end that are looked at. */
const lookedAt = 256;
/** Tokens over which a name's weight falls to half. */
const halfLife = 64;
/** The last names are what the next token goes on from. */
const nLast = 3;
const lastFactor = 2;
/** Most names that are asked for. */
const nAsked = 32;

/** Returns the names of the last tokens, each once and the heaviest first. One that the text breaks off in counts as far as it is there. */
export function askedNames(tokenizer: LmTokenizer, tokens: Uint16Array): AskedName[] {
  const last = tokens.subarray(-lookedAt);
  const names = new Map<number, number>();
  for (const { hash, at } of NameReader.of(tokenizer).namesWithPlaces(last).toReversed()) {
    if (names.has(hash)) continue;
    const factor = names.size < nLast ? lastFactor : 1;
    names.set(hash, factor * 2 ** ((at - last.length) / halfLife));
  }
  return Array.from(names, ([hash, weight]) => ({ hash, weight })).slice(0, nAsked);
}
