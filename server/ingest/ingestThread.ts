/**
 * Entry of the ingest thread: owns every open root's ingester and the parse threads, and answers the
 * main thread's calls (memoryService.ts). Nothing a question needs ever waits for this thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import { watchPaths } from "./gitWatch.ts";
import { availableThreads } from "../priority.ts";
import { createJsonLogger, createNodeFileSystem, nodeClock } from "../nodePorts.ts";
import { grammarFolderUrl, threadEntry } from "../threads.ts";
import type { IngestCall, IngestMessage, IngestReply } from "./ingestCalls.ts";
import { IngestHost } from "./ingestHost.ts";

const port = parentPort;
if (port === null) throw new Error("ingestThread.ts runs in a worker thread");

const { watchdogMs } = workerData as { watchdogMs: number };
const host = new IngestHost({
  files: createNodeFileSystem(),
  clock: nodeClock,
  log: createJsonLogger(process.stderr),
  parseEntry: threadEntry("parseThread"),
  grammarFolder: fileURLToPath(grammarFolderUrl()),
  watchdogMs,
  defaultThreads: availableThreads(),
  watch: watchPaths,
  report: (statuses) => {
    const message: IngestMessage = { kind: "status", statuses };
    port.postMessage(message);
  },
});

port.on("message", (call: IngestCall) => void answer(call));

async function answer(call: IngestCall): Promise<void> {
  const reply: IngestReply = await host.call(call).then(
    (value): IngestReply => ({ kind: "reply", id: call.id, ok: true, value }),
    (error: unknown): IngestReply => ({
      kind: "reply",
      id: call.id,
      ok: false,
      error: host.describe(error),
    }),
  );
  port?.postMessage(reply);
}
