/** Entry of a parse thread: takes batches of files and answers with what to store of them. */
import { parentPort, workerData } from "node:worker_threads";
import xxhash from "xxhash-wasm";
import { KnownContent } from "../memory/knownContent.ts";
import { createNodeFileSystem } from "../nodePorts.ts";
import type { BatchReply, BatchRequest } from "./parsePool.ts";
import { FileParser, type ParseResult } from "./parseTask.ts";
import { createSyntaxChunker } from "./syntax/syntaxChunker.ts";

const { progress, grammarFolder } = workerData as { progress: Int32Array; grammarFolder: string };
const port = parentPort;
if (port === null) throw new Error("parseThread.ts runs in a worker thread");

const parser = new FileParser(
  createNodeFileSystem(),
  await xxhash(),
  await createSyntaxChunker(grammarFolder),
);
const known = new KnownContent();
let queue = Promise.resolve();

port.on("message", (request: BatchRequest) => {
  queue = queue.then(() => runBatch(request));
});

async function runBatch(request: BatchRequest): Promise<void> {
  const store = request.knownIn;
  const results: ParseResult[] = [];
  for (let i = 0; i < request.tasks.length; i++) {
    Atomics.store(progress, 0, i);
    const task = request.tasks[i] as BatchRequest["tasks"][number];
    const isKnown = store === undefined ? undefined : (hash: bigint) => known.has(store, hash);
    results.push(await parser.run(isKnown === undefined ? task : { ...task, isKnown }));
    Atomics.add(progress, 1, 1);
  }
  const reply: BatchReply = { id: request.id, results };
  port?.postMessage(reply);
}
