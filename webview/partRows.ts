/** What of a conversation is on the screen: its turns, and one line for each part that is folded. */
import { maxUnfoldedRounds, type ConversationPart } from "../protocol/context.ts";
import type { Turn } from "../protocol/types.ts";

/** A turn, or the line of a finished part, which stands above its turns when they are shown. */
export type Row =
  | { readonly kind: "turn"; readonly turn: Turn }
  | { readonly kind: "part"; readonly part: ConversationPart; readonly isFolded: boolean };

/** A part with those of its turns that have come to the page. */
interface PartTurns {
  readonly part: ConversationPart;
  readonly turns: readonly Turn[];
  /** Finished, and of a long conversation. */
  readonly mayFold: boolean;
}

/**
 * Returns the rows in order. `unfolded` holds the first turns of parts. A short conversation, and one that is about one
 * thing, is its turns alone.
 */
export function rowsOf(
  turns: readonly Turn[],
  parts: readonly ConversationPart[],
  unfolded: ReadonlySet<string>,
): Row[] {
  const rowOf = (turn: Turn): Row => ({ kind: "turn", turn });
  // Before the first answer is there, no part is known.
  if (parts.length === 0) return turns.map(rowOf);
  return partTurns(turns, parts).flatMap(({ part, turns: own, mayFold }): Row[] => {
    const rows = own.map(rowOf);
    if (!mayFold) return rows;
    const isFolded = !unfolded.has(part.firstTurnId);
    return [{ kind: "part", part, isFolded }, ...(isFolded ? [] : rows)];
  });
}

/** Returns the finished parts that are shown as a line, in order; those before the shown turns are not among them. */
export function finishedParts(
  turns: readonly Turn[],
  parts: readonly ConversationPart[],
): PartTurns[] {
  return partTurns(turns, parts).filter(({ mayFold }) => mayFold);
}

/** True when turns of an unfolded part have not come to the page. */
export function lacksTurns(
  turns: readonly Turn[],
  parts: readonly ConversationPart[],
  unfolded: ReadonlySet<string>,
): boolean {
  return finishedParts(turns, parts).some(
    ({ part, turns: own }) => unfolded.has(part.firstTurnId) && own[0]?.id !== part.firstTurnId,
  );
}

/** The page has the last turns of a conversation, so that parts are told from the end. */
function partTurns(turns: readonly Turn[], parts: readonly ConversationPart[]): PartTurns[] {
  const isLong = parts.reduce((sum, { nQuestions }) => sum + nQuestions, 0) > maxUnfoldedRounds;
  const shown: PartTurns[] = [];
  let end = turns.length;
  for (const part of parts.toReversed()) {
    const start = Math.max(
      0,
      turns.findLastIndex(({ id }, idx) => idx < end && id === part.firstTurnId),
    );
    if (end > 0)
      shown.push({ part, turns: turns.slice(start, end), mayFold: isLong && !part.isOpen });
    end = start;
  }
  return shown.toReversed();
}
