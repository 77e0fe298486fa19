/**
 * Entry of the threads of an index: one searches, one builds. They alone load the add-on of the centroids' graph,
 * whose calls are synchronous.
 */
import os from "node:os";
import path from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { asMemoryError, isDiskFull, isStoreFailure } from "../memory/database.ts";
import { MemoryBank } from "../memory/memoryBank.ts";
import { acquireStoreLock } from "../memory/storeLock.ts";
import {
  controlAt,
  replyAt,
  replyInts,
  replyOutcome,
  type BuildEnd,
  type BuildThreadData,
  type SearchCall,
  type SearchOpened,
  type SearchThreadData,
  type SpannThreadData,
} from "./spannCalls.ts";
import { BuildCancelled, buildSpann } from "./spannBuilder.ts";
import { DamagedListError, maxSpannNeighbours, openSpann } from "./spannSearcher.ts";
import type { SpannSearcher } from "./spannSearcher.ts";

const port = parentPort;
if (port === null) throw new Error("spannThread.ts runs in a worker thread");
const data = workerData as SpannThreadData;
if (data.role === "search") await search(data);
else port.postMessage(await build(data));

async function search({ folder, spec, kernel, probe, reply }: SearchThreadData): Promise<void> {
  const outcome = await openSpann({
    folder,
    spec,
    kernel,
    ...(probe === undefined ? {} : { probe }),
  });
  if (outcome.kind === "unusable") {
    port?.postMessage({ kind: "unusable", fault: outcome.fault } satisfies SearchOpened);
    return;
  }
  const { searcher } = outcome;
  port?.on("message", (call: SearchCall) => answer(searcher, call, reply));
  port?.postMessage({ kind: "ready", manifest: searcher.manifest } satisfies SearchOpened);
}

function answer(
  searcher: SpannSearcher,
  { id, query, k }: SearchCall,
  reply: SharedArrayBuffer,
): void {
  const head = new Int32Array(reply, 0, replyInts);
  const names = new Uint32Array(reply, replyInts * 4, maxSpannNeighbours * 2);
  const scores = new Float32Array(reply, (replyInts + maxSpannNeighbours * 2) * 4);
  try {
    const found = searcher.search(query, k);
    for (const [i, { embedding, idx, similarity }] of found.entries()) {
      names[i * 2] = embedding;
      names[i * 2 + 1] = idx;
      scores[i] = similarity;
    }
    head[replyAt.n] = found.length;
    head[replyAt.outcome] = replyOutcome.found;
  } catch (error) {
    // A list that was changed, or a disk that does not give it.
    if (!(error instanceof DamagedListError) && !isStoreFailure(error)) throw error;
    head[replyAt.n] = 0;
    head[replyAt.outcome] = replyOutcome.damaged;
  }
  Atomics.store(head, replyAt.id, id);
  Atomics.notify(head, replyAt.id);
}

async function build(options: BuildThreadData): Promise<BuildEnd> {
  yieldToOthers();
  const control = new Int32Array(options.control);
  const progress = (share: number): void => {
    if (Atomics.load(control, controlAt.cancel) !== 0) throw new BuildCancelled();
    Atomics.store(control, controlAt.progress, Math.round(share * 1000));
  };
  try {
    const lock = acquireStoreLock(path.join(options.folder, "build.lock"));
    if (lock === undefined) return "otherBuilds";
    try {
      const bank = new MemoryBank(options.storeFile);
      try {
        const { rule, ...rest } = options;
        return await buildSpann({
          ...rest,
          ...(rule === undefined ? {} : { rule }),
          source: bank,
          progress,
        });
      } finally {
        bank.close();
      }
    } finally {
      lock.release();
    }
  } catch (error) {
    if (error instanceof BuildCancelled) return "cancelled";
    if (!isStoreFailure(error)) throw error;
    return isDiskFull(error) || asMemoryError(error).errorName === "diskFull"
      ? "diskFull"
      : "storeFailed";
  }
}

/** On Linux a priority belongs to a thread; elsewhere it is the process's, which is lowered already. */
function yieldToOthers(): void {
  if (process.platform === "linux") os.setPriority(0, os.constants.priority.PRIORITY_LOW);
}
