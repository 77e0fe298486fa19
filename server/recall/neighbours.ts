/**
 * What hangs together with the best places of a question, by name: callers, callees, types, tests, configuration
 * and documentation. A neighbour counts less than the place it was found from and never more than a better direct
 * hit; where names do not say clearly what is meant there is none.
 */
import type { Recall, Relation } from "../../protocol/types.ts";
import type { OpenBank } from "../memory/memoryBank.ts";
import { wholeTerm } from "../ingest/blobContent.ts";
import { showsLinesOf } from "./chooseResults.ts";
import { findMeant } from "./meantDefinitions.ts";
import { findUses, type UseLimits } from "./uses.ts";
import type { FileSource } from "./verifiedSource.ts";

/** Places whose neighbours are looked for. */
const maxAnchors = 2;
/** A place this much worse than the best has no neighbours. */
const minAnchorShare = 0.9;
const maxNeighbours = 8;
/** Of a list of results, neighbours are at most this part. */
const maxShare = 1 / 3;
/** A name that so many chunks hold is too common for its uses to be told apart. */
const maxFrequency = 1_500;
const quick: UseLimits = {
  maxChunks: 60,
  maxFilesRead: 6,
  maxDefinitionChunks: 60,
  filesOfRole: { source: 3, test: 1, config: 1, docs: 1 },
};

/** How many neighbours of a kind an anchor brings, and what part of its score each has. */
const kinds: Readonly<Record<Relation["kind"], { readonly max: number; readonly share: number }>> =
  {
    calledBy: { max: 2, share: 0.5 },
    calls: { max: 2, share: 0.48 },
    type: { max: 1, share: 0.46 },
    test: { max: 1, share: 0.44 },
    configuredBy: { max: 1, share: 0.42 },
    documentedBy: { max: 1, share: 0.4 },
  };

/**
 * Returns the direct hits with their neighbours put in by score, at most `limit` in all. `direct` is in order, best
 * first, and stays in this order. Call it inside of `bank.reading`.
 */
export function withNeighbours(
  direct: readonly Recall[],
  open: OpenBank,
  source: FileSource,
  limit: number,
  signal: AbortSignal,
): Recall[] {
  const most = Math.min(maxNeighbours, Math.floor(limit * maxShare));
  const best = direct[0]?.score ?? 0;
  const anchors = direct
    .filter((recall) => recall.score >= minAnchorShare * best && isAnchor(recall, open))
    .slice(0, maxAnchors);
  const found: Recall[] = [];
  for (const anchor of most > 0 ? anchors : []) {
    for (const recall of neighboursOf(anchor, open, source, signal)) {
      const isShown = [...direct, ...found].some(
        (other) => isSameFile(other, recall) && showsLinesOf(other, recall),
      );
      if (!isShown) found.push(recall);
    }
  }
  found.sort((a, b) => b.score - a.score);
  return merged(direct, found.slice(0, most), limit);
}

/** Code that defines something by a name that can be followed. */
function isAnchor({ citation, role, relation }: Recall, { root }: OpenBank): boolean {
  const kind = citation.symbol?.kind;
  return (
    role === "source" &&
    relation === undefined &&
    citation.rootId === root.id &&
    kind !== undefined &&
    kind !== "section" &&
    kind !== "key" &&
    kind !== "test"
  );
}

function neighboursOf(
  anchor: Recall,
  open: OpenBank,
  source: FileSource,
  signal: AbortSignal,
): Recall[] {
  const { symbol, path, rootId } = anchor.citation;
  if (symbol === undefined) return [];
  const isCommon = open.bank.documentFrequency(wholeTerm(symbol.name)) > maxFrequency;
  const definition = { rootId, path, container: symbol.container };
  const uses = isCommon ? [] : findUses(open, source, symbol.name, 20, signal, definition, quick);
  const meant = findMeant(anchor, open, source);
  const left = new Map<Relation["kind"], number>();
  return [...uses.filter(({ relation }) => relation?.nDefinitions === undefined), ...meant].flatMap(
    (recall): Recall[] => {
      const kind = recall.relation?.kind;
      if (kind === undefined) return [];
      const nTaken = left.get(kind) ?? 0;
      if (nTaken >= kinds[kind].max || isPartOf(recall, anchor)) return [];
      left.set(kind, nTaken + 1);
      const score = anchor.score * kinds[kind].share;
      const weight = Math.round(score * 1_000) / 1_000;
      return [{ ...recall, score, reasons: [{ kind: "neighbour", detail: symbol.name, weight }] }];
    },
  );
}

/** What lies inside of the anchor's definition is part of it. */
function isPartOf(recall: Recall, anchor: Recall): boolean {
  const whole = anchor.citation.symbol?.range ?? anchor.citation.range;
  const { start, end } = recall.citation.range;
  return isSameFile(recall, anchor) && start.line >= whole.start.line && end.line <= whole.end.line;
}

function isSameFile(a: Recall, b: Recall): boolean {
  return a.citation.rootId === b.citation.rootId && a.citation.path === b.citation.path;
}

/** Every neighbour comes after all direct hits that are better, and those keep their order. */
function merged(direct: readonly Recall[], neighbours: readonly Recall[], limit: number): Recall[] {
  const all = [...direct];
  for (const neighbour of neighbours) {
    const better = all.findLastIndex(({ score }) => score >= neighbour.score);
    all.splice(better + 1, 0, neighbour);
  }
  return all.slice(0, limit);
}
