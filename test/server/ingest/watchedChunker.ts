/**
 * The syntax chunker in a thread with a time limit. A parser that hangs would hang its own test, whose runner
 * could then say neither the seed nor the text.
 */
import { createHash } from "node:crypto";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import fc from "fast-check";
import type { LanguageId } from "../../../server/ingest/languages.ts";

/** Longest time for one text; the longest that passes takes some seconds on a busy machine. */
const limitMs = 60_000;
const { port1: port, port2: far } = new MessageChannel();
/** 1 when the thread has answered. */
const answered = new Int32Array(new SharedArrayBuffer(4));

let worker: Worker | undefined;
let hung = false;

/**
 * Chunks a text and holds the chunks against it. Throws what is wrong, or that it took too long, with the text's
 * hash; from then on every text counts as unsuitable, so that the search for a smaller one ends at once.
 */
export function checkInTime(text: string, language: LanguageId, maxMs = limitMs): void {
  fc.pre(!hung);
  worker ??= startWorker();
  port.postMessage({ text, language });
  if (Atomics.wait(answered, 0, 0, maxMs) === "timed-out") {
    hung = true;
    void worker.terminate();
    const sha256 = createHash("sha256").update(text).digest("hex");
    throw new Error(`no end after ${maxMs} ms: ${language}, ${text.length} characters, ${sha256}`);
  }
  Atomics.store(answered, 0, 0);
  const reply = receiveMessageOnPort(port) as { message: { fault?: string } };
  if (reply.message.fault !== undefined) throw new Error(reply.message.fault);
}

function startWorker(): Worker {
  const started = new Worker(new URL("chunkThread.ts", import.meta.url), {
    workerData: { far, answered },
    transferList: [far],
  });
  started.unref();
  port.unref();
  return started;
}
