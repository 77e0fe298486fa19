/**
 * Chooses blocks: the best by their representatives, and neighbours of these in their files, for what stands beside a
 * place belongs to it (the contiguity buffer of EM-LLM: Fountas et al. 2024).
 */
import { isFiniteThroughout, queryRow } from "./quantise.ts";
import { tokensInFile, type BankTables, type Block, type ChunkUse } from "./bankTables.ts";
import type { BlockIndex } from "./blockIndex.ts";
import type { RecallFault, RecalledBlock, RecallOptions, TokenRange } from "./bankTypes.ts";

/** Most blocks of one recall. */
const maxRecalledBlocks = 128;
/** Most queries of one recall. */
const maxQueries = 256;
const defaultNeighbourShare = 0.3;

/** Returns what is wrong with a question, `undefined` for nothing. */
export function recallFault(
  queries: readonly Float32Array[],
  { nBlocks, neighbourShare }: RecallOptions,
  dk: number,
): RecallFault | undefined {
  const share = neighbourShare ?? defaultNeighbourShare;
  const isAllowed =
    Number.isInteger(nBlocks) &&
    nBlocks >= 0 &&
    nBlocks <= maxRecalledBlocks &&
    queries.length <= maxQueries &&
    share >= 0 &&
    share <= 1;
  if (!isAllowed) return "tooMuch";
  const areGood = queries.every((query) => query.length === dk && isFiniteThroughout(query));
  return areGood ? undefined : "badQuery";
}

/** Chooses blocks for a question that `recallFault` has no objection to, best first. */
export function recallBlocks(
  tables: BankTables,
  index: BlockIndex,
  queries: readonly Float32Array[],
  options: RecallOptions,
): RecalledBlock[] {
  // The kernel's scan keeps at least one.
  if (options.nBlocks === 0) return [];
  const view = new View(tables, options);
  const rows = queries.map(queryRow);
  const { nBlocks, exact = false } = options;
  const found = index.nearest({ queries: rows, nBlocks, hidden: view.hidden(), exact });
  const ranked = [...found].sort(([a, x], [b, y]) => y - x || a.id - b.id);
  const share = options.neighbourShare ?? defaultNeighbourShare;
  const nNeighbours = Math.floor(nBlocks * share);
  const good = ranked.slice(0, nBlocks - nNeighbours);
  const chosen = new Map(good);
  const neighbours = view.neighboursOf(
    good.map(([block]) => block),
    nNeighbours,
  );
  const scores = index.similarities(rows, neighbours);
  for (const block of neighbours) chosen.set(block, scores.get(block) ?? -1);
  const beside = new Set(neighbours);
  // At the edges of files there are fewer neighbours than there is room for.
  for (const [block, score] of ranked.slice(good.length)) {
    if (chosen.size >= nBlocks) break;
    if (!chosen.has(block)) chosen.set(block, score);
  }
  return [...chosen]
    .sort(([a, x], [b, y]) => y - x || a.id - b.id)
    .flatMap(([block, score]) => view.told(block, score, beside.has(block)) ?? []);
}

/** What of the bank a question may see. */
class View {
  readonly #tables: BankTables;
  readonly #only: ((fileId: string) => boolean) | undefined;
  readonly #without: readonly TokenRange[];
  readonly #allowed = new Map<string, boolean>();

  constructor(tables: BankTables, { only, without = [] }: RecallOptions) {
    this.#tables = tables;
    this.#only = only;
    this.#without = without;
  }

  /** Blocks that no file shows to this question. */
  hidden(): Block[] {
    const suspects = this.#only === undefined ? this.#cutBlocks() : this.#tables.blocks.values();
    return [...suspects].filter((block) => this.#useOf(block) === undefined);
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
  told(block: Block, score: number, isNeighbour: boolean): RecalledBlock | undefined {
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
      isNeighbour,
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
    if (this.#only === undefined) return true;
    const known = this.#allowed.get(fileId) ?? this.#only(fileId);
    this.#allowed.set(fileId, known);
    return known;
  }
}

function overlaps(block: Block, use: ChunkUse, { fromToken, toToken }: TokenRange): boolean {
  const { from, to } = tokensInFile(block, use);
  return from < toToken && to > fromToken;
}
