/**
 * Entry of the ingest thread: owns a root's ingester and its parse threads, and answers the main thread's
 * calls (ingestLink.ts). Nothing a question needs ever waits for this thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import { watchGit } from "./gitWatch.ts";
import { createJsonLogger, createNodeFileSystem, nodeClock } from "../nodePorts.ts";
import type { Logger } from "../ports.ts";
import { grammarFolderUrl, threadEntry } from "../threads.ts";
import { withHeartbeat } from "./heartbeat.ts";
import type { IngestCall, IngestMessage, IngestReply, IngestThreadData } from "./ingestCalls.ts";
import { IngestHost } from "./ingestHost.ts";

const port = parentPort;
if (port === null) throw new Error("ingestThread.ts runs in a worker thread");

const { watchdogMs, retryMs, logLevel, heartbeat, encoder } = workerData as IngestThreadData;
const files = withHeartbeat(createNodeFileSystem(), heartbeat);
const log: Logger =
  logLevel === "off" ? { log: () => undefined } : createJsonLogger(process.stderr, logLevel);
const host = new IngestHost({
  files,
  clock: nodeClock,
  log,
  parseEntry: threadEntry("parseThread"),
  grammarFolder: fileURLToPath(grammarFolderUrl()),
  encoder,
  watchdogMs,
  retryMs,
  watch: (rootFolder, changed) => watchGit(files, rootFolder, changed),
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
