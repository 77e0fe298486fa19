/**
 * Recalls in rounds for a question that one search does not answer, after Adaptive-Note (iterative retrieval that stops
 * when a round adds nothing to its note), without a language model: what to look for next follows from the question's
 * parts and from names in the places found so far.
 */
import type { EvidenceTrace, Recall } from "../../../protocol/types.ts";
import { namesToFollow, type NameToFollow } from "./namesToFollow.ts";
import type { QuestionPart } from "./questionParts.ts";
import { RoundNote, type RoundQuery } from "./roundNote.ts";

/** Why no further round was made. */
export type RoundsEnd =
  /** One place holds nearly all of each part. */
  | "covered"
  /** The last round found no new place and no new word. */
  | "nothingNew"
  /** No part and no name is left to look for. */
  | "nothingLeft"
  | "maxRounds"
  | "outOfTime";

/** What a search of one round returns. */
export interface RoundFound {
  readonly recalls: readonly Recall[];
  /** How probable it is that the memory answers the query; absent where that is not known. */
  readonly evidence?: EvidenceTrace | undefined;
}

export interface RoundsPlan {
  /** At least one. */
  readonly parts: readonly QuestionPart[];
  /** What the whole question recalled: the first round. */
  readonly first: RoundFound;
  /** Names that notes about the parts cite: they are followed first. */
  readonly names: readonly NameToFollow[];
  readonly maxRounds: number;
  readonly budgetMs: number;
}

export interface RoundsPorts {
  /** Rejects with the signal's reason when cancelled. */
  search(query: RoundQuery): Promise<RoundFound>;
  elapsedMs(): number;
  /** Called before each round from the second on. */
  onRound(round: number, queries: readonly RoundQuery[]): void;
}

export interface Rounds {
  readonly note: RoundNote;
  readonly nRounds: number;
  readonly end: RoundsEnd;
}

/** No question gets more rounds. */
export const maxRounds = 3;
/** Names that one round follows. */
const maxNames = 3;

/** Rejects as `search` does. The budget is looked at before each search, so it is passed by one search at most. */
export async function recallInRounds(plan: RoundsPlan, ports: RoundsPorts): Promise<Rounds> {
  const { parts, first, budgetMs } = plan;
  const endMs = ports.elapsedMs() + budgetMs;
  const note = new RoundNote(parts);
  const followed = new Set<string>();
  note.add(1, { text: "", part: undefined }, first.recalls);
  if (parts.length === 1) note.weigh(0, first.evidence);
  for (let round = 2; round <= plan.maxRounds; round++) {
    const isAsked = parts.length === 1 || round > 2;
    if (isAsked && note.isCovered) return { note, nRounds: round - 1, end: "covered" };
    const queries = queriesOf(note, round, round === 2 ? plan.names : [], followed);
    if (queries.length === 0) return { note, nRounds: round - 1, end: "nothingLeft" };
    if (ports.elapsedMs() >= endMs) return { note, nRounds: round - 1, end: "outOfTime" };
    ports.onRound(round, queries);
    let gain = 0;
    for (const query of queries) {
      if (ports.elapsedMs() >= endMs) return { note, nRounds: round, end: "outOfTime" };
      const { recalls, evidence } = await ports.search(query);
      gain += note.add(round, query, recalls);
      if (query.part !== undefined && query.name === undefined) note.weigh(query.part, evidence);
    }
    if (gain === 0) return { note, nRounds: round, end: "nothingNew" };
  }
  return { note, nRounds: plan.maxRounds, end: "maxRounds" };
}

/** The second round asks each part by itself; names are followed from then on. */
function queriesOf(
  note: RoundNote,
  round: number,
  given: readonly NameToFollow[],
  followed: Set<string>,
): RoundQuery[] {
  const { parts } = note;
  const ofParts =
    round === 2 && parts.length > 1 ? parts.map(({ text }, part) => ({ text, part })) : [];
  const names = [...given, ...namesToFollow(note, followed, maxNames)].slice(0, maxNames);
  for (const { name } of names) followed.add(name);
  return [
    ...ofParts,
    ...names.map(({ name, part }) => ({
      text: `${(parts[part] as QuestionPart).text} \`${name}\``,
      part,
      name,
    })),
  ];
}
