/** Entry of a thread that encodes chunks: checks the one graph that is needed, and encodes one chunk after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { serveTokenPool } from "../model/tokenPoolThread.ts";
import { lowerThreadPriority } from "../priority.ts";
import { ChunkEncoder } from "./chunkEncoder.ts";
import type { LmEncodeThreadData } from "./lmEncodeClient.ts";

if (parentPort === null) throw new Error("lmEncodeThread.ts runs in a worker thread");
// Filling the memory may take half an hour, and a question takes a moment.
lowerThreadPriority();
const { folder, graph, config } = workerData as LmEncodeThreadData;
serveTokenPool(parentPort, {
  open: () => ChunkEncoder.open(folder, graph, config),
  run: async (encoder, tokens) => {
    const result = await encoder.encode(tokens);
    const arrays = [result.tokens, result.keys, result.values, result.salience];
    return { result, transferred: arrays.map(({ buffer }) => buffer as ArrayBuffer) };
  },
});
