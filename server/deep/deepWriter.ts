/**
 * Keeps the bank equal to the files that it should hold: encodes what is new, in the order of its use to the user,
 * and lets go of what is gone. One chunk at a time, so that whoever asks waits for one chunk at most.
 */
import type { ChunkFault } from "../bank/bankTypes.ts";
import type { EncodedChunk } from "../lm/chunkEncoder.ts";
import type { Clock, Logger } from "../ports.ts";
import type { DeepFile, WorkspaceFiles } from "./deepFiles.ts";
import { FileWriter, type FileBank, type FileWriterOptions } from "./fileWriter.ts";
import { Holdings, type HoldingsBank } from "./holdings.ts";

/** Why the writer waits by itself. */
export type WriterPause = "diskFull" | "memoryPressure";

export interface DeepWriterOptions extends Omit<
  FileWriterOptions,
  "bank" | "wish" | "putsPart" | "roomBytes"
> {
  readonly bank: FileBank &
    HoldingsBank & {
      /** Chunks that were found to be damaged. */
      readonly nLost: number;
      /** Leaves no byte of what is gone. Returns false when the disk is too full for it. */
      compact(): boolean;
    };
  /** Rejects with a ModelFaultError when the model does not work. */
  readonly encode: (tokens: Uint16Array) => Promise<EncodedChunk>;
  /** Nothing is copied for now. */
  readonly copiedAll: () => void;
  /** Bytes that the machine has left. */
  readonly availableBytes: () => number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly changed: () => void;
  /** The model does not work; nothing more is encoded. */
  readonly failed: (error: unknown) => void;
}

export interface WriterProgress {
  readonly filesEncoded: number;
  readonly filesToEncode: number;
  /** For want of room. */
  readonly filesLeftOut: number;
  readonly filesTooLarge: number;
  readonly bytesToEncode: number;
  readonly tokensPerSecond: number;
  readonly pause: WriterPause | undefined;
}

/** Less than this is left to everybody else. */
const minAvailableBytes = 300e6;
const retryMs = 15_000;
/** The rate is of the last chunks within this time. */
const rateMs = 5_000;

export class DeepWriter {
  readonly #options: DeepWriterOptions;
  readonly #holdings: Holdings;
  readonly #files: FileWriter;
  #workspace: WorkspaceFiles | undefined;
  /** As many were lost when the bank was looked at last. */
  #nLost = 0;
  #isPaused = false;
  #pause: WriterPause | undefined;
  #retry: NodeJS.Timeout | undefined;
  #work: Promise<void> | undefined;
  #isClosed = false;
  /** Time and tokens of the last chunks. */
  #lately: { at: number; nTokens: number }[] = [];

  constructor(options: DeepWriterOptions) {
    this.#options = options;
    this.#holdings = new Holdings(options);
    this.#files = new FileWriter({
      ...options,
      encode: (tokens) => this.#encode(tokens),
      wish: (file) => this.#wish(file),
      putsPart: (file) => this.#holdings.hide(file),
      roomBytes: () => this.#holdings.roomBytes,
    });
  }

  /** Tells which files are to be held; those that are gone are let go. The first ones are encoded first. */
  follow(workspace: WorkspaceFiles): void {
    this.#workspace = workspace;
    this.#nLost = this.#options.bank.nLost;
    this.#holdings.follow(workspace);
    this.#options.changed();
    this.#go();
  }

  /** To be called now and then: encodes again what is found to be damaged, and lets go of what could not go before. */
  tick(): void {
    this.#finishForgetting();
    if (this.#workspace !== undefined && this.#nLost !== this.#options.bank.nLost)
      this.follow(this.#workspace);
  }

  /** Files of which nothing may be told: what the bank has of them is not what they say by now. */
  get hidden(): ReadonlySet<string> {
    return this.#holdings.hidden;
  }

  #finishForgetting(): void {
    const before = this.#holdings.isLate;
    this.#holdings.removeGone();
    if (before) this.#options.changed();
  }

  /** Stops after the chunk that is being encoded, or goes on. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#go();
  }

  progress(): WriterProgress {
    const { nHeld, nQueued, nLeftOut, nTooLarge, queuedBytes } = this.#holdings.counts;
    return {
      filesEncoded: nHeld,
      filesToEncode: nQueued,
      filesLeftOut: nLeftOut,
      filesTooLarge: nTooLarge,
      bytesToEncode: queuedBytes,
      tokensPerSecond: this.#rate(),
      pause: this.#pause ?? (this.#holdings.isLate ? "diskFull" : undefined),
    };
  }

  /** Resolves when nothing is being encoded any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#work;
  }

  #go(): void {
    if (this.#work !== undefined || !this.#mayWork()) return;
    this.#work = this.#run()
      .catch((error: unknown) => {
        this.#isClosed = true;
        this.#options.failed(error);
      })
      .finally(() => {
        this.#options.copiedAll();
        this.#work = undefined;
        this.#options.changed();
        this.#go();
      });
  }

  #mayWork(): boolean {
    return (
      !this.#isClosed &&
      !this.#isPaused &&
      this.#pause === undefined &&
      this.#holdings.next !== undefined
    );
  }

  async #run(): Promise<void> {
    while (this.#mayWork()) {
      if (this.#options.availableBytes() < minAvailableBytes) return this.#wait("memoryPressure");
      const file = this.#holdings.next as DeepFile;
      const outcome = await this.#files.write(file);
      if (outcome.kind === "diskFull") return this.#wait("diskFull");
      if (outcome.kind === "stored") this.#holdings.stored(file);
      if (outcome.kind === "noRoom") this.#holdings.leftOut(file, outcome);
      if (outcome.kind === "refused") this.#leaveOut(file, outcome.fault);
      if (outcome.kind === "gone") this.#holdings.gone(file);
      this.#options.changed();
      // Copying waits for nobody, and whoever asks must not wait for it.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** A file of which the model makes what the bank does not take is not tried again before it changes. */
  #leaveOut(file: DeepFile, fault: ChunkFault): void {
    this.#options.log.log("warn", "encode", "a chunk is refused", { fault });
    this.#holdings.leftOut(file, { neededBytes: Number.POSITIVE_INFINITY, isTooMuch: true });
  }

  async #encode(tokens: Uint16Array): Promise<EncodedChunk> {
    const { encode, clock, changed } = this.#options;
    const encoded = await encode(tokens);
    this.#lately.push({ at: clock.elapsedMs(), nTokens: tokens.length });
    changed();
    return encoded;
  }

  #wish(file: DeepFile): "now" | "later" | "none" {
    if (!this.#holdings.wants(file)) return "none";
    const isShort = this.#options.availableBytes() < minAvailableBytes;
    return this.#mayWork() && !isShort && this.#holdings.isNext(file) ? "now" : "later";
  }

  #wait(pause: WriterPause): void {
    this.#pause = pause;
    this.#options.log.log("warn", "encode", "encoding waits", { pause });
    this.#retry = setTimeout(() => {
      this.#pause = undefined;
      this.#go();
    }, retryMs).unref();
  }

  #rate(): number {
    const now = this.#options.clock.elapsedMs();
    this.#lately = this.#lately.filter(({ at }) => now - at < rateMs);
    const first = this.#lately[0];
    if (first === undefined || now - first.at < 500) return 0;
    const nTokens = this.#lately.reduce((sum, { nTokens: n }) => sum + n, 0);
    return Math.round((nTokens / (now - first.at)) * 1_000);
  }
}
