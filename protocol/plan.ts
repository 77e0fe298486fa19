/** How a deep question is looked for: its parts while the memory works on them, and what a language model asked for. */

/** What became of a part of a question. */
export const partStates = ["waiting", "looking", "done", "nothing"] as const;

/** One thing that a question asks. */
export interface PlanPart {
  /** In the question's words, shortened. */
  readonly text: string;
  readonly state: (typeof partStates)[number];
  /** Places that are told of it; 0 before it is done. */
  readonly nPlaces: number;
}

/** The parts of a deep question, and the rounds made for them without a language model. */
export interface AnswerPlan {
  /** In the question's order, at least one. */
  readonly parts: readonly PlanPart[];
  /** The round under way, or the last one, from 1. */
  readonly round: number;
  readonly maxRounds: number;
  /** Names of the code that the rounds followed, as it spells them. */
  readonly followed: readonly string[];
}

/** The tools that a language model may use while it answers a deep question: they read, and nothing else. */
export const lookTools = ["search_memory", "read_memory", "find_usages"] as const;
export type LookTool = (typeof lookTools)[number];

/** One call of a tool, as people are told of it. */
export interface Lookup {
  /** Absent when the model called a tool that it was not offered. */
  readonly tool?: LookTool;
  /** The question, path or name that was asked for, on one line; `""` when the call could not be read. */
  readonly about: string;
  /** Places that it led to, and how many of them the model had not seen. */
  readonly nPlaces: number;
  readonly nNew: number;
}

/** Why a language model was offered no further look. */
export const looksEnds = [
  /** It answered without one. */
  "answered",
  /** A round brought no new evidence. */
  "nothingNew",
  /** The tokens are used up. */
  "budget",
  "maxRounds",
] as const;

/** How far a language model looked further. */
export interface FurtherLooks {
  /** The round under way, or the last one; the first one reads what was recalled. */
  readonly round: number;
  readonly maxRounds: number;
  /** Of the prompt and of what the tools gave, and how many these may be. */
  readonly nTokens: number;
  readonly maxTokens: number;
  readonly lookups: readonly Lookup[];
  /** Absent while it may still look. */
  readonly end?: (typeof looksEnds)[number];
}

/** Longest text of a part, and longest `about`, in UTF-16 units; most parts, names and lookups. */
export const maxPlanText = 200;
export const maxPlanItems = 100;
