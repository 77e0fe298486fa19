/** The thread's side of a `TokenPool`: opens a model, and runs it over one text after the other. */
import { ModelFaultError } from "./modelFault.ts";
import type { TokenPoolCall, TokenPoolReply } from "./tokenPoolCalls.ts";

/** The part of a worker's port that is used. */
interface ThreadPort {
  on(event: "message", listener: (call: TokenPoolCall) => void): unknown;
  postMessage(value: unknown, transferred: readonly ArrayBuffer[]): void;
  close(): void;
}

/** What a thread does. ModelFaultErrors are told to the main thread; any other error ends the thread. */
export interface TokenPoolWork<Model, Result> {
  open(): Promise<Model>;
  run(
    model: Model,
    tokens: Uint16Array,
  ): Promise<{ readonly result: Result; readonly transferred: readonly ArrayBuffer[] }>;
}

/** Serves calls until one says that the thread is to end; the model is closed then. */
export function serveTokenPool<Model extends { close(): Promise<void> }, Result>(
  port: ThreadPort,
  work: TokenPoolWork<Model, Result>,
): void {
  const startedMs = performance.now();
  const say = (reply: TokenPoolReply<Result>, transferred: readonly ArrayBuffer[] = []): void =>
    port.postMessage(reply, transferred);

  /** Returns `undefined` for a fault of the model, which the main thread is told of. */
  const unlessFaulty = async (step: () => Promise<Model>): Promise<Model | undefined> => {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof ModelFaultError)) throw error;
      say({ kind: "unavailable", fault: error.fault });
      return undefined;
    }
  };
  const answer = async (
    model: Model | undefined,
    call: TokenPoolCall,
  ): Promise<Model | undefined> => {
    if (call.kind === "end") {
      await model?.close();
      port.close();
      return undefined;
    }
    if (model === undefined) return undefined;
    return unlessFaulty(async () => {
      const { result, transferred } = await work.run(model, call.tokens);
      say({ kind: "done", id: call.id, result }, transferred);
      return model;
    });
  };

  /** Calls wait for the model, and each for the one before it. `undefined` when there is none. */
  let last: Promise<Model | undefined> = unlessFaulty(async () => {
    const model = await work.open();
    say({ kind: "ready", ms: Math.round(performance.now() - startedMs) });
    return model;
  });
  port.on("message", (call) => {
    last = last.then((model) => answer(model, call));
  });
}
