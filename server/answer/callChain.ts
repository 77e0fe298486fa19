/** Finds how calls lead from one definition to another, by name, over what the memory knows of uses. */
import type { Recall } from "../../protocol/types.ts";
import { recallUses, type Ask } from "./ask.ts";
import { Reading } from "./reading.ts";
import { useLinesOf, type UseLine } from "./useLines.ts";
import { calledNames, probablyMeans, type CallTarget } from "./callGuess.ts";

/** One step: `caller` uses `callee` in the recalled place. */
export interface CallStep {
  readonly caller: CallEnd;
  readonly callee: CallEnd;
  readonly recall: Recall;
}

/** How two definitions are connected. */
export type CallChain =
  /** One leads to the other; `steps` are in the order of the calls. */
  | { readonly kind: "chain"; readonly steps: readonly CallStep[]; readonly isReversed: boolean }
  /** A third definition leads to both. */
  | {
      readonly kind: "common";
      readonly caller: string;
      readonly toFrom: readonly CallStep[];
      readonly toTo: readonly CallStep[];
    }
  /** `isCut`: the search ended at its limit and not because nothing was left to follow. */
  | { readonly kind: "none"; readonly isCut: boolean };

/** How many calls a chain may be long. */
export const maxHops = 4;
const maxLookups = 40;
/** Nobody waits longer for a chain that may not exist. */
const maxSearchMs = 1500;
const maxCallersFollowed = 12;

/** A definition as a step of a chain. */
export type CallEnd = CallTarget;

/** For each definition that was reached going up from an end: the step that leads down towards that end. */
type Reached = Map<string, { readonly end: CallEnd; readonly step: CallStep | undefined }>;

/**
 * Follows callers upwards from the ends until they meet. Each end is one or more definitions that it may
 * stand for, best first; an earlier one is preferred to a shorter chain.
 */
export async function findChain(
  ask: Ask,
  from: readonly CallEnd[],
  to: readonly CallEnd[],
): Promise<CallChain> {
  const callers = new Callers(ask);
  const toReached: Reached[] = [];
  for (const end of to) {
    const reached = await callers.above(end);
    const start = firstReached(from, reached);
    if (start !== undefined)
      return { kind: "chain", steps: stepsDown(reached, start), isReversed: false };
    toReached.push(reached);
  }
  const fromReached: Reached[] = [];
  for (const start of from) {
    const reached = await callers.above(start);
    const end = firstReached(to, reached);
    if (end !== undefined)
      return { kind: "chain", steps: stepsDown(reached, end), isReversed: true };
    fromReached.push(reached);
  }
  for (const above of toReached) {
    for (const other of fromReached) {
      const meeting = [...above].find(([key]) => other.has(key))?.[1].end;
      if (meeting === undefined) continue;
      return {
        kind: "common",
        caller: meeting.name,
        toFrom: stepsDown(other, meeting),
        toTo: stepsDown(above, meeting),
      };
    }
  }
  return { kind: "none", isCut: callers.isSpent };
}

/** Returns the first of the ends that was reached, or what was reached inside of it. */
function firstReached(ends: readonly CallEnd[], reached: Reached): CallEnd | undefined {
  for (const end of ends) {
    if (reached.has(keyOf(end))) return end;
    for (const { end: inner, step } of reached.values()) {
      const isInside = inner.path === end.path && inner.container.split(".").includes(end.name);
      if (isInside && step !== undefined) return inner;
    }
  }
  return undefined;
}

function keyOf({ name, path }: CallEnd): string {
  return `${name}\0${path}`;
}

/** The callers of definitions, each looked up once, up to `maxLookups` in all. */
class Callers {
  readonly #ask: Ask;
  readonly #steps = new Map<string, readonly CallStep[]>();
  readonly #endMs: number;

  constructor(ask: Ask) {
    this.#ask = ask;
    this.#endMs = ask.ports.clock.elapsedMs() + maxSearchMs;
  }

  /** True when no further look-up is made. */
  get isSpent(): boolean {
    return this.#steps.size >= maxLookups || this.#ask.ports.clock.elapsedMs() > this.#endMs;
  }

  /** Returns everything that leads to a definition within `maxHops`, nearest first, itself included. */
  async above(end: CallEnd): Promise<Reached> {
    const reached: Reached = new Map([[keyOf(end), { end, step: undefined }]]);
    let frontier = [end];
    for (let hop = 0; hop < maxHops && frontier.length > 0; hop++) {
      const next: CallEnd[] = [];
      for (const callee of frontier) {
        for (const step of await this.#callersOf(callee)) {
          if (reached.has(keyOf(step.caller))) continue;
          reached.set(keyOf(step.caller), { end: step.caller, step });
          next.push(step.caller);
          // Whoever calls the function around a caller leads to it as well.
          const around = functionAround(step.caller);
          if (around === undefined || reached.has(keyOf(around))) continue;
          reached.set(keyOf(around), { end: around, step });
          next.push(around);
        }
      }
      frontier = next;
    }
    return reached;
  }

  /** Tests call everything, so they lead nowhere and are left out. */
  async #callersOf(callee: CallEnd): Promise<readonly CallStep[]> {
    const known = this.#steps.get(keyOf(callee));
    if (known !== undefined || this.isSpent) return known ?? [];
    const byCaller = new Map<string, CallStep>();
    const uses = await recallUses(this.#ask, callee.name, 30);
    const reading = new Reading(this.#ask.ports.source);
    for (const recall of uses) {
      const { symbol, path } = recall.citation;
      if (symbol === undefined || symbol.name === callee.name || recall.role !== "source") continue;
      const caller = { name: symbol.name, path, container: symbol.container };
      if (
        byCaller.size >= maxCallersFollowed ||
        byCaller.has(keyOf(caller)) ||
        callOf(reading, recall, callee) === undefined
      )
        continue;
      byCaller.set(keyOf(caller), { caller, callee, recall });
    }
    const steps = [...byCaller.values()];
    this.#steps.set(keyOf(callee), steps);
    return steps;
  }
}

/** A type is written with a capital; what calls it makes one, and calls none of its methods yet. */
function functionAround({ container, path }: CallEnd): CallEnd | undefined {
  const [outermost = ""] = container.split(".");
  return /^[_$]*\p{Ll}/u.test(outermost) ? { name: outermost, path, container: "" } : undefined;
}

/** Returns the line of a recalled place that probably calls the target, as it is now; `undefined` when none does. */
export function callOf(reading: Reading, recall: Recall, callee: CallEnd): UseLine | undefined {
  const place = reading.place(recall);
  if (place === undefined) return undefined;
  return useLinesOf(place, callee).find((use) => {
    const called = calledNames(use.text).find(({ name }) => name === callee.name);
    return called !== undefined && probablyMeans(called, recall.citation.path, callee);
  });
}

function stepsDown(reached: Reached, from: CallEnd): CallStep[] {
  const steps: CallStep[] = [];
  for (
    let step = reached.get(keyOf(from))?.step;
    step !== undefined;
    step = reached.get(keyOf(step.callee))?.step
  ) {
    steps.push(step);
  }
  return steps;
}
