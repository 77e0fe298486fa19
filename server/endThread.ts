/** How a worker thread ends: by itself, since one that is broken off inside a native library can take the process with it. */
import type { Worker } from "node:worker_threads";

/** A thread that is told to end and does not is left behind after this time. */
const endMs = 5_000;

/** Threads of this one that were told to end and have not. */
const leftBehind = new Set<Worker>();

/**
 * Tells a thread to end, by the message that it ends with. Resolves when it did, or is left behind after `maxMs`: then this
 * thread, and with it the process, does not end by itself before that one has.
 */
export async function endThread(worker: Worker, close: unknown, maxMs = endMs): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, maxMs);
  const ended = new Promise<void>((done) =>
    worker.once("exit", () => {
      leftBehind.delete(worker);
      done();
    }),
  );
  leftBehind.add(worker);
  worker.ref();
  worker.postMessage(close);
  await Promise.race([ended, late]);
  clearTimeout(timer);
}

/** True while a thread that was told to end runs. Exiting would break it off, and inside a model's run abort the process. */
export function isThreadLeft(): boolean {
  return leftBehind.size > 0;
}
