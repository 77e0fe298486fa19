/**
 * Finds the blocks that are most like some queries. All index rows are compared while there are few of them, or
 * as long as there is no graph; above, lists behind a graph are.
 */
import { isDiskFull } from "../memory/database.ts";
import type { KernelModule } from "../model/kernelMemory.ts";
import { representativesPerBlock } from "./bankTypes.ts";
import type { Block } from "./bankTables.ts";
import {
  beginGraph,
  openGraph,
  removeGraph,
  type GraphBuilder,
  type GraphFiles,
  type RepresentativeGraph,
} from "./representativeGraph.ts";
import { RepresentativeRows, type BlockScores } from "./representativeRows.ts";

/** Queries whose answers are kept, which is more than a token's. */
const maxAnswers = 32;

export interface BlockIndexOptions {
  readonly rowBytes: number;
  readonly kernel: KernelModule;
  readonly files: GraphFiles;
  /** Rows up to which all are compared. */
  readonly scanLimit: number;
}

export interface IndexSearch {
  readonly queries: readonly Int8Array[];
  readonly nBlocks: number;
  /** Not to be found. */
  readonly hidden: readonly Block[];
  readonly exact: boolean;
}

export class BlockIndex {
  readonly #options: BlockIndexOptions;
  readonly #rows: RepresentativeRows;
  #graph: RepresentativeGraph | undefined;
  #builder: GraphBuilder | undefined;
  #hasAddon = true;
  #isSaved = false;
  /** The blocks nearest to the last queries, which were all asked about the same. */
  readonly #answers = new Map<string, BlockScores>();
  #about = "";

  constructor(options: BlockIndexOptions) {
    this.#options = options;
    this.#rows = new RepresentativeRows(options.rowBytes, options.kernel);
  }

  /** How a search goes that is not told to be exact. */
  get search(): "scan" | "graph" {
    return this.#usedGraph === undefined ? "scan" : "graph";
  }

  get bytes(): number {
    return this.#rows.bytes + (this.#graph?.bytes ?? 0);
  }

  get #wantsGraph(): boolean {
    return this.#hasAddon && this.#rows.size > this.#options.scanLimit;
  }

  get #usedGraph(): RepresentativeGraph | undefined {
    const isUsed = this.#graph?.isComplete === true && this.#rows.size > this.#options.scanLimit;
    return isUsed ? this.#graph : undefined;
  }

  /** Looks for a graph that was saved, once all blocks are there. */
  async open(): Promise<void> {
    if (this.#wantsGraph) this.#graph = await openGraph(this.#rows, this.#options.files);
    this.#isSaved = this.#graph !== undefined;
  }

  add(block: Block, rows: Int8Array): void {
    this.#answers.clear();
    this.#rows.add(block, rows);
    this.#graph?.assign(block.nRepresentatives);
    this.#isSaved = false;
  }

  remove(block: Block): void {
    this.#answers.clear();
    this.#rows.remove(block);
    if (this.#rows.wantsPacking) this.#pack();
  }

  /** Returns blocks with their best similarity to any of the queries: the nearest `nBlocks`, and some more. */
  nearest({ queries, nBlocks, hidden, exact }: IndexSearch): BlockScores {
    // From one token to the next most queries are asked again, of the same blocks.
    const about = `${nBlocks} ${exact} ${hidden.map(({ id }) => id).join()}`;
    if (about !== this.#about) this.#answers.clear();
    this.#about = about;
    const best: BlockScores = new Map();
    const unknown = queries.filter((query) => !this.#answers.has(nameOf(query)));
    this.#search(unknown, { nBlocks, hidden, exact });
    for (const query of queries)
      for (const [block, score] of this.#answers.get(nameOf(query)) ?? [])
        if (score > (best.get(block) ?? Number.NEGATIVE_INFINITY)) best.set(block, score);
    while (this.#answers.size > maxAnswers)
      this.#answers.delete(this.#answers.keys().next().value as string);
    return best;
  }

  /** Answers queries, each for itself. */
  #search(
    queries: readonly Int8Array[],
    { nBlocks, hidden, exact }: Omit<IndexSearch, "queries">,
  ): void {
    if (queries.length === 0) return;
    for (const block of hidden) this.#rows.hide(block);
    try {
      const graph = exact || this.#hidesMost(hidden) ? undefined : this.#usedGraph;
      for (const query of queries) {
        const found: BlockScores = new Map();
        this.#answers.set(nameOf(query), found);
        if (!this.#rows.ask(query)) continue;
        if (graph === undefined) this.#rows.scan(nBlocks, representativesPerBlock, found);
        else graph.search(query, nBlocks, found);
      }
    } finally {
      for (const block of hidden) this.#rows.show(block);
    }
  }

  /** Returns the best similarity of each block to any of the queries. */
  similarities(queries: readonly Int8Array[], blocks: readonly Block[]): BlockScores {
    const best: BlockScores = new Map();
    for (const query of queries) {
      if (!this.#rows.ask(query)) continue;
      for (const block of blocks)
        best.set(block, Math.max(best.get(block) ?? -1, this.#rows.similarityOf(block)));
    }
    return best;
  }

  /** Builds the graph for some time. Returns whether there is more to do. */
  async upkeep(untilMs: number): Promise<boolean> {
    const isRight = this.#graph === undefined ? !this.#wantsGraph : !this.#graph.isOutgrown;
    if (isRight) return false;
    if (!this.#wantsGraph) {
      this.#dropGraph();
      return false;
    }
    this.#builder ??= await beginGraph(this.#rows, this.#options.files.modelId);
    this.#hasAddon = this.#builder !== undefined;
    const built = this.#builder?.step(untilMs);
    if (built === undefined) return this.#hasAddon;
    this.#graph = built;
    this.#builder = undefined;
    this.#answers.clear();
    this.#isSaved = false;
    this.save();
    return false;
  }

  /** Writes the graph when it changed. On a full disk there is none, and it is built again another time. */
  save(): void {
    if (this.#isSaved || this.#graph === undefined) return;
    try {
      this.#graph.save(this.#options.files);
      this.#isSaved = true;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      removeGraph(this.#options.files);
    }
  }

  /** Builds the graph from the start: the one that there was may hold keys of what is gone. */
  rebuild(): void {
    this.#pack();
    this.#dropGraph();
  }

  #dropGraph(): void {
    this.#answers.clear();
    this.#graph = undefined;
    this.#builder = undefined;
    removeGraph(this.#options.files);
  }

  /** The lists of the nearest anchors may then hold nothing that is wanted. */
  #hidesMost(hidden: readonly Block[]): boolean {
    return hidden.length * representativesPerBlock > this.#rows.size / 2;
  }

  #pack(): void {
    const anchors = this.#graph?.anchorsOfLive();
    // It counts rows that get other numbers now.
    this.#builder = undefined;
    this.#rows.pack();
    if (anchors !== undefined) this.#graph?.relist(anchors);
    this.#isSaved = false;
  }
}

function nameOf(query: Int8Array): string {
  return Buffer.from(query.buffer, query.byteOffset, query.length).toString("latin1");
}
