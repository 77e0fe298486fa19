/** A workspace with a deep memory: the real threads, the real runtime, a tiny model, files in temporary folders. */
import assert from "node:assert/strict";
import path from "node:path";
import type { CompleteParams, Completion, DeepMemoryStatus } from "../../../protocol/deepMemory.ts";
import { assembleRecall } from "../../../server/assembly.ts";
import { DeepMemory } from "../../../server/deepMemory.ts";
import { threadEntry } from "../../../server/threads.ts";
import { trainedFolder } from "../lm/lmHarness.ts";
import {
  fixtureModelFolder,
  OpenedMemory,
  quietLog,
  rootOf,
  settings,
} from "../workspaceMemoryHarness.ts";

/** Longest wait for an event that must come; only a failing test waits so long. */
const patienceMs = 60_000;

class OpenedDeepMemory extends OpenedMemory {
  readonly deep: DeepMemory;

  constructor({ folder, storeDir, memory, recaller }: OpenedMemory, deep: DeepMemory) {
    super(folder, storeDir, { memory, recaller, embedder: undefined, kernel: undefined });
    this.deep = deep;
  }

  /** Resolves with the first status that holds, the present one included. */
  until(holds: (status: DeepMemoryStatus) => boolean): Promise<DeepMemoryStatus> {
    const { promise, resolve, reject } = Promise.withResolvers<DeepMemoryStatus>();
    const look = (): void => {
      const status = this.deep.status();
      if (holds(status)) resolve(status);
    };
    const stop = this.deep.onStatusChanged(look);
    const timer = setTimeout(
      () => reject(new Error(`still ${JSON.stringify(this.deep.status())}`)),
      patienceMs,
    );
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      stop();
    });
  }

  /** Resolves when `nFiles` are encoded and none waits. */
  ready(nFiles: number): Promise<DeepMemoryStatus> {
    return this.until(
      ({ state, filesEncoded, filesToEncode }) =>
        state === "ready" && filesToEncode === 0 && filesEncoded === nFiles,
    );
  }

  /** Returns what is completed behind a text in a file, `undefined` when there is nothing worth showing. */
  async complete(
    file: string,
    prefix: string,
    at: Pick<CompleteParams, "line" | "suffix" | "maxTokens"> = { suffix: "" },
  ): Promise<Completion | undefined> {
    const absolute = path.join(this.folder, file);
    const languageId = "typescript";
    const params = { file: absolute, languageId, prefix, maxTokens: 8, ...at };
    return (await this.deep.complete(params, AbortSignal.timeout(patienceMs))).completion;
  }

  /** Where the bank is. */
  get deepFolder(): string {
    return path.join(this.storeDir, "deep", "root");
  }
}

export interface DeepOptions {
  readonly modelFolder?: string;
  readonly maxDiskBytes?: number;
  readonly enabled?: boolean;
  /** As `DeepThreadData.retryMs`. */
  readonly retryMs?: number;
  /** Lore is paused before anything is opened. */
  readonly isPaused?: boolean;
}

/** Opens the memory of a folder with its deep memory. */
export async function openDeepMemory(
  { folder, storeDir }: { readonly folder: string; readonly storeDir: string },
  options: DeepOptions = {},
): Promise<OpenedDeepMemory> {
  const { modelFolder = trainedFolder, maxDiskBytes = 1e9, enabled = true } = options;
  const { retryMs, isPaused = false } = options;
  const parts = await assembleRecall(quietLog, {
    logLevel: "error",
    modelFolder: fixtureModelFolder,
  });
  const { memory, kernel } = parts;
  assert.ok(kernel !== undefined, "the kernel is built");
  const deep = new DeepMemory({
    entry: threadEntry("deepThread"),
    threadData: {
      ...{ modelFolder, kernel, logLevel: "error" },
      ...(retryMs === undefined ? {} : { retryMs }),
    },
    log: quietLog,
    workspace: () => memory.deepWorkspace(),
    startsAlone: true,
  });
  memory.accompany(deep);
  if (isPaused) await memory.pause();
  const deepMemory = { enabled, maxDiskBytes };
  await memory.open(storeDir, [rootOf(folder)], { ...settings, deepMemory }, true);
  return new OpenedDeepMemory(new OpenedMemory(folder, storeDir, parts), deep);
}
