/** Answers what is asked of the deep memory: a completion, what is unusual in a file, and the self-test. */
import type { DeepMemoryDetail, SelfTestProgress } from "../../protocol/deepMemory.ts";
import { MemoryError } from "../../protocol/errors.ts";
import type { SurpriseParams } from "../../protocol/methods.ts";
import type { BankStore } from "../bank/bankStore.ts";
import type { EncodedChunk } from "../lm/chunkEncoder.ts";
import type { LmModel, LmParts } from "../lm/lmModel.ts";
import { asMemoryError, isStoreFailure } from "../memory/database.ts";
import { ModelFaultError } from "../model/modelFault.ts";
import type { Clock } from "../ports.ts";
import type { ThreadFailure } from "../threadFailure.ts";
import type { Completer } from "./completer.ts";
import type { DeepCall, DeepReply } from "./deepCalls.ts";
import { fileIdOf, isTooLarge, type DeepFile } from "./deepFiles.ts";
import type { DeepSource } from "./deepSource.ts";
import { recordBytesPerToken } from "./fileWriter.ts";
import type { ReaderBank } from "./recallTokens.ts";
import { RequestQueue } from "./requestQueue.ts";
import { runSelfTest, SelfTestError, type StreamedFile } from "./selfTest.ts";
import { surpriseOfFile } from "./surpriseOfFile.ts";

/** A bank for one self-test, which is erased at its end. */
export interface TestBank {
  readonly store: BankStore;
  erase(): void;
}

/** What is asked, of a deep memory that is open. */
export interface AskedMemory {
  readonly folder: string;
  readonly model: LmModel;
  readonly bank: BankStore;
  /** Tells nothing that is not as the files are by now. */
  readonly reader: ReaderBank;
  readonly encoder: { encode(tokens: Uint16Array): Promise<EncodedChunk> };
  readonly completer: Completer;
}

export interface DeepAnswersOptions {
  readonly source: DeepSource;
  /** `memory` is `undefined` while none is open, for the reason in `detail`. */
  readonly opened: () => {
    readonly memory: AskedMemory | undefined;
    readonly detail: DeepMemoryDetail | undefined;
  };
  /** The files of the workspace, those that are encoded first in front. */
  readonly files: () => readonly DeepFile[];
  readonly capacityBytes: () => number;
  /** A new bank beside the one in `folder`. Errors: MemoryError. */
  readonly openTestBank: (
    folder: string,
    parts: LmParts,
    capacityBytes: number,
  ) => Promise<TestBank>;
  /** Bytes that the disk of a folder has left. */
  readonly freeBytes: (folder: string) => number;
  readonly peakBytes: () => number;
  readonly clock: Clock;
  readonly say: (reply: DeepReply) => void;
  /** A self-test began or ended. */
  readonly testing: (isBegun: boolean) => void;
  /** The model failed under a request. */
  readonly failed: (error: ModelFaultError) => void;
}

type Asked = DeepCall & { readonly kind: "request" };

/** Of the bank's upkeep during a self-test. */
const upkeepMs = 50;

export class DeepAnswers {
  readonly #options: DeepAnswersOptions;
  readonly #requests = new Map<number, AbortController>();
  /** Each kind of request has a sequence of its own, and does not wait for the others. */
  readonly #queues = {
    complete: new RequestQueue(),
    surprise: new RequestQueue(),
    selfTest: new RequestQueue(),
  };

  constructor(options: DeepAnswersOptions) {
    this.#options = options;
  }

  /** Says the result, or why there is none. Rejects with what is a fault of the program. */
  async answer({ id, name, params }: Asked): Promise<void> {
    const controller = new AbortController();
    this.#requests.set(id, controller);
    try {
      const result = await this.#result({ id, name, params }, controller.signal);
      this.#options.say({ kind: "result", id, result });
    } catch (error) {
      this.#options.say({ kind: "failed", id, error: this.#failureOf(error, controller.signal) });
    } finally {
      this.#requests.delete(id);
    }
  }

  cancel(id: number): void {
    this.#requests.get(id)?.abort();
  }

  /** Ends all requests. Resolves when nobody reads any more. */
  async end(reason: MemoryError): Promise<void> {
    for (const controller of this.#requests.values()) controller.abort(reason);
    const none = new AbortController().signal;
    const queues = Object.values(this.#queues);
    await Promise.all(queues.map((queue) => queue.run(none, () => Promise.resolve())));
  }

  #result({ id, name, params }: Omit<Asked, "kind">, signal: AbortSignal) {
    const { memory, detail } = this.#options.opened();
    if (memory === undefined) throw new MemoryError("deepMemoryUnavailable", detail?.kind ?? "");
    const { complete, surprise, selfTest } = this.#queues;
    switch (name) {
      case "complete":
        return complete.run(signal, () => this.#complete(memory, params as never, signal));
      case "surprise":
        return surprise.run(signal, () => this.#surprise(memory, params as never, signal));
      case "selfTest":
        return selfTest.run(signal, () => this.#selfTest(memory, id, params as never, signal));
    }
  }

  #complete(
    { completer, bank }: AskedMemory,
    params: Parameters<Completer["complete"]>[0],
    signal: AbortSignal,
  ) {
    const { source } = this.#options;
    const file = source.placeOf(params.file);
    if (file === undefined) throw new MemoryError("rootNotOpen");
    const { rootId, path } = file;
    const held = bank.file(fileIdOf(rootId, path))?.contentHash;
    const saved = held === undefined ? undefined : source.readSaved(rootId, path, held);
    return completer.complete(params, { ...file, saved }, signal);
  }

  async #surprise(
    { model, reader: bank }: AskedMemory,
    params: SurpriseParams,
    signal: AbortSignal,
  ) {
    const { source, clock } = this.#options;
    const startMs = clock.elapsedMs();
    const place = source.placeOf(params.file);
    const text = params.text ?? (place && source.readNow(place.rootId, place.path));
    if (place === undefined || text === undefined) throw new MemoryError("rootNotOpen");
    const lines = await surpriseOfFile({ model, bank, ...place, text, signal });
    return { lines, tookMs: clock.elapsedMs() - startMs };
  }

  async #selfTest(
    { folder, model, encoder }: AskedMemory,
    id: number,
    params: Parameters<typeof runSelfTest>[0]["params"],
    signal: AbortSignal,
  ) {
    const { openTestBank, freeBytes, clock, peakBytes, say, testing } = this.#options;
    const { tokenizer, shape, id: modelId } = model.parts;
    const capacityBytes = this.#options.capacityBytes();
    const neededBytes = params.tokens * recordBytesPerToken(model.parts.manifest.config);
    if (freeBytes(folder) < Math.min(capacityBytes, neededBytes)) throw new MemoryError("diskFull");
    const test = await openTestBank(folder, model.parts, capacityBytes);
    testing(true);
    try {
      const { store } = test;
      return await runSelfTest({
        params,
        bank: store,
        tokenizer,
        shape,
        sequence: model.sequence(),
        modelId,
        encode: (tokens) => encoder.encode(tokens),
        upkeep: () => store.upkeep(upkeepMs),
        files: () => this.#streamed(),
        clock,
        peakBytes,
        progress: (progress: SelfTestProgress) => say({ kind: "progress", id, progress }),
        signal,
      });
    } finally {
      testing(false);
      test.erase();
    }
  }

  *#streamed(): Generator<StreamedFile> {
    for (const file of this.#options.files()) {
      if (isTooLarge(file)) continue;
      const text = this.#options.source.read(file);
      if (text !== undefined) yield { path: file.path, text };
    }
  }

  #failureOf(error: unknown, signal: AbortSignal): ThreadFailure {
    // The deep memory was closed under it, or whoever asked wants it no more.
    if (signal.aborted && signal.reason instanceof MemoryError) error = signal.reason;
    else if (signal.aborted) return { kind: "aborted" };
    if (error instanceof MemoryError)
      return { kind: "memory", errorName: error.errorName, detail: error.detail };
    if (error instanceof SelfTestError)
      return error.outcome === "diskFull"
        ? { kind: "memory", errorName: "diskFull", detail: "" }
        : { kind: "memory", errorName: "deepMemoryUnavailable", detail: "noRoom" };
    if (error instanceof ModelFaultError) {
      this.#options.failed(error);
      return { kind: "memory", errorName: "deepMemoryUnavailable", detail: "modelFault" };
    }
    if (!isStoreFailure(error)) throw error;
    const { errorName, detail } = asMemoryError(error);
    return { kind: "memory", errorName, detail };
  }
}
