/**
 * What of many texts goes into a budget of tokens. The controller of SCM (Wang et al. 2023) lets each earlier turn in
 * whole, as a summary or not at all; here a rule does, without a language model: greedily by value per token.
 */
import type { ContextSource } from "../../protocol/context.ts";

/** Tokens of a text in whole numbers. */
export type CountTokens = (text: string) => number;

/** A text that may go in. */
export interface ContextCandidate {
  readonly source: ContextSource;
  /** What it is worth whole, larger is better. */
  readonly value: number;
  readonly text: string;
  /** Its first lines say something without the others. */
  readonly mayBeCut: boolean;
  /** It says nothing that these do not say when all of them are in. */
  readonly coveredBy?: readonly ContextCandidate[];
  /** Returns it, or its first lines, as it stands in the prompt, with where it is from. */
  readonly block: (text: string, isCut: boolean) => string;
}

/** A candidate that is in. */
export interface PackedItem {
  readonly candidate: ContextCandidate;
  readonly text: string;
  readonly block: string;
  readonly nTokens: number;
  readonly isCut: boolean;
}

/** Notes and messages of commits are both what somebody wrote about the code. */
type Group = "note" | "conversation" | "code";

/**
 * At first no group takes more than its share among those that are there, so that a long conversation leaves room for
 * code, and code for notes.
 */
const shares: Readonly<Record<Group, number>> = { note: 0.2, conversation: 0.4, code: 0.4 };
/** What is short is not better for it, nor what is long worse: the best place is often a long one. */
const minCountedTokens = 80;
const maxCountedTokens = 320;
/** Stands behind each text. */
const separator = "\n\n";
/** A beginning of fewer lines says nothing. */
const minLines = 3;

/**
 * Returns what goes into `maxTokens`, in the order of the candidates; of the conversation no more than its share of them,
 * 0 to 1. No text is cut in the middle of a line.
 */
export function packContext(
  candidates: readonly ContextCandidate[],
  maxTokens: number,
  count: CountTokens,
  maxConversation = 1,
): PackedItem[] {
  const whole = candidates.map((candidate) => wholeItem(candidate, count));
  const bestFirst = whole.toSorted((a, b) => density(b) - density(a));
  const chosen = new Map<ContextCandidate, PackedItem>();
  const used = (group?: Group): number =>
    [...chosen.values()]
      .filter(({ candidate }) => group === undefined || groupOf(candidate) === group)
      .reduce((sum, { nTokens }) => sum + nTokens, 0);
  const roomFor = (group: Group): number => {
    const left = maxTokens - used();
    if (group !== "conversation") return left;
    return Math.min(left, maxTokens * maxConversation - used(group));
  };
  const groups = new Set(candidates.map(groupOf));
  const present = [...groups].reduce((sum, group) => sum + shares[group], 0);
  for (const item of bestFirst) {
    const group = groupOf(item.candidate);
    const share = (maxTokens * shares[group]) / present;
    const room = Math.min(roomFor(group), share - used(group));
    if (item.nTokens <= room) chosen.set(item.candidate, item);
  }
  dropCovered(chosen);
  for (const item of bestFirst) {
    if (chosen.has(item.candidate) || isCovered(item.candidate, chosen)) continue;
    const fitting = beginningOf(item, roomFor(groupOf(item.candidate)), count);
    if (fitting !== undefined) chosen.set(item.candidate, fitting);
  }
  dropCovered(chosen);
  return candidates.flatMap((candidate) => chosen.get(candidate) ?? []);
}

function wholeItem(candidate: ContextCandidate, count: CountTokens): PackedItem {
  const block = candidate.block(candidate.text, false);
  const nTokens = count(`${block}${separator}`);
  return { candidate, text: candidate.text, block, nTokens, isCut: false };
}

/** The whole item, else as many of its first lines as there is room for; `undefined` when that is next to nothing. */
function beginningOf(item: PackedItem, room: number, count: CountTokens): PackedItem | undefined {
  if (item.nTokens <= room) return item;
  if (!item.candidate.mayBeCut) return undefined;
  const lines = item.text.split("\n");
  let [fits, tooMany] = [0, lines.length];
  let best: PackedItem | undefined;
  while (tooMany - fits > 1) {
    const nLines = Math.floor((fits + tooMany) / 2);
    const text = lines.slice(0, nLines).join("\n");
    const block = item.candidate.block(text, true);
    const nTokens = count(`${block}${separator}`);
    if (nTokens <= room) {
      fits = nLines;
      best = { candidate: item.candidate, text, block, nTokens, isCut: true };
    } else tooMany = nLines;
  }
  return fits < minLines ? undefined : best;
}

function dropCovered(chosen: Map<ContextCandidate, PackedItem>): void {
  for (const candidate of chosen.keys()) if (isCovered(candidate, chosen)) chosen.delete(candidate);
}

function isCovered(
  { coveredBy }: ContextCandidate,
  chosen: ReadonlyMap<ContextCandidate, PackedItem>,
): boolean {
  return coveredBy?.every((other) => chosen.get(other)?.isCut === false) ?? false;
}

function density({ candidate, nTokens }: PackedItem): number {
  return candidate.value / Math.min(Math.max(nTokens, minCountedTokens), maxCountedTokens);
}

function groupOf({ source }: ContextCandidate): Group {
  switch (source.kind) {
    case "part":
    case "round":
      return "conversation";
    case "commit":
      return "note";
    default:
      return source.kind;
  }
}
