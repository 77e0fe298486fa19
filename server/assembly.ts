/** Builds the server's parts and ties them together: the one screen that shows every object and what it needs. */
import xxhash from "xxhash-wasm";
import { fileURLToPath } from "node:url";
import { loadEncoder } from "./encoderParts.ts";
import { createNodeFileSystem, nodeClock } from "./nodePorts.ts";
import type { Logger } from "./ports.ts";
import { DenseSearch } from "./recall/denseSearch.ts";
import { Recaller } from "./recall/recaller.ts";
import { VerifiedSource } from "./recall/verifiedSource.ts";
import { modelFolderUrl } from "./threads.ts";
import { keepWasmSmall } from "./wasmTiering.ts";
import { WorkspaceMemory, type WorkspaceMemoryOptions } from "./workspaceMemory.ts";

/** The memory with what reads from it. */
export interface RecallParts {
  readonly memory: WorkspaceMemory;
  /** Recall and the present text of files: `RecallService` and `SourceReader`. */
  readonly recaller: Recaller;
}

/** `modelFolder` is that of the static model; the shipped one when absent. */
export type RecallOptions = Omit<WorkspaceMemoryOptions, "log" | "encoder"> & {
  readonly modelFolder?: string;
};

/** Starts the ingest thread; no store is open yet. `memory.close()` ends it. */
export async function assembleRecall(
  log: Logger,
  { modelFolder = fileURLToPath(modelFolderUrl()), ...options }: RecallOptions = {},
): Promise<RecallParts> {
  const encoder = loadEncoder(modelFolder);
  keepWasmSmall();
  if (encoder.kind === "unavailable")
    log.log("warn", "encode", "search works by words only", { ...encoder.fault });
  const memory = new WorkspaceMemory({ ...options, log, encoder });
  const source = new VerifiedSource({
    files: createNodeFileSystem(),
    hasher: await xxhash(),
    overlay: (absolute) => memory.overlay(absolute),
    metStale: (absolute) => memory.filesChanged([{ file: absolute, kind: "changed" }]),
    maxFileBytes: () => memory.maxFileBytes,
  });
  const dense = new DenseSearch(encoder, nodeClock);
  return { memory, recaller: new Recaller(memory, source, dense, nodeClock) };
}
