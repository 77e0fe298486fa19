/** Builds the server's parts and ties them together: the one screen that shows every object and what it needs. */
import xxhash from "xxhash-wasm";
import { createNodeFileSystem, nodeClock } from "./nodePorts.ts";
import type { Logger } from "./ports.ts";
import { Recaller } from "./recall/recaller.ts";
import { VerifiedSource } from "./recall/verifiedSource.ts";
import { keepWasmSmall } from "./wasmTiering.ts";
import { WorkspaceMemory, type WorkspaceMemoryOptions } from "./workspaceMemory.ts";

/** The memory with what reads from it. */
export interface RecallParts {
  readonly memory: WorkspaceMemory;
  /** Recall and the present text of files: `RecallService` and `SourceReader`. */
  readonly recaller: Recaller;
}

/** Starts the ingest thread; no store is open yet. `memory.close()` ends it. */
export async function assembleRecall(
  log: Logger,
  options: Omit<WorkspaceMemoryOptions, "log"> = {},
): Promise<RecallParts> {
  keepWasmSmall();
  const memory = new WorkspaceMemory({ ...options, log });
  const source = new VerifiedSource({
    files: createNodeFileSystem(),
    hasher: await xxhash(),
    overlay: (absolute) => memory.overlay(absolute),
    metStale: (absolute) => memory.filesChanged([{ file: absolute, kind: "changed" }]),
    maxFileBytes: () => memory.maxFileBytes,
  });
  return { memory, recaller: new Recaller(memory, source, nodeClock) };
}
