import {
  looksEnds,
  lookTools,
  partStates,
  type AnswerPlan,
  type FurtherLooks,
  type Lookup,
  type PlanPart,
} from "../protocol/plan.ts";
import {
  proseFailures,
  proseStates,
  supportFaults,
  type Prose,
  type ProseMark,
} from "../protocol/prose.ts";
import type { Citation } from "../protocol/types.ts";
import {
  isArrayOf,
  isCount,
  isObject,
  isOneOf,
  isOptional,
  isString,
  type Check,
} from "./shape.ts";

const isLooks = isObject<FurtherLooks>({
  round: isCount,
  maxRounds: isCount,
  nTokens: isCount,
  maxTokens: isCount,
  lookups: isArrayOf(
    isObject<Lookup>({
      tool: isOptional(isOneOf(...lookTools)),
      about: isString,
      nPlaces: isCount,
      nNew: isCount,
    }),
  ),
  end: isOptional(isOneOf(...looksEnds)),
});

/** The check of how a deep question was looked for. */
export const isPlan = isObject<AnswerPlan>({
  parts: isArrayOf(
    isObject<PlanPart>({ text: isString, state: isOneOf(...partStates), nPlaces: isCount }),
  ),
  round: isCount,
  maxRounds: isCount,
  followed: isArrayOf(isString),
});

/** Returns the check of what a language model wrote; `isCitation` checks what it cites. */
export function proseCheckOf(isCitation: Check<Citation>): Check<Prose> {
  return isObject<Prose>({
    model: isString,
    state: isOneOf(...proseStates),
    failure: isOptional(isOneOf(...proseFailures)),
    markdown: isString,
    citations: isArrayOf(isCitation),
    marks: isArrayOf(isObject<ProseMark>({ fault: isOneOf(...supportFaults), detail: isString })),
    nSentences: isCount,
    nSupported: isCount,
    noteIds: isOptional(isArrayOf(isString)),
    turnIds: isOptional(isArrayOf(isString)),
    looks: isOptional(isLooks),
  });
}
