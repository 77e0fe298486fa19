/** Entry of an encoder thread: checks the graph, opens a session, and embeds one text after the other. */
import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import type { EncoderCall, EncoderReply, EncoderThreadData } from "./encoderCalls.ts";
import { ModelFaultError } from "./modelFault.ts";
import { readModelFile } from "./modelFolder.ts";
import { OnnxSession } from "./onnxSession.ts";

const port = parentPort;
if (port === null) throw new Error("encoderThread.ts runs in a worker thread");
const say = (reply: EncoderReply, transferred: ArrayBuffer[] = []): void =>
  port.postMessage(reply, transferred);

const { graphFile, sha256, spec } = workerData as EncoderThreadData;
const startedMs = performance.now();
/** Calls wait for the session, and each for the one before it. `undefined` when there is none. */
let last: Promise<OnnxSession | undefined> = openSession();
port.on("message", (call: EncoderCall) => {
  last = last.then((session) => answer(session, call));
});

async function openSession(): Promise<OnnxSession | undefined> {
  return unlessFaulty(async () => {
    const bytes = readModelFile(graphFile);
    if (bytes === undefined) throw new ModelFaultError("missing", spec.file, "not there");
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found !== sha256)
      throw new ModelFaultError("damaged", spec.file, `${bytes.length} bytes, sha256 ${found}`);
    const session = await OnnxSession.open(bytes, spec);
    say({ kind: "ready", ms: Math.round(performance.now() - startedMs) });
    return session;
  });
}

async function answer(
  session: OnnxSession | undefined,
  call: EncoderCall,
): Promise<OnnxSession | undefined> {
  if (call.kind === "end") {
    await session?.close();
    port?.close();
    return undefined;
  }
  if (session === undefined) return undefined;
  return unlessFaulty(async () => {
    const embedding = await session.embed(call.tokens);
    say({ kind: "embedded", id: call.id, embedding }, [embedding.buffer as ArrayBuffer]);
    return session;
  });
}

/** Returns `undefined` for a fault of the encoder, which the main thread is told of. */
async function unlessFaulty(work: () => Promise<OnnxSession>): Promise<OnnxSession | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ModelFaultError)) throw error;
    say({ kind: "unavailable", fault: error.fault });
    return undefined;
  }
}
