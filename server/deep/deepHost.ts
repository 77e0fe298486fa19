/**
 * The deep memory inside its thread: the model, the bank and the writer that fills it, and the answers to what the main
 * thread asks. Nothing is loaded before a folder is open.
 */
import type { DeepMemoryDetail, DeepMemorySettings } from "../../protocol/deepMemory.ts";
import { MemoryError } from "../../protocol/errors.ts";
import type { BankStore } from "../bank/bankStore.ts";
import type { OtherBanks } from "../bank/otherBanks.ts";
import type { EncodedChunk } from "../lm/chunkEncoder.ts";
import type { LmModel, LmOutcome, LmParts } from "../lm/lmModel.ts";
import type { Logger } from "../ports.ts";
import { Budget } from "./budget.ts";
import { Completer } from "./completer.ts";
import { DeepAnswers, type AskedMemory, type DeepAnswersOptions } from "./deepAnswers.ts";
import type { DeepCall, DeepReply } from "./deepCalls.ts";
import type { WorkspaceFiles } from "./deepFiles.ts";
import { DeepOpening } from "./deepOpening.ts";
import { DeepElsewhere, DeepServer } from "./deepSharing.ts";
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
  /** What the banks beside the one in this folder hold. */
  readonly otherBanks: (folder: string, parts: LmParts) => Pick<OtherBanks, "find" | "close">;
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
  /** For the other windows of the folder, while this one has the bank open. */
  #server: DeepServer | undefined;
  /** Where another process has the bank open. */
  #elsewhere: DeepElsewhere | undefined;
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
      elsewhere: (folder) => this.#reach(folder),
      end: (detail) => this.#end(detail),
      changed: () => this.#say(),
    });
    this.#answers = new DeepAnswers({
      ...options,
      say: (reply) => this.#reply(reply),
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
        this.#leave();
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
        return this.#elsewhere?.isLinked === true
          ? this.#elsewhere.answer(call)
          : this.#answers.answer(call);
      case "cancel":
        this.#elsewhere?.cancel(call.id);
        return this.#answers.cancel(call.id);
      case "close":
        return this.#close();
    }
  }

  #begin(folder: string, model: LmModel, bank: BankStore): Opened {
    const { source, log } = this.#options;
    const opened = this.#put(folder, model, bank);
    this.#leave();
    this.#server = new DeepServer({
      ...{ folder, log },
      call: (call) => void this.call(call),
    });
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
    const server = this.#server;
    return this.#answers
      .end(new MemoryError("deepMemoryUnavailable", detail?.kind ?? ""))
      .finally(() => server?.close());
  }

  /** Another process has the bank open: it answers for this one. */
  #reach(folder: string): Promise<boolean> {
    this.#leave();
    this.#elsewhere = new DeepElsewhere({
      say: (reply) => this.#options.say(reply),
      lost: () => this.#opening.takeOver(),
    });
    return this.#elsewhere.reach(folder);
  }

  #leave(): void {
    this.#elsewhere?.close();
    this.#elsewhere = undefined;
  }

  #reply(reply: DeepReply): void {
    if (this.#server?.reply(reply) !== true) this.#options.say(reply);
  }

  #put(folder: string, model: LmModel, bank: BankStore): Opened {
    const { source, openEncoder, availableBytes, clock, log } = this.#options;
    const encoder = openEncoder(model.parts);
    const budget = new Budget({ folder, bank, clock }, this.#settings?.maxDiskBytes ?? 0);
    const { tokenizer, shape } = model.parts;
    const others = this.#options.otherBanks(folder, model.parts);
    const writer = new DeepWriter({
      ...{ bank, tokenizer, shape, availableBytes, clock, log },
      encode: (tokens) => encoder.encode(tokens),
      copied: (chunkHash) => others.find(chunkHash),
      copiedAll: () => others.close(),
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
    this.#leave();
    await this.#opening.close();
    clearTimeout(this.#saying);
    this.#saying = undefined;
    this.#options.source.close();
    this.#options.say({ kind: "closed" });
  }

  #say(): void {
    this.#saying ??= setTimeout(() => {
      this.#saying = undefined;
      // Whoever has the bank open tells how it stands.
      if (this.#elsewhere?.isLinked === true) return;
      const { opened, detail } = this.#opening;
      const budgetBytes = this.#settings?.maxDiskBytes ?? 0;
      const status = deepStatus({ opened, detail, budgetBytes, isPaused: this.#isPaused });
      this.#reply({ kind: "status", status });
    }, saidMs);
  }
}
