/** The worker threads: where their entries are: beside the bundle, or in the source tree when it runs unbundled. */
import { availableParallelism } from "node:os";

/**
 * For threads that live as long as the server. V8 lets new objects take 128 MB before it looks at them, in each thread,
 * and does not give that back.
 */
export const longLivedHeap = { maxYoungGenerationSizeMb: 24 } as const;
const fromSource = import.meta.url.endsWith(".ts");

/** The folder of each entry's source. */
const sourceFolders = {
  ingestThread: "ingest",
  parseThread: "ingest",
  encoderThread: "model",
  lmEncodeThread: "lm",
  spannThread: "spann",
  deepThread: "deep",
  historyThread: "history",
};

/** Returns the URL of a worker thread's entry. */
export function threadEntry(name: keyof typeof sourceFolders): URL {
  const source = `./${sourceFolders[name]}/${name}.ts`;
  return new URL(fromSource ? source : `./${name}.mjs`, import.meta.url);
}

/** Returns the URL of the folder with the grammars. In a source tree that is the build's folder. */
export function grammarFolderUrl(): URL {
  return new URL(fromSource ? "../dist/grammars/" : "./grammars/", import.meta.url);
}

/** Returns how many parse threads each of `nRoots` roots gets, at least one; `wanted` is for all, 0 for half of the processors. */
export function parseThreadsPerRoot(wanted: number, nRoots: number): number {
  const all = wanted > 0 ? wanted : Math.max(2, Math.floor(availableParallelism() / 2));
  return Math.max(1, Math.floor(all / Math.max(1, nRoots)));
}

/** Returns how many threads embed with the transformer encoder: each holds the whole model in memory. */
export function encoderThreads(): number {
  return Math.max(1, Math.min(2, Math.floor(availableParallelism() / 2)));
}

/** Returns the URL of the kernel. In a source tree that is the build's. */
export function kernelUrl(): URL {
  return new URL(fromSource ? "../dist/kernel.wasm" : "./kernel.wasm", import.meta.url);
}

/**
 * Returns the URL of a model's folder: beside the folder of the bundle, and of the sources. Those of the transformer
 * encoder and of the memory language model need not be there.
 */
export function modelFolderUrl(model: "static" | "ranker" | "encoder" | "memory-lm"): URL {
  return new URL(`../models/${model}/`, import.meta.url);
}
