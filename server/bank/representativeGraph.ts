/**
 * Approximate search over the index rows of a large bank. A graph (HNSW) of all rows would take some 0.8 kB for each,
 * twice what the whole bank may take; so only a sample of them, the anchors, is in it, and every row belongs to the
 * list of its nearest anchor. A query asks the graph for the nearest anchors and compares exactly with the rows of
 * their lists. This is an inverted file with a graph for its coarse quantiser (Baranchuk et al. 2018; SPANN, Chen et
 * al. 2021, with lists in memory). Rows that are hidden or gone are passed over, whatever the graph says.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { createHnsw, loadHnsw, type HnswIndex } from "../memory/hnswIndex.ts";
import { AnchorLists, listsPerRow, none } from "./anchorLists.ts";
import { representativesPerBlock } from "./bankTypes.ts";
import type { BlockScores, RepresentativeRows } from "./representativeRows.ts";

/** Rows for each anchor, on average. */
const rowsPerAnchor = 24;
/** Anchors whose lists a query is compared with. */
const nProbes = 96;
/** Rows that are worked on before the clock is looked at. */
const rowsAtOnce = 64;
const formatVersion = 1;
const magic = "bank lists";

export interface GraphFiles {
  /** Of the graph; its manifest and the lists lie beside it. */
  readonly file: string;
  readonly modelId: string;
}

export class RepresentativeGraph {
  readonly #rows: RepresentativeRows;
  readonly #anchors: HnswIndex;
  #lists: AnchorLists;
  readonly #nRowsAtBuild: number;

  constructor(rows: RepresentativeRows, anchors: HnswIndex, nAnchors: number, builtFor: number) {
    this.#rows = rows;
    this.#anchors = anchors;
    this.#nRowsAtBuild = builtFor;
    this.#lists = new AnchorLists(nAnchors, rows.nRows);
  }

  get nAnchors(): number {
    return this.#lists.nAnchors;
  }

  /** An estimate: the native graph does not tell. */
  get bytes(): number {
    const perAnchor = this.#rows.rowBytes * 4 + 330;
    return this.nAnchors * perAnchor + this.#lists.bytes;
  }

  /** Returns whether all rows are in a list, so that a search may use it. */
  get isComplete(): boolean {
    return this.#lists.nRows === this.#rows.nRows;
  }

  /** Returns whether the bank has grown or shrunk so much that the lists are too long or too many. */
  get isOutgrown(): boolean {
    const n = this.#rows.size;
    return n > this.#nRowsAtBuild * 2 || n < this.#nRowsAtBuild / 4;
  }

  /** Gives up to `n` more rows their lists. */
  assign(n: number): void {
    const end = Math.min(this.#rows.nRows, this.#lists.nRows + n);
    while (this.#lists.nRows < end) this.#lists.add(this.#nearestAnchors(this.#lists.nRows));
  }

  /** Compares the query that the rows were asked with the rows of the nearest lists; adds the `nBlocks` nearest blocks of them. */
  search(query: Int8Array, nBlocks: number, best: BlockScores): void {
    const anchors = this.#anchors.search(query, nProbes).map(({ label }) => label);
    const listed = this.#lists.rowsOf(anchors);
    this.#rows.scanListed(listed, nBlocks, representativesPerBlock, best);
  }

  /** Puts the lists in order, once many rows have got theirs. */
  pack(): void {
    this.#lists.pack();
  }

  /** Makes the lists anew from the anchors of each row: `anchorsOfLive` before the rows were packed, or what was saved. */
  relist(anchors: Uint32Array): void {
    const nRows = anchors.length / listsPerRow;
    this.#lists = new AnchorLists(this.nAnchors, nRows);
    for (let row = 0; row < nRows; row++) {
      const own = anchors.subarray(row * listsPerRow, (row + 1) * listsPerRow);
      this.#lists.add(own[0] === none ? this.#nearestAnchors(row) : own);
    }
    this.#lists.pack();
  }

  /** Returns the anchors of the rows of all blocks that are there, in the order of the blocks. */
  anchorsOfLive(): Uint32Array {
    const anchors = new Uint32Array(this.#rows.size * listsPerRow);
    let at = 0;
    for (const block of this.#rows.blocks()) {
      const first = this.#rows.firstRowOf(block) as number;
      anchors.set(this.#lists.anchorsOf(first, block.nRepresentatives), at);
      at += block.nRepresentatives * listsPerRow;
    }
    return anchors;
  }

  /** Writes all of it. Errors: those of the file system. */
  save({ file }: GraphFiles): void {
    rmSync(listsFile(file), { force: true });
    this.#anchors.save(file);
    const anchors = this.anchorsOfLive();
    const blockIds = Uint32Array.from(this.#rows.blocks(), (block) => block.id);
    const head = {
      magic,
      formatVersion,
      nAnchors: this.nAnchors,
      nRowsAtBuild: this.#nRowsAtBuild,
    };
    const counts = Uint32Array.from(this.#rows.blocks(), (block) => block.nRepresentatives);
    const body = Buffer.concat([blockIds, counts, anchors].map(asBytes));
    const sha256 = createHash("sha256").update(JSON.stringify(head)).update(body).digest("hex");
    const line = JSON.stringify({ ...head, nBlocks: blockIds.length, sha256 });
    writeWhole(listsFile(file), Buffer.concat([Buffer.from(`${line}\n`), body]));
  }

  #nearestAnchors(row: number): readonly number[] {
    // A dead row needs no list, but its number does.
    if (!this.#rows.isLive(row)) return [];
    return this.#anchors.search(this.#rows.row(row), listsPerRow).map(({ label }) => label);
  }
}

/** Builds a graph in steps, so that questions are answered between them. */
export class GraphBuilder {
  readonly #rows: RepresentativeRows;
  readonly #anchors: HnswIndex;
  readonly #anchorRows: readonly number[];
  readonly #nRows: number;
  #nAdded = 0;
  #graph: RepresentativeGraph | undefined;

  constructor(rows: RepresentativeRows, anchors: HnswIndex) {
    this.#rows = rows;
    this.#anchors = anchors;
    this.#nRows = rows.nRows;
    // Spread evenly: neighbouring rows are of one block, and no two builds differ.
    this.#anchorRows = Array.from({ length: Math.ceil(rows.nRows / rowsPerAnchor) }, (_, i) =>
      Math.min(rows.nRows - 1, i * rowsPerAnchor + ((i * 7) % rowsPerAnchor)),
    ).filter((row) => rows.isLive(row) && rows.row(row).some((value) => value !== 0));
  }

  /**
   * Does some of the work, a little even when the time is over already, so that it ends on the slowest machine.
   * Returns the graph when it is ready. The rows must not be packed in between.
   */
  step(untilMs: number): RepresentativeGraph | undefined {
    while (this.#nAdded < this.#anchorRows.length) {
      this.#addAnchors();
      if (performance.now() >= untilMs) return undefined;
    }
    this.#graph ??= new RepresentativeGraph(
      this.#rows,
      this.#anchors,
      this.#anchorRows.length,
      this.#nRows,
    );
    while (!this.#graph.isComplete) {
      this.#graph.assign(rowsAtOnce);
      if (performance.now() >= untilMs) break;
    }
    if (!this.#graph.isComplete) return undefined;
    this.#graph.pack();
    return this.#graph;
  }

  #addAnchors(): void {
    const end = Math.min(this.#anchorRows.length, this.#nAdded + rowsAtOnce);
    for (; this.#nAdded < end; this.#nAdded++)
      this.#anchors.add(this.#nAdded, this.#rows.row(this.#anchorRows[this.#nAdded] as number));
  }
}

/** Begins to build a graph over all rows, `undefined` when the add-on is missing. */
export async function beginGraph(
  rows: RepresentativeRows,
  modelId: string,
): Promise<GraphBuilder | undefined> {
  const spec = { modelId, dimensions: rows.rowBytes };
  const outcome = await createHnsw(spec, Math.ceil(rows.nRows / rowsPerAnchor));
  return outcome.kind === "ready" ? new GraphBuilder(rows, outcome.index) : undefined;
}

/**
 * Opens a graph that was saved, `undefined` when there is none of this bank's or its files are damaged. Blocks that
 * came since are put into lists; those that are gone are passed over.
 */
export async function openGraph(
  rows: RepresentativeRows,
  { file, modelId }: GraphFiles,
): Promise<RepresentativeGraph | undefined> {
  const lists = readLists(listsFile(file));
  if (lists === undefined) return undefined;
  const outcome = await loadHnsw(file, { modelId, dimensions: rows.rowBytes });
  if (outcome.kind !== "ready" || outcome.index.size !== lists.nAnchors) return undefined;
  const { nAnchors, nRowsAtBuild } = lists;
  const known = anchorsByBlock(lists, rows);
  if (known === undefined) return undefined;
  const graph = new RepresentativeGraph(rows, outcome.index, nAnchors, nRowsAtBuild);
  graph.relist(known);
  return graph;
}

/** Removes the files of a graph. */
export function removeGraph({ file }: GraphFiles): void {
  for (const name of [file, `${file}.json`, listsFile(file)]) rmSync(name, { force: true });
}

interface Lists {
  readonly nAnchors: number;
  readonly nRowsAtBuild: number;
  readonly blockIds: Uint32Array;
  /** Rows of each block. */
  readonly counts: Uint32Array;
  readonly anchors: Uint32Array;
}

/** Anchors of all rows, `none` for those of blocks that came since; `undefined` when the lists are not whole. */
function anchorsByBlock(lists: Lists, rows: RepresentativeRows): Uint32Array | undefined {
  const starts = new Map<number, number>();
  let nAnchors = 0;
  lists.blockIds.forEach((id, i) => {
    starts.set(id, nAnchors);
    nAnchors += (lists.counts[i] as number) * listsPerRow;
  });
  if (nAnchors !== lists.anchors.length) return undefined;
  const anchors = new Uint32Array(rows.nRows * listsPerRow).fill(none);
  for (const block of rows.blocks()) {
    const start = starts.get(block.id);
    if (start === undefined) continue;
    const end = start + block.nRepresentatives * listsPerRow;
    const first = (rows.firstRowOf(block) as number) * listsPerRow;
    anchors.set(lists.anchors.subarray(start, end), first);
  }
  return anchors.every((anchor) => anchor === none || anchor < lists.nAnchors)
    ? anchors
    : undefined;
}

function readLists(file: string): Lists | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const end = bytes.indexOf(10);
  const head = readHead(bytes.subarray(0, Math.max(0, end)).toString("utf8"));
  if (head === undefined) return undefined;
  const { nBlocks, sha256, ...hashed } = head;
  const body = Uint8Array.from(bytes.subarray(end + 1));
  const found = createHash("sha256").update(JSON.stringify(hashed)).update(body).digest("hex");
  if (found !== sha256 || body.length % 4 !== 0 || nBlocks * 8 > body.length) return undefined;
  const numbers = new Uint32Array(body.buffer);
  const { nAnchors, nRowsAtBuild } = head;
  return {
    nAnchors,
    nRowsAtBuild,
    blockIds: numbers.subarray(0, nBlocks),
    counts: numbers.subarray(nBlocks, nBlocks * 2),
    anchors: numbers.subarray(nBlocks * 2),
  };
}

interface ListsHead {
  readonly magic: string;
  readonly formatVersion: number;
  readonly nAnchors: number;
  readonly nRowsAtBuild: number;
  readonly nBlocks: number;
  readonly sha256: string;
}

function readHead(line: string): ListsHead | undefined {
  let told: unknown;
  try {
    told = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof told !== "object" || told === null) return undefined;
  const head = told as Partial<ListsHead>;
  const isWhole =
    head.magic === magic &&
    head.formatVersion === formatVersion &&
    typeof head.sha256 === "string" &&
    [head.nAnchors, head.nRowsAtBuild, head.nBlocks].every(Number.isSafeInteger);
  return isWhole ? (head as ListsHead) : undefined;
}

function writeWhole(file: string, bytes: Uint8Array): void {
  const temporary = `${file}.new`;
  const handle = openSync(temporary, "w", 0o600);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
}

function listsFile(file: string): string {
  return `${file}.lists`;
}

function asBytes(values: Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
