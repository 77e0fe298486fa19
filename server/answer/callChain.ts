/** Finds how calls lead from one definition to another, by name, over what the memory knows of uses. */
import type { Recall } from "../../protocol/types.ts";
import { recallUses, type Ask } from "./ask.ts";

/** One step: `caller` uses `callee` in the recalled place. */
export interface CallStep {
  readonly caller: string;
  readonly callee: string;
  readonly recall: Recall;
}

/** How two definitions are connected. */
export type CallChain =
  /** One leads to the other; `steps` are in the order of the calls. */
  | { readonly kind: "chain"; readonly steps: readonly CallStep[] }
  /** A third definition leads to both. */
  | {
      readonly kind: "common";
      readonly caller: string;
      readonly toFrom: readonly CallStep[];
      readonly toTo: readonly CallStep[];
    }
  | { readonly kind: "none" };

export const maxHops = 4;
const maxLookups = 40;
const maxCallersFollowed = 12;

/** For each name that was reached going up from an end: the step that leads down towards that end. */
type Reached = Map<string, CallStep | undefined>;

/** Follows callers upwards from both ends until they meet; at most `maxHops` from each. */
export async function findChain(ask: Ask, from: string, to: string): Promise<CallChain> {
  const fromReached: Reached = new Map([[from, undefined]]);
  const toReached: Reached = new Map([[to, undefined]]);
  let fromFrontier = [from];
  let toFrontier = [to];
  let lookups = 0;
  for (let hop = 0; hop < maxHops; hop++) {
    const up = async (frontier: readonly string[], reached: Reached): Promise<string[]> => {
      const next: string[] = [];
      for (const name of frontier) {
        if (lookups >= maxLookups) break;
        lookups++;
        next.push(...(await climb(ask, name, reached)));
      }
      return next;
    };
    // A chain between the ends says more than a third caller of both, so the target's side goes first.
    toFrontier = await up(toFrontier, toReached);
    if (toReached.has(from)) return { kind: "chain", steps: stepsDown(toReached, from) };
    fromFrontier = await up(fromFrontier, fromReached);
    if (fromReached.has(to)) return { kind: "chain", steps: stepsDown(fromReached, to) };
    if (toFrontier.length + fromFrontier.length === 0) break;
  }
  for (const name of toReached.keys()) {
    if (!fromReached.has(name)) continue;
    return {
      kind: "common",
      caller: name,
      toFrom: stepsDown(fromReached, name),
      toTo: stepsDown(toReached, name),
    };
  }
  return { kind: "none" };
}

/** Adds the callers of a name; returns those that are new. Tests call everything, so they lead nowhere. */
async function climb(ask: Ask, name: string, reached: Reached): Promise<string[]> {
  const added: string[] = [];
  for (const recall of await recallUses(ask, name, 30)) {
    const caller = recall.citation.symbol?.name;
    if (caller === undefined || reached.has(caller) || recall.role !== "source") continue;
    if (added.length >= maxCallersFollowed) break;
    reached.set(caller, { caller, callee: name, recall });
    added.push(caller);
  }
  return added;
}

function stepsDown(reached: Reached, from: string): CallStep[] {
  const steps: CallStep[] = [];
  for (let step = reached.get(from); step !== undefined; step = reached.get(step.callee))
    steps.push(step);
  return steps;
}
