/** Searching what was said in conversations. */
import type { Citation } from "./types.ts";

export interface SearchTurnsParams {
  /** A question or words; “yesterday”, “in October”, “before lunch” and the like are understood as times. */
  readonly query: string;
  readonly limit: number;
  /** Only what the user said from this time on, in milliseconds since the epoch. */
  readonly afterMs?: number;
  /** Only what the user said before this time. */
  readonly beforeMs?: number;
}

/** Names one turn. */
export interface TurnPlace {
  readonly conversationId: string;
  readonly turnId: string;
}

/** A turn that was recalled, as one of a round: what the user said and what was answered. */
export interface RecalledTurn extends TurnPlace {
  /** Title of the conversation. */
  readonly title: string;
  /** Whose words `text` are: the user's, or the answer's when only that fits. */
  readonly role: "user" | "lore";
  /** The part of the turn that fits best, word for word; of an answer without its markup and code. */
  readonly text: string;
  /** When the user said their part of the round. */
  readonly createdMs: number;
  /** Larger is better; orders results of one question. */
  readonly score: number;
  /** How clearly the round is about what was asked, 0 to 1, without regard to time. */
  readonly relevance: number;
  /** What the round's answer cited then: to be checked before it is shown, as any citation. */
  readonly citations: readonly Citation[];
  /** A later turn that says something else, or the same again, about the same; absent for the newest. */
  readonly newer?: TurnPlace & { readonly createdMs: number };
}

export interface SearchTurnsResult {
  /** Best first; of those that say something about the same the newest comes first. */
  readonly turns: readonly RecalledTurn[];
  /** The time that was understood, in milliseconds since the epoch; absent when the query names none. */
  readonly span?: { readonly afterMs?: number; readonly beforeMs?: number };
}
