/** Entry of the thread of the histories: it runs git, writes what it reads, and answers questions about it. */
import { fileURLToPath } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { createSyntaxChunker } from "../ingest/syntax/syntaxChunker.ts";
import xxhash from "xxhash-wasm";
import { createJsonLogger, createNodeFileSystem, nodeClock } from "../nodePorts.ts";
import type { Logger } from "../ports.ts";
import type { HistoryCall, HistoryThreadData } from "./historyCalls.ts";
import { HistoryHost } from "./historyHost.ts";

const port = parentPort;
if (port === null) throw new Error("historyThread.ts runs in a worker thread");
const { grammarFolder, logLevel, freshenMs } = workerData as HistoryThreadData;
const log: Logger =
  logLevel === "off" ? { log: () => undefined } : createJsonLogger(process.stderr, logLevel);
const hasher = await xxhash();
const host = new HistoryHost({
  log,
  clock: nodeClock,
  files: createNodeFileSystem(),
  hashText: (text) => hasher.h64ToString(text),
  freshenMs,
  syntax: await createSyntaxChunker(fileURLToPath(grammarFolder)),
  say: (reply) => port.postMessage(reply),
});

port.on("message", (call: HistoryCall) => {
  void host.call(call).then(() => {
    if (call.kind === "close") port.close();
  });
});
