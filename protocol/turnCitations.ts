import type { Citation, Turn } from "./types.ts";

/**
 * Returns all that a turn cites: the answer's own citations, then those of what a language model wrote over it. What
 * the chat says of a citation by its index counts in this order.
 */
export function citationsOf(turn: Turn): readonly Citation[] {
  return turn.prose === undefined ? turn.citations : [...turn.citations, ...turn.prose.citations];
}
