/** Searches an index that `spannBuilder.ts` wrote: nearest centroids, their lists from disk, exact similarities. */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { loadHnsw, type HnswIndex } from "../memory/hnswIndex.ts";
import { KernelMemory, type KernelModule } from "../model/kernelMemory.ts";
import { distanceOf } from "./closure.ts";
import { joinChecksums, ListTable, maxPartRows, partLayout, partsOf } from "./listFile.ts";
import type { RowName } from "./listFile.ts";
import { buildFiles, readManifest, type SpannFault, type SpannManifest } from "./spannManifest.ts";
import type { SpannSpec } from "./spannManifest.ts";

/** Most neighbours of one search. */
export const maxSpannNeighbours = 1024;

/** How many lists are read for a query. */
export interface ProbeRule {
  /** Lists at most … */
  readonly maxLists: number;
  /** … and only those whose centroid is at most this much farther than the nearest one, as a share of its distance. */
  readonly slack: number;
}

/** See bench/results/vectorIndex.md. */
const defaultProbe: ProbeRule = { maxLists: 96, slack: 0.3 };

/** A neighbour with its cosine similarity. */
export interface SpannNeighbour extends RowName {
  readonly similarity: number;
}

export type SearcherOutcome =
  | { readonly kind: "ready"; readonly searcher: SpannSearcher }
  | { readonly kind: "unusable"; readonly fault: SpannFault };

/** What was read is not what was written. */
export class DamagedListError extends Error {}

export interface SearcherOptions {
  readonly folder: string;
  readonly spec: SpannSpec;
  readonly kernel: KernelModule;
  readonly probe?: ProbeRule;
}

/** Opens an index; one that does not fit its store or model, or is not whole, has a fault. */
export async function openSpann(options: SearcherOptions): Promise<SearcherOutcome> {
  const { folder, spec, kernel } = options;
  const outcome = readManifest(folder, spec);
  if (outcome.kind === "unusable") return outcome;
  const { manifest } = outcome;
  const files = buildFiles(folder, manifest.build);
  const table = new ListTable(readFileSync(files.table));
  if (!table.fits(manifest)) return { kind: "unusable", fault: "damaged" };
  const graph = await loadHnsw(files.centroids, spec);
  if (graph.kind === "unusable") return graph;
  if (graph.index.size !== manifest.nLists) return { kind: "unusable", fault: "damaged" };
  const lists = openSync(files.lists, "r");
  const searcher = new SpannSearcher({
    manifest,
    table,
    graph: graph.index,
    lists,
    kernel,
    probe: options.probe ?? defaultProbe,
  });
  return { kind: "ready", searcher };
}

interface SearcherParts {
  readonly manifest: SpannManifest;
  readonly table: ListTable;
  readonly graph: HnswIndex;
  readonly lists: number;
  readonly kernel: KernelModule;
  readonly probe: ProbeRule;
}

export class SpannSearcher {
  readonly manifest: SpannManifest;
  readonly #parts: SearcherParts;
  readonly #kernel: KernelMemory;
  readonly #incoming: number;
  readonly #query: number;
  readonly #list: number;
  readonly #bestIds: number;
  readonly #bestScores: number;

  /** To be made by `openSpann`. */
  constructor(parts: SearcherParts) {
    this.manifest = parts.manifest;
    this.#parts = parts;
    const { dimensions } = parts.manifest;
    this.#kernel = new KernelMemory(parts.kernel);
    this.#incoming = this.#kernel.reserve(dimensions);
    this.#query = this.#kernel.reserve(dimensions * 2);
    this.#bestIds = this.#kernel.reserve(maxSpannNeighbours * 8);
    this.#bestScores = this.#kernel.reserve(maxSpannNeighbours * 4);
    this.#list = this.#kernel.reserve(partLayout(maxPartRows, dimensions).bytes);
  }

  /** Returns the `k` nearest, nearest first; none for a query of zeros. Throws DamagedListError, RangeError. */
  search(query: Int8Array, k: number): SpannNeighbour[] {
    const { dimensions } = this.manifest;
    if (query.length !== dimensions)
      throw new RangeError(`a query of ${query.length} dimensions, not ${dimensions}`);
    const wanted = Math.min(k, maxSpannNeighbours);
    const length = Math.hypot(...query);
    if (length === 0 || wanted <= 0) return [];
    const { run, bytes } = this.#kernel;
    bytes.set(new Uint8Array(query.buffer, query.byteOffset, query.length), this.#incoming);
    run.widenQuery(this.#incoming, dimensions, this.#query);
    let found = 0;
    for (const list of this.#listsFor(query)) found = this.#scanList(list, wanted, found);
    return this.#results(found, length);
  }

  close(): void {
    closeSync(this.#parts.lists);
  }

  /** Query-aware pruning (SPANN, section 3.3). */
  #listsFor(query: Int8Array): number[] {
    const { graph, probe } = this.#parts;
    const nearest = graph.search(query, probe.maxLists);
    const reach = distanceOf(nearest[0]?.similarity ?? 0) * (1 + probe.slack);
    return nearest
      .filter(({ similarity }) => distanceOf(similarity) <= reach)
      .map(({ label }) => label);
  }

  #scanList(list: number, k: number, found: number): number {
    const { offset, nRows, checksum } = this.#parts.table.place(list);
    let nFound = found;
    let readTo = offset;
    let sum = 0;
    for (const size of partsOf(nRows)) {
      const { bytes } = partLayout(size, this.manifest.dimensions);
      this.#read(readTo, bytes);
      sum = joinChecksums(sum, this.#kernel.run.checksum(this.#list, bytes));
      nFound = this.#scanPart(size, k, nFound);
      readTo += bytes;
    }
    if (sum !== checksum) throw new DamagedListError("a list is not what was written");
    return nFound;
  }

  #read(from: number, bytes: number): void {
    const { bytes: memory } = this.#kernel;
    for (let at = 0; at < bytes;) {
      const n = readSync(this.#parts.lists, memory, this.#list + at, bytes - at, from + at);
      if (n === 0) throw new DamagedListError("a list is cut off");
      at += n;
    }
  }

  #scanPart(nRows: number, k: number, found: number): number {
    const { dimensions } = this.manifest;
    const { norms, rows } = partLayout(nRows, dimensions);
    return this.#kernel.run.scanNamed(
      this.#list + rows,
      this.#list + norms,
      this.#list,
      nRows,
      dimensions,
      this.#query,
      k,
      found,
      this.#bestIds,
      this.#bestScores,
    );
  }

  #results(found: number, queryLength: number): SpannNeighbour[] {
    const { buffer } = this.#kernel.bytes;
    const names = new Uint32Array(buffer, this.#bestIds, found * 2);
    const scores = new Float32Array(buffer, this.#bestScores, found);
    return Array.from(scores, (score, i) => ({
      embedding: names[i * 2] as number,
      idx: names[i * 2 + 1] as number,
      similarity: score / queryLength,
    }));
  }
}
