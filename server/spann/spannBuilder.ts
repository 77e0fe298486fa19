/**
 * Builds the index of one store's embeddings (SPANN, Chen et al. 2021): centroids in a graph that fits into memory,
 * and on disk for each of them a list of the embeddings near to it. The embeddings themselves are streamed, twice,
 * and never all in memory.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createHnsw, type HnswIndex } from "../memory/hnswIndex.ts";
import { makeFolder } from "../memory/storeFolder.ts";
import type { KernelModule } from "../model/kernelMemory.ts";
import { centroidsOf, SampleFile, samplesPerList } from "./centroids.ts";
import { Closure, type ClosureRule } from "./closure.ts";
import { ListWriter } from "./listWriter.ts";
import {
  buildFiles,
  type BuildFiles,
  currentBuild,
  flushFile,
  publishManifest,
  removeOthers,
  sha256Of,
  type SpannSpec,
} from "./spannManifest.ts";

/** Where embeddings come from, in rising order of their numbers; what a reader of a store offers. */
export interface EmbeddingSource {
  vectorsAfter(
    after: number,
  ): Iterable<{ readonly embedding: number; readonly vectors: Uint8Array }>;
}

export interface SpannBuildOptions {
  /** Folder of the index; it is made. */
  readonly folder: string;
  /** A name that no other build of this folder has. */
  readonly build: string;
  readonly spec: SpannSpec;
  readonly kernel: KernelModule;
  readonly source: EmbeddingSource;
  /** About how many vectors will come. */
  readonly nExpected: number;
  /** Vectors for each list. */
  readonly vectorsPerList?: number;
  readonly rule?: ClosureRule;
  /** Called often; throws BuildCancelled to give up. `share` grows from 0 to 1. */
  readonly progress: (share: number) => void;
}

/** Thrown by `progress`. */
export class BuildCancelled extends Error {}

export type BuildOutcome = "built" | "addonMissing" | "tooSmall" | "numbersTooLarge";

/** Vectors for each list, before closure puts some into several. */
const defaultVectorsPerList = 128;
const defaultRule: ClosureRule = { nCells: 8, maxLists: 4, slack: 0.15 };
/** Embeddings that are read in one go: a longer read would keep the store's journal from being folded in. */
const contentsAtOnce = 2_000;
const maxEmbedding = 0xffff_ffff;
/** Rows that closure makes of a vector, about. */
const rowsPerVector = 2;
/** What the stages take of the whole. */
const stages = { sample: 0.03, centroids: 0.13, graph: 0.2, lists: 0.9 };

/**
 * Builds and publishes an index. What a build that ends early leaves behind is removed by the next one. Errors:
 * BuildCancelled, those of the store, those of the file system.
 */
export async function buildSpann(options: SpannBuildOptions): Promise<BuildOutcome> {
  const { folder, build } = options;
  const files = buildFiles(folder, build);
  makeFolder(folder);
  removeOthers(folder, currentBuild(folder) ?? "");
  mkdirSync(files.folder);
  let outcome: BuildOutcome | undefined;
  try {
    outcome = await buildInto(options, files);
    return outcome;
  } finally {
    if (outcome !== "built") rmSync(files.folder, { recursive: true, force: true });
  }
}

async function buildInto(options: SpannBuildOptions, files: BuildFiles): Promise<BuildOutcome> {
  const { folder, build, spec, kernel, nExpected, progress } = options;
  const perList = options.vectorsPerList ?? defaultVectorsPerList;
  const nLists = Math.max(1, Math.round(nExpected / perList));
  const graph = await createHnsw(spec, nLists);
  if (graph.kind === "unusable") return "addonMissing";
  const { sample, lastEmbedding } = sampleOf(options, nLists, files);
  try {
    if (sample.n === 0) return "tooSmall";
    if (lastEmbedding > maxEmbedding) return "numbersTooLarge";
    const cells = centroidsOf(sample, nLists, files.folder, {
      kernel,
      dimensions: spec.dimensions,
      pause: () => progress(stages.sample),
    });
    sample.remove();
    progress(stages.centroids);
    fillGraph(graph.index, cells.centroids, spec.dimensions, (share) =>
      progress(stages.centroids + share * (stages.graph - stages.centroids)),
    );
    graph.index.save(files.centroids);
    const closure = new Closure(kernel, spec.dimensions, cells, options.rule ?? defaultRule);
    const { size: nWritten } = graph.index;
    const written = writeLists(options, files, closure, nWritten, lastEmbedding);
    publishManifest(folder, { ...spec, build, nLists: nWritten, lastEmbedding, ...written });
    progress(1);
    return "built";
  } finally {
    sample.remove();
  }
}

/** Reads everything once: a sample of it, and what the last embedding is. */
function sampleOf(
  options: SpannBuildOptions,
  nLists: number,
  files: BuildFiles,
): { sample: SampleFile; lastEmbedding: number } {
  const { spec, nExpected, progress } = options;
  const { dimensions } = spec;
  const sample = new SampleFile(path.join(files.folder, "sample"), dimensions);
  const share = Math.min(1, (nLists * samplesPerList) / nExpected);
  let due = 0;
  let lastEmbedding = 0;
  forEachContent(
    options,
    Number.POSITIVE_INFINITY,
    (embedding, vectors) => {
      lastEmbedding = embedding;
      // Evenly, and without a random number: neighbours in the store are often alike.
      for (let at = 0; at < vectors.length; at += dimensions) {
        due += share;
        if (due < 1) continue;
        due -= 1;
        const row = vectors.subarray(at, at + dimensions);
        if (row.some((value) => value !== 0)) sample.add(row);
      }
    },
    () => progress(0),
  );
  return { sample, lastEmbedding };
}

function fillGraph(
  graph: HnswIndex,
  centroids: Int8Array,
  dimensions: number,
  progress: (share: number) => void,
): void {
  const n = centroids.length / dimensions;
  for (let label = 0; label < n; label++) {
    if (label % 64 === 0) progress(label / n);
    graph.add(label, centroids.subarray(label * dimensions, (label + 1) * dimensions));
  }
}

function writeLists(
  options: SpannBuildOptions,
  files: BuildFiles,
  closure: Closure,
  nLists: number,
  lastEmbedding: number,
): { nVectors: number; nEntries: number; listsBytes: number; tableSha256: string } {
  const { spec, kernel, nExpected, progress } = options;
  const { dimensions } = spec;
  const writer = new ListWriter({
    folder: files.folder,
    kernel,
    dimensions,
    nLists,
    nExpected: nExpected * rowsPerVector,
  });
  let nVectors = 0;
  try {
    const tell = (): void =>
      progress(stages.graph + Math.min(1, nVectors / nExpected) * (stages.lists - stages.graph));
    forEachContent(
      options,
      lastEmbedding,
      (embedding, bytes) => {
        const vectors = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
        for (let idx = 0; idx * dimensions < vectors.length; idx++) {
          const vector = vectors.subarray(idx * dimensions, (idx + 1) * dimensions);
          for (const list of closure.listsOf(vector)) writer.add(list, { embedding, idx }, vector);
          nVectors++;
        }
      },
      tell,
    );
    const { table, bytes } = writer.finish(files.lists, tell);
    writeFileSync(files.table, table.bytes);
    flushFile(files.table);
    return {
      nVectors,
      nEntries: writer.nEntries,
      listsBytes: bytes,
      tableSha256: sha256Of(table.bytes),
    };
  } finally {
    writer.close();
  }
}

/** Visits the embeddings up to `last`, in short reads. */
function forEachContent(
  { source, spec }: SpannBuildOptions,
  last: number,
  visit: (embedding: number, vectors: Uint8Array) => void,
  pause: () => void,
): void {
  let after = 0;
  for (;;) {
    pause();
    let n = 0;
    for (const { embedding, vectors } of source.vectorsAfter(after)) {
      if (embedding > last) return;
      if (vectors.length % spec.dimensions !== 0)
        throw new RangeError(`${vectors.length} bytes of embeddings`);
      visit(embedding, vectors);
      after = embedding;
      if (++n === contentsAtOnce) break;
    }
    if (n < contentsAtOnce) return;
  }
}
