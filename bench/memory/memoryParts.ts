/** The deep memory's real parts, opened for a measurement: the model, and banks in the work folder. */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import type { BankChunk, BankOptions, ChunkPlace } from "../../server/bank/bankTypes.ts";
import { BankStore } from "../../server/bank/bankStore.ts";
import { chunksToPut, cutFile, tokensIn } from "../../server/deep/chunkWork.ts";
import type { EncodedChunk } from "../../server/lm/chunkEncoder.ts";
import type { ChunkShape } from "../../server/lm/chunks.ts";
import { LmModel } from "../../server/lm/lmModel.ts";
import type { LmTokenizer } from "../../server/lm/lmTokenizer.ts";
import { kernelUrl } from "../../server/threads.ts";
import { compileKernel } from "../../server/wasmTiering.ts";
import type { CodeFile } from "./sourceFiles.ts";

/** Some upkeep comes after so many chunks, and the rest of it before anything is asked. */
const chunksPerUpkeep = 16;
export const upkeepMs = 50;

export class MemoryParts {
  readonly model: LmModel;
  readonly tokenizer: LmTokenizer;
  readonly shape: ChunkShape;
  readonly #workDir: string;
  /** Of all encoding so far. */
  encodedTokens = 0;
  encodingMs = 0;

  private constructor(model: LmModel, workDir: string) {
    const { tokenizer, shape } = model.parts;
    this.model = model;
    this.tokenizer = tokenizer;
    this.shape = shape;
    this.#workDir = workDir;
  }

  /** Errors: a sentence, thrown, when there is no model that can be used. */
  static async open(modelDir: string, workDir: string): Promise<MemoryParts> {
    const outcome = await LmModel.open(modelDir);
    if (outcome.kind === "ready") return new MemoryParts(outcome.value, workDir);
    const why = outcome.kind === "absent" ? "there is none" : outcome.fault.detail;
    throw new Error(`no memory language model can be used in ${modelDir}: ${why}`);
  }

  /** Encodes a chunk in this thread and counts what it took. */
  async encode(tokens: Uint16Array): Promise<EncodedChunk> {
    const startMs = performance.now();
    const encoded = await this.model.encodeChunk(tokens);
    this.encodingMs += performance.now() - startMs;
    this.encodedTokens += tokens.length;
    return encoded;
  }

  /** Opens an empty bank in the work folder. */
  newBank(name: string, options: Omit<BankOptions, "kernel"> = {}): Promise<BenchBank> {
    rmSync(this.#folderOf(name), { recursive: true, force: true });
    return this.keptBank(name, options);
  }

  /** Opens a bank in the work folder with what it holds: what is remembered again is not encoded again. */
  async keptBank(name: string, options: Omit<BankOptions, "kernel"> = {}): Promise<BenchBank> {
    const { config } = this.model.parts.manifest;
    const { nKvHeads, dHead } = config;
    const folder = this.#folderOf(name);
    mkdirSync(folder, { recursive: true });
    const shape = { modelId: this.model.parts.id, nKvHeads, dHead };
    const kernel = compileKernel(readFileSync(kernelUrl()));
    const opened = await BankStore.open(folder, shape, { kernel, ...options });
    if (opened.kind !== "ready") throw new Error(`another process has ${folder} open`);
    return new BenchBank(this, opened.store, folder);
  }

  #folderOf(name: string): string {
    return path.join(this.#workDir, "memory", name);
  }
}

/** What became of a file. */
export interface Remembered {
  /** With headers. */
  readonly nTokens: number;
  /** Those that the bank had already are told by their place alone. */
  readonly chunks: readonly (BankChunk | ChunkPlace)[];
}

/** A bank that is filled as the server fills its own. */
export class BenchBank {
  readonly store: BankStore;
  readonly #parts: MemoryParts;
  /** Holds nothing else. */
  readonly folder: string;
  #nChunks = 0;

  constructor(parts: MemoryParts, store: BankStore, folder: string) {
    this.#parts = parts;
    this.store = store;
    this.folder = folder;
  }

  /** Gives a file this text. */
  async remember(fileId: string, { path: file, text }: CodeFile): Promise<Remembered> {
    const { tokenizer, shape } = this.#parts;
    const cuts = cutFile(tokenizer, shape, file, text);
    const encode = (tokens: Uint16Array): Promise<EncodedChunk> => this.encode(tokens);
    const chunks = await chunksToPut(cuts, { bank: this.store, tokenizer, encode });
    const put = this.store.put(fileId, `${file}\n${text}`, chunks);
    if (put.kind !== "stored") throw new Error(`the bank does not take ${file}: ${put.kind}`);
    return { nTokens: tokensIn(cuts), chunks };
  }

  /** Encodes a chunk for this bank, with some upkeep now and then, as the server does it. */
  async encode(tokens: Uint16Array): Promise<EncodedChunk> {
    if (++this.#nChunks % chunksPerUpkeep === 0) await this.store.upkeep(upkeepMs);
    return this.#parts.encode(tokens);
  }

  /** Does all the upkeep there is. */
  async settle(): Promise<void> {
    while ((await this.store.upkeep(1_000)).more);
  }

  /** Closes the bank and removes its folder. */
  erase(): void {
    this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
