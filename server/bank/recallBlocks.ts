/**
 * Chooses blocks: the best by their representatives and the best by their names in turns, for either finds what the
 * other misses, and neighbours of these in their files, for what stands beside a place belongs to it (the contiguity
 * buffer of EM-LLM: Fountas et al. 2024).
 */
import { isFiniteThroughout, queryRow } from "./quantise.ts";
import { tokensInFile, type BankTables, type Block, type ChunkUse } from "./bankTables.ts";
import type { BankParts } from "./bankParts.ts";
import type {
  AskedName,
  LineRange,
  RecallFault,
  RecalledBlock,
  RecallOptions,
  TokenRange,
} from "./bankTypes.ts";

/** Most blocks of one recall. */
const maxRecalledBlocks = 128;
/** Most queries of one recall. */
const maxQueries = 256;
/** Most names of one recall. */
const maxAskedNames = 64;
const defaultNeighbourShare = 0.3;

/** Returns what is wrong with a question, `undefined` for nothing. */
export function recallFault(
  queries: readonly Float32Array[],
  { nBlocks, neighbourShare, names = [] }: RecallOptions,
  dk: number,
): RecallFault | undefined {
  const share = neighbourShare ?? defaultNeighbourShare;
  const isAllowed =
    Number.isInteger(nBlocks) &&
    nBlocks >= 0 &&
    nBlocks <= maxRecalledBlocks &&
    queries.length <= maxQueries &&
    names.length <= maxAskedNames &&
    share >= 0 &&
    share <= 1;
  if (!isAllowed) return "tooMuch";
  const areGood = queries.every((query) => query.length === dk && isFiniteThroughout(query));
  return areGood && names.every(isName) ? undefined : "badQuery";
}

function isName({ hash, weight }: AskedName): boolean {
  return Number.isSafeInteger(hash) && hash >= 0 && Number.isFinite(weight) && weight >= 0;
}

type FoundBy = RecalledBlock["foundBy"];

/** Chooses blocks for a question that `recallFault` has no objection to, best by key first. */
export function recallBlocks(
  { tables, index, names }: Pick<BankParts, "tables" | "index" | "names">,
  queries: readonly Float32Array[],
  options: RecallOptions,
): RecalledBlock[] {
  // The kernel's scan keeps at least one.
  if (options.nBlocks === 0) return [];
  const view = new View(tables, options);
  const rows = queries.map(queryRow);
  const { nBlocks, exact = false } = options;
  const byKeys = index.nearest({ queries: rows, nBlocks, hidden: view.hidden(), exact });
  const byNames = names.scores(options.names ?? []);
  // As many as can be chosen, and as many again that were chosen already.
  const named = bestOf(byNames, nBlocks * 2, (block) => view.shows(block));
  const best = inTurns(named, ranked(byKeys));
  const chosen = new Map<Block, FoundBy>();
  const nNeighbours = Math.floor(nBlocks * (options.neighbourShare ?? defaultNeighbourShare));
  fill(chosen, best, nBlocks - nNeighbours);
  const neighbours = view.neighboursOf([...chosen.keys()], nNeighbours);
  for (const block of neighbours) chosen.set(block, "neighbour");
  // At the edges of files there are fewer neighbours than there is room for.
  fill(chosen, best, nBlocks);
  const unscored = [...chosen.keys()].filter((block) => !byKeys.has(block));
  const others = index.similarities(rows, unscored);
  const score = (block: Block): number => byKeys.get(block) ?? others.get(block) ?? -1;
  const nameScore = (block: Block): number => byNames.get(block) ?? 0;
  return [...chosen]
    .sort(([a], [b]) => score(b) - score(a) || nameScore(b) - nameScore(a) || a.id - b.id)
    .flatMap(([block, foundBy]) => view.told(block, score(block), foundBy) ?? []);
}

function ranked(scores: ReadonlyMap<Block, number>): Block[] {
  return [...scores].sort(([a, x], [b, y]) => y - x || a.id - b.id).map(([block]) => block);
}

/** Returns up to `n` of the blocks that are shown, best first; among equals the older ones. */
function bestOf(
  scores: ReadonlyMap<Block, number>,
  n: number,
  isShown: (block: Block) => boolean,
): Block[] {
  const best: { readonly block: Block; readonly score: number }[] = [];
  for (const [block, score] of scores) {
    const isBetter = (other: (typeof best)[number] | undefined): boolean =>
      other === undefined ||
      score > other.score ||
      (score === other.score && block.id < other.block.id);
    if (!isBetter(best[n - 1]) || !isShown(block)) continue;
    let at = best.length;
    while (at > 0 && isBetter(best[at - 1])) at--;
    best.splice(at, 0, { block, score });
    if (best.length > n) best.pop();
  }
  return best.map(({ block }) => block);
}

/** The best by names and the best by keys, then the second ones, and so on. */
function* inTurns(
  byNames: readonly Block[],
  byKeys: readonly Block[],
): Generator<readonly [Block, FoundBy], undefined> {
  for (let i = 0; i < Math.max(byNames.length, byKeys.length); i++) {
    const [named, near] = [byNames[i], byKeys[i]];
    if (named !== undefined) yield [named, "names"];
    if (near !== undefined) yield [near, "keys"];
  }
}

/** Adds the next ones that are not there until there are `n`. */
function fill(
  chosen: Map<Block, FoundBy>,
  best: Iterator<readonly [Block, FoundBy], undefined>,
  n: number,
): void {
  while (chosen.size < n) {
    const { value } = best.next();
    if (value === undefined) return;
    if (!chosen.has(value[0])) chosen.set(...value);
  }
}

/** What of the bank a question may see. */
class View {
  readonly #tables: BankTables;
  readonly #only: ((fileId: string) => boolean) | undefined;
  readonly #without: readonly (TokenRange | LineRange)[];
  readonly #withoutFiles: ReadonlySet<string>;
  readonly #allowed = new Map<string, boolean>();

  constructor(tables: BankTables, { only, without = [], withoutFiles }: RecallOptions) {
    this.#tables = tables;
    this.#only = only;
    this.#without = without;
    this.#withoutFiles = withoutFiles ?? new Set();
  }

  /** Blocks that no file shows to this question. */
  hidden(): Block[] {
    const suspects = this.#only === undefined ? this.#cutBlocks() : this.#tables.blocks.values();
    const hidden: Block[] = [];
    for (const block of suspects) if (this.#useOf(block) === undefined) hidden.push(block);
    return hidden;
  }

  /** Returns whether any file shows a block to this question. */
  shows(block: Block): boolean {
    return this.#useOf(block) !== undefined;
  }

  /** Up to `n` blocks beside good ones: the one after each, and then the one before. */
  neighboursOf(good: readonly Block[], n: number): Block[] {
    const found = new Set<Block>();
    const known = new Set(good);
    for (const step of [1, -1])
      for (const block of good) {
        if (found.size >= n) return [...found];
        const neighbour = this.#beside(block, step);
        if (neighbour !== undefined && !known.has(neighbour)) found.add(neighbour);
      }
    return [...found];
  }

  /** Returns a block as it stands in the first file that shows it. */
  told(block: Block, score: number, foundBy: FoundBy): RecalledBlock | undefined {
    const use = this.#useOf(block);
    if (use === undefined) return undefined;
    const { from, to } = tokensInFile(block, use);
    return {
      blockId: block.id,
      fileId: use.file.fileId,
      chunkHash: use.hash,
      firstLine: use.firstLine + block.firstLine,
      lastLine: use.firstLine + block.lastLine,
      fromToken: from,
      toToken: to,
      score,
      age: this.#tables.clock - block.birth,
      from: block.isShortTerm ? "shortTerm" : "longTerm",
      foundBy,
    };
  }

  #beside(block: Block, step: number): Block | undefined {
    const use = this.#useOf(block);
    if (use === undefined) return undefined;
    const sibling = block.chunk.blocks[block.idx + step];
    const neighbour = sibling ?? this.#blockOfNextChunk(use, step);
    if (neighbour === undefined) return undefined;
    return this.#useOf(neighbour) === undefined ? undefined : neighbour;
  }

  #blockOfNextChunk(use: ChunkUse, step: number): Block | undefined {
    const next = use.file.uses[use.file.uses.indexOf(use) + step];
    // A chunk in between may have been forgotten.
    if (next === undefined || next.idx !== use.idx + step) return undefined;
    return this.#tables.chunks.get(next.hash)?.blocks.at(step > 0 ? 0 : -1);
  }

  #cutBlocks(): Set<Block> {
    const cut = new Set<Block>();
    for (const range of this.#without)
      for (const use of this.#tables.files.get(range.fileId)?.uses ?? [])
        for (const block of this.#tables.chunks.get(use.hash)?.blocks ?? [])
          if (overlaps(block, use, range)) cut.add(block);
    for (const fileId of this.#withoutFiles)
      for (const use of this.#tables.files.get(fileId)?.uses ?? [])
        for (const block of this.#tables.chunks.get(use.hash)?.blocks ?? []) cut.add(block);
    return cut;
  }

  #useOf(block: Block): ChunkUse | undefined {
    for (const use of block.chunk.uses) {
      const { fileId } = use.file;
      if (!this.#isAllowed(fileId)) continue;
      const isCut = this.#without.some(
        (range) => range.fileId === fileId && overlaps(block, use, range),
      );
      if (!isCut) return use;
    }
    return undefined;
  }

  #isAllowed(fileId: string): boolean {
    if (this.#withoutFiles.has(fileId)) return false;
    if (this.#only === undefined) return true;
    const known = this.#allowed.get(fileId) ?? this.#only(fileId);
    this.#allowed.set(fileId, known);
    return known;
  }
}

function overlaps(block: Block, use: ChunkUse, range: TokenRange | LineRange): boolean {
  if ("fromToken" in range) {
    const { from, to } = tokensInFile(block, use);
    return from < range.toToken && to > range.fromToken;
  }
  const { fromLine, toLine } = range;
  return use.firstLine + block.firstLine < toLine && use.firstLine + block.lastLine >= fromLine;
}
