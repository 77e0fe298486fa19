/**
 * The deep memory inside its thread: the model, the bank and the writer that fills it, and the answers to what the main
 * thread asks. Nothing is loaded before a folder is open.
 */
import type { DeepMemoryDetail, DeepMemorySettings } from "../../protocol/deepMemory.ts";
import { MemoryError } from "../../protocol/errors.ts";
import type { BankStore } from "../bank/bankStore.ts";
import type { EncodedChunk } from "../lm/chunkEncoder.ts";
import type { LmModel, LmOutcome, LmParts } from "../lm/lmModel.ts";
import type { Logger } from "../ports.ts";
import { Budget } from "./budget.ts";
import { Completer } from "./completer.ts";
import { DeepAnswers, type AskedMemory, type DeepAnswersOptions } from "./deepAnswers.ts";
import type { DeepCall } from "./deepCalls.ts";
import type { WorkspaceFiles } from "./deepFiles.ts";
import { DeepOpening } from "./deepOpening.ts";
import { deepStatus } from "./deepStatus.ts";
import { DeepWriter } from "./deepWriter.ts";
import { recordBytesPerToken } from "./fileWriter.ts";
import { withoutHidden } from "./recallTokens.ts";

/** Encodes one chunk after the other. `encode` rejects with ModelFaultError. */
export interface ChunkThread {
  encode(tokens: Uint16Array): Promise<EncodedChunk>;
  close(): Promise<void>;
}

/** What answers need as well is described there. */
type SharedOptions = Pick<
  DeepAnswersOptions,
  "source" | "openTestBank" | "freeBytes" | "peakBytes" | "clock" | "say"
>;

export interface DeepHostOptions extends SharedOptions {
  readonly openModel: () => Promise<LmOutcome<LmModel>>;
  /** In a thread of its own, so that whoever asks need not wait for a chunk. */
  readonly openEncoder: (parts: LmParts) => ChunkThread;
  /** `undefined` when another process has it open. Errors: MemoryError. */
  readonly openBank: (
    folder: string,
    parts: LmParts,
    maxDiskBytes: number,
  ) => Promise<BankStore | undefined>;
  /** Whether somebody has the bank in this folder open. Errors: MemoryError. */
  readonly isBankOpen: (folder: string) => boolean;
  readonly availableBytes: () => number;
  readonly log: Logger;
  /** After this time what did not open is tried again. */
  readonly retryMs?: number;
}

interface Opened extends AskedMemory {
  readonly budget: Budget;
  readonly encoder: ChunkThread;
  readonly writer: DeepWriter;
}

/** How often the memories are looked at for changes, and the bank's upkeep goes on. */
const lookMs = 2_000;
const upkeepMs = 50;
/** Between two pieces of upkeep when there is more to do: others come first, and a large index is built in minutes. */
const restMs = 150;
const saidMs = 200;
const defaultRetryMs = 15_000;

export class DeepHost {
  readonly #options: DeepHostOptions;
  #settings: DeepMemorySettings | undefined;
  readonly #opening: DeepOpening<Opened>;
  #files: WorkspaceFiles = { files: [], readable: new Set(), unread: new Set() };
  #isPaused = false;
  readonly #answers: DeepAnswers;
  #nTesting = 0;
  #looking: NodeJS.Timeout | undefined;
  /** Upkeep is under way. */
  #isKeptUp = false;
  #saying: NodeJS.Timeout | undefined;

  constructor(options: DeepHostOptions) {
    this.#options = options;
    const { openModel, isBankOpen, openBank, log, retryMs = defaultRetryMs } = options;
    this.#opening = new DeepOpening<Opened>({
      ...{ openModel, isBankOpen, log, retryMs },
      openBank: (folder, parts) => openBank(folder, parts, this.#settings?.maxDiskBytes ?? 0),
      begin: (folder, model, bank) => this.#begin(folder, model, bank),
      end: (detail) => this.#end(detail),
      changed: () => this.#say(),
    });
    this.#answers = new DeepAnswers({
      ...options,
      opened: () => ({ memory: this.#opening.opened, detail: this.#opening.detail }),
      files: () => this.#files.files,
      capacityBytes: () => this.#settings?.maxDiskBytes ?? 0,
      testing: (isBegun) => this.#testing(isBegun ? 1 : -1),
      failed: (error) => this.#opening.fail(error),
    });
  }

  /** Resolves when the call was dealt with; never rejects. */
  call(call: DeepCall): Promise<void> {
    return this.#guarded(() => this.#deal(call));
  }

  /** What fails with the disk or the model becomes a status. */
  async #guarded(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#opening.fail(error);
    }
  }

  #deal(call: DeepCall): void | Promise<void> {
    switch (call.kind) {
      case "open":
        this.#settings = call.settings;
        return this.#opening.open(call.folder);
      case "settings":
        return this.#configure(call.settings);
      case "roots":
        this.#options.source.setRoots(call.roots, call.openEditors);
        return this.#look();
      case "pause":
        this.#isPaused = call.isPaused;
        this.#opening.opened?.writer.setPaused(this.#isWriterPaused);
        return this.#say();
      case "request":
        return this.#answers.answer(call);
      case "cancel":
        return this.#answers.cancel(call.id);
      case "close":
        return this.#close();
    }
  }

  #begin(folder: string, model: LmModel, bank: BankStore): Opened {
    const { source, log } = this.#options;
    const opened = this.#put(folder, model, bank);
    opened.writer.setPaused(this.#isWriterPaused);
    this.#files = source.files();
    opened.writer.follow(this.#files);
    this.#looking = setInterval(() => void this.#guarded(() => this.#tick()), lookMs);
    log.log("info", "encode", "the deep memory is open", {
      files: bank.files().length,
      notices: bank.notices.map(({ kind }) => kind).join(" "),
    });
    return opened;
  }

  /** Resolves when nobody reads any more. */
  #end(detail: DeepMemoryDetail | undefined): Promise<void> {
    clearInterval(this.#looking);
    return this.#answers.end(new MemoryError("deepMemoryUnavailable", detail?.kind ?? ""));
  }

  #put(folder: string, model: LmModel, bank: BankStore): Opened {
    const { source, openEncoder, availableBytes, clock, log } = this.#options;
    const encoder = openEncoder(model.parts);
    const budget = new Budget({ folder, bank, clock }, this.#settings?.maxDiskBytes ?? 0);
    const { tokenizer, shape } = model.parts;
    const writer = new DeepWriter({
      ...{ bank, tokenizer, shape, availableBytes, clock, log },
      encode: (tokens) => encoder.encode(tokens),
      read: (file) => source.read(file),
      bytesPerToken: recordBytesPerToken(model.parts.manifest.config),
      capacityBytes: () => budget.capacityBytes,
      changed: () => this.#say(),
      failed: (error) => this.#opening.fail(error),
    });
    const reader = withoutHidden(bank, () => writer.hidden);
    const sequence = model.sequence();
    const completer = new Completer({ bank: reader, tokenizer, shape, sequence, clock });
    return { folder, model, bank, budget, reader, encoder, writer, completer };
  }

  #configure(settings: DeepMemorySettings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (before === undefined || before.maxDiskBytes === settings.maxDiskBytes) return;
    this.#opening.opened?.budget.set(settings.maxDiskBytes);
    this.#opening.opened?.writer.follow(this.#files);
  }

  #tick(): void {
    this.#look();
    const { opened } = this.#opening;
    opened?.budget.look();
    opened?.writer.tick();
    if (this.#isKeptUp || opened === undefined) return;
    this.#isKeptUp = true;
    void this.#upkeep(opened)
      .catch((error: unknown) => this.#opening.fail(error))
      .finally(() => (this.#isKeptUp = false));
  }

  /** Does some of the bank's upkeep, which on a full disk makes room for files that wait; all of it when none does. */
  async #upkeep(opened: Opened): Promise<void> {
    while (this.#opening.opened === opened) {
      const { more, diskFull } = await opened.bank.upkeep(upkeepMs);
      if (!more || diskFull || opened.writer.progress().filesToEncode > 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, restMs).unref();
      await promise;
    }
  }

  #look(): void {
    const files = this.#options.source.changedFiles();
    if (files === undefined) return;
    this.#files = files;
    this.#opening.opened?.writer.follow(files);
  }

  /** Meanwhile nothing else is encoded: it would take its time from the test, which measures it. */
  #testing(more: 1 | -1): void {
    this.#nTesting += more;
    this.#opening.opened?.writer.setPaused(this.#isWriterPaused);
  }

  get #isWriterPaused(): boolean {
    return this.#isPaused || this.#nTesting > 0;
  }

  async #close(): Promise<void> {
    await this.#opening.close();
    clearTimeout(this.#saying);
    this.#saying = undefined;
    this.#options.source.close();
    this.#options.say({ kind: "closed" });
  }

  #say(): void {
    this.#saying ??= setTimeout(() => {
      this.#saying = undefined;
      const { opened, detail } = this.#opening;
      const budgetBytes = this.#settings?.maxDiskBytes ?? 0;
      const status = deepStatus({ opened, detail, budgetBytes, isPaused: this.#isPaused });
      this.#options.say({ kind: "status", status });
    }, saidMs);
  }
}
