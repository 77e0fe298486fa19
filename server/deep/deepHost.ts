/**
 * The deep memory inside its thread: the model, the bank and the writer that fills it, and the answers to what the main
 * thread asks. Nothing is loaded before a folder is open.
 */
import type {
  DeepMemoryDetail,
  DeepMemorySettings,
  DeepMemoryStatus,
  SelfTestProgress,
} from "../../protocol/deepMemory.ts";
import { MemoryError } from "../../protocol/errors.ts";
import type { BankStore } from "../bank/bankStore.ts";
import type { EncodedChunk } from "../lm/chunkEncoder.ts";
import type { LmModel, LmOutcome, LmParts } from "../lm/lmModel.ts";
import { ModelFaultError, type ModelFault } from "../model/modelFault.ts";
import type { Clock, Logger } from "../ports.ts";
import { Completer } from "./completer.ts";
import { nothingHeld, type DeepCall, type DeepFailure, type DeepReply } from "./deepCalls.ts";
import { fileIdOf, type DeepFile } from "./deepFiles.ts";
import type { DeepSource } from "./deepSource.ts";
import { DeepWriter } from "./deepWriter.ts";
import { RequestQueue } from "./requestQueue.ts";
import { runSelfTest, SelfTestError, type StreamedFile } from "./selfTest.ts";
import { surpriseOfFile } from "./surpriseOfFile.ts";

/** A bank for one self-test, which is erased at its end. */
export interface TestBank {
  readonly store: BankStore;
  erase(): void;
}

/** Encodes one chunk after the other. `encode` rejects with ModelFaultError. */
export interface ChunkThread {
  encode(tokens: Uint16Array): Promise<EncodedChunk>;
  close(): Promise<void>;
}

export interface DeepHostOptions {
  readonly source: DeepSource;
  readonly openModel: () => Promise<LmOutcome<LmModel>>;
  /** In a thread of its own, so that whoever asks need not wait for a chunk. */
  readonly openEncoder: (parts: LmParts) => ChunkThread;
  /** `undefined` when another process has it open. Errors: MemoryError. */
  readonly openBank: (
    folder: string,
    parts: LmParts,
    maxDiskBytes: number,
  ) => Promise<BankStore | undefined>;
  /** A new bank beside the one in `folder`. Errors: MemoryError. */
  readonly openTestBank: (folder: string, parts: LmParts) => Promise<TestBank>;
  readonly availableBytes: () => number;
  readonly peakBytes: () => number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly say: (reply: DeepReply) => void;
}

interface Opened {
  readonly folder: string;
  readonly model: LmModel;
  readonly bank: BankStore;
  readonly encoder: ChunkThread;
  readonly writer: DeepWriter;
  readonly completer: Completer;
}

/** How often the memories are looked at for changes, and the bank's upkeep goes on. */
const lookMs = 2_000;
const upkeepMs = 50;
/** Between two pieces of upkeep when there is more to do: others come first, and a large index is built in minutes. */
const restMs = 150;
const saidMs = 200;
/** Bytes of a record for each token of its chunk, for what a file will need; see `docs/memory-model.md`. */
const bytesPerToken = 320;
/** Bytes of source for a token, before files have been counted. */
const bytesPerTokenOfSource = 3.1;

export class DeepHost {
  readonly #options: DeepHostOptions;
  #settings: DeepMemorySettings | undefined;
  #opened: Opened | undefined;
  #detail: DeepMemoryDetail | undefined;
  #files: readonly DeepFile[] = [];
  #isPaused = false;
  readonly #requests = new Map<number, AbortController>();
  /** Completions have a sequence of their own, and do not wait for a self-test. */
  readonly #quick = new RequestQueue();
  readonly #slow = new RequestQueue();
  #looking: NodeJS.Timeout | undefined;
  /** Upkeep is under way. */
  #isKeptUp = false;
  #saying: NodeJS.Timeout | undefined;
  #opening: Promise<void> = Promise.resolve();

  constructor(options: DeepHostOptions) {
    this.#options = options;
  }

  /** Resolves when the call was dealt with; never rejects. */
  async call(call: DeepCall): Promise<void> {
    switch (call.kind) {
      case "open":
        this.#settings = call.settings;
        this.#opening = this.#opening.then(() => this.#open(call.folder));
        return this.#opening;
      case "settings":
        return this.#configure(call.settings);
      case "roots":
        this.#options.source.setRoots(call.roots, call.openEditors);
        return this.#look();
      case "pause":
        this.#isPaused = call.isPaused;
        this.#opened?.writer.setPaused(call.isPaused);
        return this.#say();
      case "forget":
        return this.#forget(call.rootId);
      case "request":
        return this.#answer(call);
      case "cancel":
        return this.#requests.get(call.id)?.abort();
      case "close":
        return this.#close();
    }
  }

  async #open(folder: string): Promise<void> {
    await this.#closeBank();
    this.#say();
    try {
      const model = await this.#options.openModel();
      if (model.kind !== "ready") return this.#unavailable(detailOf(model));
      const { maxDiskBytes } = this.#settings as DeepMemorySettings;
      const bank = await this.#options.openBank(folder, model.value.parts, maxDiskBytes);
      if (bank === undefined) {
        await model.value.close();
        return this.#unavailable({ kind: "otherProcess" });
      }
      this.#detail = undefined;
      this.#opened = this.#put(folder, model.value, bank);
      this.#files = this.#options.source.files();
      this.#opened.writer.setPaused(this.#isPaused);
      this.#opened.writer.follow(this.#files);
      this.#looking = setInterval(() => this.#tick(), lookMs);
      this.#options.log.log("info", "encode", "the deep memory is open", {
        files: bank.files().length,
        notices: bank.notices.length,
      });
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      this.#options.log.log("error", "encode", "the deep memory does not open", {
        code: error.errorName,
      });
      this.#unavailable({ kind: error.errorName === "diskFull" ? "diskFull" : "noRoom" });
    }
  }

  #put(folder: string, model: LmModel, bank: BankStore): Opened {
    const { source, openEncoder, availableBytes, clock, log } = this.#options;
    const encoder = openEncoder(model.parts);
    const { tokenizer, shape } = model.parts;
    const writer = new DeepWriter({
      ...{ bank, tokenizer, shape, availableBytes, clock, log },
      encode: (tokens) => encoder.encode(tokens),
      read: (file) => source.read(file),
      hasRoom: (nTokens) =>
        bank.liveBytes + nTokens * bytesPerToken <= (this.#settings?.maxDiskBytes ?? 0),
      changed: () => this.#say(),
      failed: (error) => this.#fail(error),
    });
    const completer = new Completer({ bank, tokenizer, shape, sequence: model.sequence(), clock });
    return { folder, model, bank, encoder, writer, completer };
  }

  #configure(settings: DeepMemorySettings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (before === undefined || before.maxDiskBytes === settings.maxDiskBytes) return;
    this.#opened?.writer.roomChanged(this.#files);
  }

  #tick(): void {
    this.#look();
    if (this.#isKeptUp || this.#opened === undefined) return;
    this.#isKeptUp = true;
    void this.#upkeep(this.#opened)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => (this.#isKeptUp = false));
  }

  /** Does the bank's upkeep as long as there is some, and nothing to encode. */
  async #upkeep(opened: Opened): Promise<void> {
    while (this.#opened === opened && opened.writer.progress().filesToEncode === 0) {
      const { more, diskFull } = await opened.bank.upkeep(upkeepMs);
      if (!more || diskFull) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, restMs).unref();
      await promise;
    }
  }

  #look(): void {
    const files = this.#options.source.changedFiles();
    if (files === undefined) return;
    this.#files = files;
    // While nothing is open nothing is known of what is gone.
    if (this.#options.source.isOpen) this.#opened?.writer.follow(files);
  }

  #forget(rootId: string): void {
    const bank = this.#opened?.bank;
    if (bank === undefined) return;
    for (const { fileId } of bank.files()) if (fileId.startsWith(`${rootId}/`)) bank.remove(fileId);
    bank.compact();
    this.#say();
  }

  async #answer({ id, name, params }: DeepCall & { kind: "request" }): Promise<void> {
    const controller = new AbortController();
    this.#requests.set(id, controller);
    try {
      const result = await this.#result(id, name, params, controller.signal);
      this.#options.say({ kind: "result", id, result });
    } catch (error) {
      this.#options.say({ kind: "failed", id, error: this.#failureOf(error, controller.signal) });
    } finally {
      this.#requests.delete(id);
    }
  }

  #result(
    id: number,
    name: (DeepCall & { kind: "request" })["name"],
    params: unknown,
    signal: AbortSignal,
  ) {
    const opened = this.#opened;
    if (opened === undefined)
      throw new MemoryError("deepMemoryUnavailable", this.#detail?.kind ?? "");
    switch (name) {
      case "complete":
        return this.#quick.run(signal, () => this.#complete(opened, params as never, signal));
      case "surprise":
        return this.#slow.run(signal, () => this.#surprise(opened, params as never, signal));
      case "selfTest":
        return this.#slow.run(signal, () => this.#selfTest(opened, id, params as never, signal));
    }
  }

  #complete(
    { completer, bank }: Opened,
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
    { model, bank }: Opened,
    { file }: { readonly file: string },
    signal: AbortSignal,
  ) {
    const { source, clock } = this.#options;
    const startMs = clock.elapsedMs();
    const place = source.placeOf(file);
    const text = place && source.readNow(place.rootId, place.path);
    if (place === undefined || text === undefined) throw new MemoryError("rootNotOpen");
    const lines = await surpriseOfFile({ model, bank, ...place, text, signal });
    return { lines, tookMs: clock.elapsedMs() - startMs };
  }

  async #selfTest(
    { folder, model, encoder }: Opened,
    id: number,
    params: Parameters<typeof runSelfTest>[0]["params"],
    signal: AbortSignal,
  ) {
    const { openTestBank, clock, peakBytes, say } = this.#options;
    const { tokenizer, shape, id: modelId } = model.parts;
    const test = await openTestBank(folder, model.parts);
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
      test.erase();
    }
  }

  *#streamed(): Generator<StreamedFile> {
    for (const file of this.#files) {
      const text = this.#options.source.read(file);
      if (text !== undefined) yield { path: file.path, text };
    }
  }

  #failureOf(error: unknown, signal: AbortSignal): DeepFailure {
    if (signal.aborted) return { kind: "aborted" };
    if (error instanceof MemoryError)
      return { kind: "memory", errorName: error.errorName, detail: error.detail };
    if (error instanceof SelfTestError)
      return { kind: "memory", errorName: "diskFull", detail: error.outcome };
    if (error instanceof ModelFaultError) {
      this.#fail(error);
      return { kind: "memory", errorName: "deepMemoryUnavailable", detail: "modelFault" };
    }
    throw error;
  }

  #fail(error: unknown): void {
    if (error instanceof ModelFaultError) {
      this.#options.log.log("error", "encode", "the memory language model failed", {
        cause: error.fault.kind,
      });
      void this.#closeBank();
      return this.#unavailable(detailOf({ kind: "unavailable", fault: error.fault }));
    }
    if (!(error instanceof MemoryError)) throw error;
    void this.#closeBank();
    this.#unavailable({ kind: error.errorName === "diskFull" ? "diskFull" : "noRoom" });
  }

  #unavailable(detail: DeepMemoryDetail): void {
    this.#detail = detail;
    this.#say();
  }

  async #close(): Promise<void> {
    for (const controller of this.#requests.values()) controller.abort();
    await this.#opening;
    await this.#closeBank();
    clearTimeout(this.#saying);
    this.#saying = undefined;
    this.#options.source.close();
    this.#options.say({ kind: "closed" });
  }

  async #closeBank(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    clearInterval(this.#looking);
    if (opened === undefined) return;
    await opened.writer.close();
    // Whoever is reading ends first.
    const none = new AbortController().signal;
    await this.#quick.run(none, () => Promise.resolve());
    await this.#slow.run(none, () => Promise.resolve());
    opened.bank.close();
    await opened.encoder.close();
    await opened.model.close();
  }

  #say(): void {
    this.#saying ??= setTimeout(() => {
      this.#saying = undefined;
      this.#options.say({ kind: "status", status: this.#status() });
    }, saidMs);
  }

  #status(): DeepMemoryStatus {
    const budgetBytes = this.#settings?.maxDiskBytes ?? 0;
    if (this.#opened === undefined) {
      const state = this.#detail === undefined ? "starting" : "unavailable";
      const detail = this.#detail === undefined ? {} : { detail: this.#detail };
      return { state, ...detail, ...nothingHeld, budgetBytes };
    }
    const { bank, writer } = this.#opened;
    const held = bank.status();
    const { pause, ...progress } = writer.progress();
    return {
      ...this.#stateOf(progress, pause),
      filesEncoded: progress.filesEncoded,
      filesToEncode: progress.filesToEncode,
      filesLeftOut: progress.filesLeftOut,
      tokensEncoded: held.nTokens,
      tokensToEncode: Math.round(progress.bytesToEncode / bytesPerTokenOfSource),
      bytesOnDisk: held.bytes,
      budgetBytes,
      shortTermBlocks: held.nShortTerm,
      longTermBlocks: held.nLongTerm,
      tokensPerSecond: progress.tokensPerSecond,
    };
  }

  #stateOf(
    { filesToEncode, filesLeftOut }: { filesToEncode: number; filesLeftOut: number },
    pause: "diskFull" | "memoryPressure" | undefined,
  ): Pick<DeepMemoryStatus, "state" | "detail"> {
    if (pause !== undefined) return { state: "paused", detail: { kind: pause } };
    if (this.#isPaused) return { state: "paused" };
    const detail = filesLeftOut > 0 ? { detail: { kind: "noRoom" } as const } : {};
    return { state: filesToEncode > 0 ? "filling" : "ready", ...detail };
  }
}

function detailOf(
  outcome:
    { readonly kind: "absent" } | { readonly kind: "unavailable"; readonly fault: ModelFault },
): DeepMemoryDetail {
  if (outcome.kind === "absent") return { kind: "noModel" };
  const { kind: cause, file } = outcome.fault;
  return cause === "runtime" ? { kind: "noRuntime" } : { kind: "modelFault", cause, file };
}
