/** Questions with two answers: the comments of two functions of different files, one of which calls the other. */
import path from "node:path";
import { shuffled } from "../questions.ts";
import { readSource } from "../trees.ts";
import { readEvalSet } from "./evalSet.ts";
import type { EvalQuestion } from "./metric.ts";

type Relevant = EvalQuestion["relevant"][number];

/**
 * `both`: the two comments, joined by words that say that two things are asked. `plain`: joined by "and" alone.
 * `hinted`: the caller's comment and the last words of the other one, so that it is mostly the call that leads there.
 */
export const roundsKinds = ["both", "plain", "hinted"] as const;
export type RoundsKind = (typeof roundsKinds)[number];

export interface RoundsCase {
  readonly kind: RoundsKind;
  readonly query: string;
  /** Of the caller, and of what it calls. */
  readonly relevant: readonly [Relevant, Relevant];
}

export interface RoundsTree {
  readonly name: string;
  readonly treeDir: string;
  readonly cases: readonly RoundsCase[];
}

interface Commented {
  readonly query: string;
  readonly symbol: string;
  readonly lines: Relevant;
}

const minName = 4;
const maxPairs = 6;
const nHintWords = 3;

/**
 * Returns the trees of a set (see `readEvalSet`) that have such pairs; the comments are blanked in them. The same set gives
 * the same questions.
 */
export function readRoundsTrees(setDir: string): RoundsTree[] {
  return readEvalSet(setDir, setDir).flatMap(({ name, treeDir, questions }, seed) => {
    const commented = questions.flatMap(({ query, symbol, relevant: [lines] }): Commented[] =>
      symbol === undefined || lines?.startLine === undefined ? [] : [{ query, symbol, lines }],
    );
    const pairs = shuffled(pairsOf(commented, treeDir), seed).slice(0, maxPairs);
    const cases = pairs.flatMap(([caller, callee]) => casesOf(caller, callee));
    return cases.length === 0 ? [] : [{ name, treeDir, cases }];
  });
}

function pairsOf(
  commented: readonly Commented[],
  treeDir: string,
): (readonly [Commented, Commented])[] {
  const named = Map.groupBy(commented, ({ symbol }) => symbol);
  return commented.flatMap((caller) => {
    const text = readSource(path.join(treeDir, caller.lines.path)) ?? "";
    const { startLine = 1, endLine = startLine } = caller.lines;
    const body = text
      .split("\n")
      .slice(startLine - 1, endLine)
      .join("\n");
    const called = new Set([...body.matchAll(/([A-Za-z_$][\w$]*)\s*\(/g)].map(([, name]) => name));
    return [...called].flatMap((name) => {
      const [callee, ...others] = named.get(name ?? "") ?? [];
      const isPair =
        callee !== undefined &&
        others.length === 0 &&
        callee.symbol.length >= minName &&
        callee.lines.path !== caller.lines.path;
      return isPair ? [[caller, callee] as const] : [];
    });
  });
}

function casesOf(caller: Commented, callee: Commented): RoundsCase[] {
  const relevant = [caller.lines, callee.lines] as const;
  const first = lowered(caller.query);
  const second = lowered(callee.query);
  const hint = callee.query.split(/\s+/).slice(-nHintWords).join(" ");
  return [
    { kind: "both", query: `How does it ${first}, and then ${second}?`, relevant },
    { kind: "plain", query: `${caller.query} and ${second}`, relevant },
    { kind: "hinted", query: `How does it ${first}, and what about ${hint}?`, relevant },
  ];
}

function lowered(sentence: string): string {
  return `${sentence[0]?.toLowerCase() ?? ""}${sentence.slice(1)}`;
}
