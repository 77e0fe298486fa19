/** The rounds of a conversation: what was asked, what was answered, and the places that the answer rests on. */
import type { Citation } from "../../protocol/types.ts";
import type { TurnOutline } from "../workServices.ts";

/** A question with the answers to it. */
export interface Round {
  readonly turnIds: readonly string[];
  readonly question: string;
  /** The answers' markdown with the citations that it refers to; mostly one. */
  readonly answers: readonly { readonly text: string; readonly citations: readonly Citation[] }[];
  /** The selected code's file, absolute; `null` when none was selected. */
  readonly selectedFile: string | null;
  /** Those of all answers. */
  readonly citations: readonly Citation[];
  readonly startMs: number;
  readonly endMs: number;
}

/** Returns the rounds in order. An answer without a question, left by a process that died, is a round of its own. */
export function roundsOf(turns: readonly TurnOutline[]): Round[] {
  return byQuestion(turns).map(roundOf);
}

/** Returns each question with what follows it up to the next one; what stands in front of the first is a group too. */
export function byQuestion<T extends Pick<TurnOutline, "role">>(turns: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (const turn of turns) {
    const last = groups.at(-1);
    if (turn.role === "user" || last === undefined) groups.push([turn]);
    else last.push(turn);
  }
  return groups;
}

function roundOf(turns: readonly TurnOutline[]): Round {
  const asked = turns.find(({ role }) => role === "user");
  const answers = turns.filter(({ role }) => role === "lore");
  const times = turns.map(({ createdMs }) => createdMs);
  return {
    turnIds: turns.map(({ id }) => id),
    question: asked?.text ?? "",
    answers: answers.map(({ text, citations }) => ({ text, citations })),
    selectedFile: asked?.selectedFile ?? null,
    citations: answers.flatMap(({ citations }) => citations),
    startMs: times[0] ?? 0,
    endMs: Math.max(...times),
  };
}
