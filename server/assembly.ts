/** Builds the server's parts and ties them together: the one screen that shows every object and what it needs. */
import xxhash from "xxhash-wasm";
import { fileURLToPath } from "node:url";
import { loadEncoder } from "./encoderParts.ts";
import { createNodeFileSystem, nodeClock } from "./nodePorts.ts";
import type { Logger } from "./ports.ts";
import type { TextEmbedder } from "./workServices.ts";
import type { KernelModule } from "./model/kernelMemory.ts";
import { modelFolder as filesOfModel } from "./model/modelFolder.ts";
import { loadRankerModel } from "./model/rankerModel.ts";
import { LearnedRanking } from "./recall/learnedRanking.ts";
import { rankFeatureNames } from "./recall/rankFeatures.ts";
import { RankingEncoder } from "./rankingEncoder.ts";
import { DenseSearch } from "./recall/denseSearch.ts";
import { defaultMinChunks } from "./recall/embeddingIndex.ts";
import { Recaller } from "./recall/recaller.ts";
import { EncoderReranker } from "./recall/reranker.ts";
import { VerifiedSource } from "./recall/verifiedSource.ts";
import { modelFolderUrl, threadEntry } from "./threads.ts";
import { keepWasmSmall } from "./wasmTiering.ts";
import { WorkspaceMemory, type WorkspaceMemoryOptions } from "./workspaceMemory.ts";

/** The memory with what reads from it. */
export interface RecallParts {
  readonly memory: WorkspaceMemory;
  /** Recall and the present text of files: `RecallService` and `SourceReader`. */
  readonly recaller: Recaller;
  /** Turns texts into embeddings; `undefined` without a usable model. */
  readonly embedder: TextEmbedder | undefined;
  /** `undefined` when it cannot be used here. */
  readonly kernel: KernelModule | undefined;
}

/** Folders of the static model, of the ranking's and of the transformer encoder; the shipped ones when absent. */
export type RecallOptions = Omit<
  WorkspaceMemoryOptions,
  "log" | "encoder" | "ranker" | "rankingEncoder"
> & {
  readonly modelFolder?: string;
  readonly rankerFolder?: string;
  readonly encoderFolder?: string;
  /** Chunks from which on a memory gets an index on disk. */
  readonly minIndexedChunks?: number;
};

/** Starts the ingest thread; no store is open yet. `memory.close()` ends it. */
export async function assembleRecall(
  log: Logger,
  {
    modelFolder = fileURLToPath(modelFolderUrl("static")),
    rankerFolder = fileURLToPath(modelFolderUrl("ranker")),
    encoderFolder = fileURLToPath(modelFolderUrl("encoder")),
    minIndexedChunks = defaultMinChunks,
    ...options
  }: RecallOptions = {},
): Promise<RecallParts> {
  const encoder = loadEncoder(modelFolder);
  const ranker = loadRankerModel(filesOfModel(rankerFolder), rankFeatureNames);
  keepWasmSmall();
  if (encoder.kind === "unavailable")
    log.log("warn", "encode", "search works by words only", { ...encoder.fault });
  if (ranker.kind === "unavailable")
    log.log("warn", "recall", "places are ranked by hand-set weights", { ...ranker.fault });
  const rankingEncoder = new RankingEncoder(encoderFolder, encoder, log);
  const memory = new WorkspaceMemory({ ...options, log, encoder, ranker, rankingEncoder });
  const source = new VerifiedSource({
    files: createNodeFileSystem(),
    hasher: await xxhash(),
    overlay: (absolute) => memory.overlay(absolute),
    metStale: (absolute) => memory.filesChanged([{ file: absolute, kind: "changed" }]),
    maxFileBytes: () => memory.maxFileBytes,
  });
  const dense = new DenseSearch(encoder, nodeClock, {
    entry: threadEntry("spannThread"),
    log,
    minChunks: minIndexedChunks,
  });
  const learned = ranker.kind === "ready" ? new LearnedRanking(ranker.model) : undefined;
  const reranker = new EncoderReranker(rankingEncoder);
  return {
    memory,
    recaller: new Recaller(memory, source, dense, learned, reranker, nodeClock),
    embedder: dense.embedder,
    kernel: encoder.kind === "ready" ? encoder.parts.kernel : undefined,
  };
}
