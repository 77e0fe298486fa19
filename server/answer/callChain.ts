/** Finds how calls lead from one definition to another, by name, over what the memory knows of uses. */
import type { Recall } from "../../protocol/types.ts";
import { recallUses, type Ask } from "./ask.ts";
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
  | { readonly kind: "none" };

/** How many calls a chain may be long. */
export const maxHops = 4;
const maxLookups = 60;
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
    const start = from.find((each) => reached.has(keyOf(each)));
    if (start !== undefined)
      return { kind: "chain", steps: stepsDown(reached, start), isReversed: false };
    toReached.push(reached);
  }
  const fromReached: Reached[] = [];
  for (const start of from) {
    const reached = await callers.above(start);
    const end = to.find((each) => reached.has(keyOf(each)));
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
  return { kind: "none" };
}

function keyOf({ name, path }: CallEnd): string {
  return `${name}\0${path}`;
}

/** The callers of definitions, each looked up once, up to `maxLookups` in all. */
class Callers {
  readonly #ask: Ask;
  readonly #steps = new Map<string, readonly CallStep[]>();

  constructor(ask: Ask) {
    this.#ask = ask;
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
        }
      }
      frontier = next;
    }
    return reached;
  }

  /** Tests call everything, so they lead nowhere and are left out. */
  async #callersOf(callee: CallEnd): Promise<readonly CallStep[]> {
    const known = this.#steps.get(keyOf(callee));
    if (known !== undefined || this.#steps.size >= maxLookups) return known ?? [];
    const byCaller = new Map<string, CallStep>();
    for (const recall of await recallUses(this.#ask, callee.name, 30)) {
      const { symbol, path } = recall.citation;
      if (symbol === undefined || symbol.name === callee.name || recall.role !== "source") continue;
      const caller = { name: symbol.name, path, container: symbol.container };
      if (
        byCaller.size >= maxCallersFollowed ||
        byCaller.has(keyOf(caller)) ||
        !probablyCalls(recall, callee)
      )
        continue;
      byCaller.set(keyOf(caller), { caller, callee, recall });
    }
    const steps = [...byCaller.values()];
    this.#steps.set(keyOf(callee), steps);
    return steps;
  }
}

function probablyCalls(recall: Recall, callee: CallEnd): boolean {
  const called = calledNames(recall.text).find(({ name }) => name === callee.name);
  return called !== undefined && probablyMeans(called, recall.citation.path, callee);
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
