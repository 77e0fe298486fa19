/** Entry of a parse thread: takes batches of files and answers with what to store of them. */
import { parentPort, workerData } from "node:worker_threads";
import xxhash from "xxhash-wasm";
import { KnownContent } from "../memory/knownContent.ts";
import { StaticEncoder } from "../model/staticEncoder.ts";
import { createNodeFileSystem, nodeClock } from "../nodePorts.ts";
import {
  progressAt,
  type BatchReply,
  type BatchRequest,
  type ParseThreadData,
} from "./parsePool.ts";
import { FileParser, parseStages, type ParseResult, type ParseStage } from "./parseTask.ts";
import { createSyntaxChunker } from "./syntax/syntaxChunker.ts";

const { progress, grammarFolder, encoder: parts } = workerData as ParseThreadData;
const port = parentPort;
if (port === null) throw new Error("parseThread.ts runs in a worker thread");

const syntax = await createSyntaxChunker(grammarFolder);
const enter = (stage: ParseStage, bytes: number): void => {
  Atomics.store(progress, progressAt.bytes, bytes);
  Atomics.store(progress, progressAt.stage, parseStages.indexOf(stage));
};
const encoder = parts === undefined ? undefined : new StaticEncoder(parts);
const parser = new FileParser(
  createNodeFileSystem(),
  await xxhash(),
  syntax,
  nodeClock,
  enter,
  encoder,
);
const known = new KnownContent();
let queue = Promise.resolve();

port.on("message", (request: BatchRequest) => {
  queue = queue.then(() => runBatch(request));
});
Atomics.store(progress, progressAt.started, 1);

async function runBatch(request: BatchRequest): Promise<void> {
  const store = request.knownIn;
  const results: ParseResult[] = [];
  Atomics.store(progress, progressAt.task, 0);
  Atomics.store(progress, progressAt.batch, request.id);
  for (const [i, task] of request.tasks.entries()) {
    Atomics.store(progress, progressAt.task, i);
    enter("read", 0);
    const isKnown =
      store === undefined || task.mustCompute === true
        ? undefined
        : (hash: bigint) => known.has(store, hash, task.bySyntax);
    results.push(await parser.run(isKnown === undefined ? task : { ...task, isKnown }));
    Atomics.add(progress, progressAt.finished, 1);
  }
  known.close();
  // From here on an end of the thread is no file's fault.
  Atomics.store(progress, progressAt.batch, 0);
  const reply: BatchReply = { id: request.id, results, worn: syntax.isWorn };
  port?.postMessage(reply);
}
