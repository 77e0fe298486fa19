/** Entry of an encoder thread: checks the graph, opens a session, and embeds one text after the other. */
import { parentPort, workerData } from "node:worker_threads";
import type { EncoderThreadData } from "./encoderClient.ts";
import { readGraphFile } from "./modelFolder.ts";
import { OnnxSession } from "./onnxSession.ts";
import { serveTokenPool } from "./tokenPoolThread.ts";

if (parentPort === null) throw new Error("encoderThread.ts runs in a worker thread");
const { folder, graph, spec } = workerData as EncoderThreadData;
serveTokenPool(parentPort, {
  open: () => OnnxSession.open(readGraphFile(folder, graph), spec),
  run: async (session, tokens) => {
    const embedding = await session.embed(tokens);
    return { result: embedding, transferred: [embedding.buffer as ArrayBuffer] };
  },
});
