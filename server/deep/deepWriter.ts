/**
 * Keeps the bank equal to the files that it should hold: encodes what is new, in the order of its use to the user,
 * and lets go of what is gone. One chunk at a time, so that whoever asks waits for one chunk at most.
 */
import type { BankFile, ChunkPlace, BankChunk, PutOutcome } from "../bank/bankTypes.ts";
import type { ChunkShape } from "../lm/chunks.ts";
import type { LmTokenizer } from "../lm/lmTokenizer.ts";
import type { EncodedChunk } from "../lm/chunkEncoder.ts";
import type { Clock, Logger } from "../ports.ts";
import { chunksToPut, cutFile, tokensIn, type CutChunk } from "./chunkWork.ts";
import { contentIdOf, fileIdOf, type DeepFile } from "./deepFiles.ts";

/** What the writer needs of the bank. */
export interface WriterBank {
  has(chunkHash: string): boolean;
  put(fileId: string, contentHash: string, chunks: readonly (BankChunk | ChunkPlace)[]): PutOutcome;
  remove(fileId: string): unknown;
  files(): readonly BankFile[];
}

/** Why the writer waits by itself. */
export type WriterPause = "diskFull" | "memoryPressure";

export interface DeepWriterOptions {
  readonly bank: WriterBank;
  readonly tokenizer: LmTokenizer;
  readonly shape: ChunkShape;
  /** Rejects with a ModelFaultError when the model does not work. */
  readonly encode: (tokens: Uint16Array) => Promise<EncodedChunk>;
  /** The file's text when it is what the memory knows, else `undefined`: the memory will tell of the new one. */
  readonly read: (file: DeepFile) => string | undefined;
  /** Whether so many tokens more are within the budget. */
  readonly hasRoom: (nTokens: number) => boolean;
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
  readonly filesLeftOut: number;
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
  /** Files that are to be encoded, most urgent first. */
  #queue: DeepFile[] = [];
  #queuedBytes = 0;
  #nHeld = 0;
  readonly #leftOut = new Map<string, string>();
  #isPaused = false;
  #pause: WriterPause | undefined;
  #retry: NodeJS.Timeout | undefined;
  #work: Promise<void> | undefined;
  #isClosed = false;
  /** Time and tokens of the last chunks. */
  #lately: { at: number; nTokens: number }[] = [];

  constructor(options: DeepWriterOptions) {
    this.#options = options;
  }

  /** Tells which files are to be held; all others are let go. The first ones are encoded first. */
  follow(files: readonly DeepFile[]): void {
    const { bank } = this.#options;
    const held = new Map(bank.files().map(({ fileId, contentHash }) => [fileId, contentHash]));
    const wanted = new Set<string>();
    this.#queue = [];
    for (const file of files) {
      const fileId = fileIdOf(file.rootId, file.path);
      const hash = contentIdOf(file);
      wanted.add(fileId);
      if (held.get(fileId) === hash || this.#leftOut.get(fileId) === hash) continue;
      this.#queue.push(file);
    }
    for (const fileId of held.keys()) if (!wanted.has(fileId)) bank.remove(fileId);
    for (const fileId of this.#leftOut.keys())
      if (!wanted.has(fileId)) this.#leftOut.delete(fileId);
    this.#queuedBytes = this.#queue.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.#nHeld = wanted.size - this.#queue.length - this.#leftOut.size;
    this.#options.changed();
    this.#go();
  }

  /** Stops after the chunk that is being encoded, or goes on. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#go();
  }

  /** Files that were left out for want of room are tried again. */
  roomChanged(files: readonly DeepFile[]): void {
    this.#leftOut.clear();
    this.follow(files);
  }

  progress(): WriterProgress {
    return {
      filesEncoded: this.#nHeld,
      filesToEncode: this.#queue.length,
      filesLeftOut: this.#leftOut.size,
      bytesToEncode: this.#queuedBytes,
      tokensPerSecond: this.#rate(),
      pause: this.#pause,
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
        this.#work = undefined;
        this.#options.changed();
        this.#go();
      });
  }

  #mayWork(): boolean {
    return (
      !this.#isClosed && !this.#isPaused && this.#pause === undefined && this.#queue.length > 0
    );
  }

  async #run(): Promise<void> {
    while (this.#mayWork()) {
      if (this.#options.availableBytes() < minAvailableBytes) return this.#wait("memoryPressure");
      const file = this.#queue[0] as DeepFile;
      const outcome = await this.#write(file).catch((error: unknown) => {
        if (error instanceof Interrupted) return "interrupted";
        throw error;
      });
      if (outcome === "diskFull") return this.#wait("diskFull");
      // What was wanted may have changed meanwhile.
      if (outcome === "interrupted" || this.#queue[0] !== file) continue;
      this.#queue.shift();
      this.#queuedBytes -= file.sizeBytes;
      if (outcome === "stored") this.#nHeld++;
      if (outcome === "noRoom")
        this.#leftOut.set(fileIdOf(file.rootId, file.path), contentIdOf(file));
      this.#options.changed();
    }
  }

  async #write(file: DeepFile): Promise<"stored" | "gone" | "noRoom" | "diskFull" | "interrupted"> {
    const { bank, tokenizer, shape, read, hasRoom } = this.#options;
    const text = read(file);
    if (text === undefined) return "gone";
    const cuts = cutFile(tokenizer, shape, file.path, text);
    // The bank would forget what is older, but the most useful files came first.
    const isNew = ({ chunkHash }: CutChunk): boolean => !bank.has(chunkHash);
    if (!hasRoom(tokensIn(cuts.filter(isNew)))) return "noRoom";
    const encode = (tokens: Uint16Array): Promise<EncodedChunk> => this.#encode(tokens, file);
    const chunks = await chunksToPut(cuts, { bank, tokenizer, encode });
    const put = bank.put(fileIdOf(file.rootId, file.path), contentIdOf(file), chunks);
    switch (put.kind) {
      case "stored":
        return "stored";
      case "overBudget":
        return "noRoom";
      case "diskFull":
        return "diskFull";
      case "unknownChunks":
        // Forgotten between the question and the writing: now they are encoded.
        return "interrupted";
      case "refused":
        throw new Error(`the bank refuses a chunk: ${put.fault}`);
    }
  }

  /** Rejects with Interrupted when nobody wants the file any more, or not now. */
  async #encode(tokens: Uint16Array, file: DeepFile): Promise<EncodedChunk> {
    const { encode, clock, changed } = this.#options;
    const encoded = await encode(tokens);
    this.#lately.push({ at: clock.elapsedMs(), nTokens: tokens.length });
    changed();
    if (this.#isClosed || this.#isPaused || this.#queue[0] !== file) throw new Interrupted();
    return encoded;
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

/** A file is not encoded to its end. */
class Interrupted extends Error {}
