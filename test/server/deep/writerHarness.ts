/** A writer with a real bank, the real model and real files, all of them in a temporary folder. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { BankStore } from "../../../server/bank/bankStore.ts";
import { OtherBanks } from "../../../server/bank/otherBanks.ts";
import { ChunkEncoder, type EncodedChunk } from "../../../server/lm/chunkEncoder.ts";
import type { LmModel } from "../../../server/lm/lmModel.ts";
import { fileIdOf, type DeepFile, type WorkspaceFiles } from "../../../server/deep/deepFiles.ts";
import { recordBytesPerToken } from "../../../server/deep/fileWriter.ts";
import { withoutHidden } from "../../../server/deep/recallTokens.ts";
import { DeepWriter, type WriterProgress } from "../../../server/deep/deepWriter.ts";
import { nodeClock } from "../../../server/nodePorts.ts";
import { kernel } from "../bank/bankHarness.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import { openLm, trainedFolder } from "../lm/lmHarness.ts";
import { quietLog } from "../workspaceMemoryHarness.ts";

/** Longest wait for an event that must come; only a failing test waits so long. */
const patienceMs = 30_000;

export interface WriterSetting {
  capacityBytes: number;
  availableBytes: number;
}

/** Returns the hash of a text as the memory would have one. */
function hashOf(text: string): bigint {
  return BigInt(`0x${createHash("sha256").update(text).digest("hex").slice(0, 15)}`);
}

export class OpenedWriter {
  readonly folder: string;
  bankFolder: string;
  readonly model: LmModel;
  readonly setting: WriterSetting;
  /** Chunks that were encoded since the start. */
  nEncoded = 0;
  /** Called after each chunk. */
  onEncoded: () => void = () => undefined;
  /** What becomes of each chunk that is encoded. */
  spoil: (chunk: EncodedChunk) => EncodedChunk = (chunk) => chunk;
  failure: unknown;
  bank!: BankStore;
  writer!: DeepWriter;
  readonly #encoder: ChunkEncoder;
  readonly #erase: () => void;
  readonly #changed = new Set<() => void>();

  /** To be made by `openWriter`. */
  constructor(parts: {
    readonly folder: string;
    readonly erase: () => void;
    readonly model: LmModel;
    readonly encoder: ChunkEncoder;
    readonly setting: WriterSetting;
  }) {
    this.folder = path.join(parts.folder, "root");
    this.bankFolder = path.join(parts.folder, "bank");
    this.model = parts.model;
    this.setting = parts.setting;
    this.#encoder = parts.encoder;
    this.#erase = parts.erase;
  }

  /** Opens the bank of a name and a new writer. */
  async start(name = "bank"): Promise<void> {
    this.bankFolder = path.join(path.dirname(this.bankFolder), name);
    const { tokenizer, shape, id, manifest } = this.model.parts;
    const { nKvHeads, dHead } = manifest.config;
    const { capacityBytes } = this.setting;
    const bankShape = { modelId: id, nKvHeads, dHead };
    const opened = await BankStore.open(this.bankFolder, bankShape, { kernel, capacityBytes });
    const others = new OtherBanks(this.bankFolder, bankShape);
    assert.ok(opened.kind === "ready");
    this.bank = opened.store;
    this.writer = new DeepWriter({
      ...{ bank: this.bank, tokenizer, shape, clock: nodeClock, log: quietLog },
      encode: (tokens) => this.#encode(tokens),
      copied: (chunkHash) => others.find(chunkHash),
      copiedAll: () => others.close(),
      read: (file) => this.#read(file),
      bytesPerToken: recordBytesPerToken(manifest.config),
      capacityBytes: () => this.setting.capacityBytes,
      availableBytes: () => this.setting.availableBytes,
      changed: () => this.#changed.forEach((look) => look()),
      failed: (error) => {
        this.failure = error;
        this.#changed.forEach((look) => look());
      },
    });
  }

  async stop(): Promise<void> {
    await this.writer.close();
    this.bank.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#encoder.close();
    await this.model.close();
    this.#erase();
  }

  /** Writes a file and returns it as the memory tells of it. */
  file(name: string, text: string, of: Partial<DeepFile> = {}): DeepFile {
    const { rootId = "a", isOpen = false, sizeBytes = Buffer.byteLength(text) } = of;
    const file = path.join(this.folder, rootId, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    const folder = path.join(this.folder, rootId);
    return { rootId, folder, path: name, hash: hashOf(text), sizeBytes, isOpen };
  }

  erase({ folder, path: name }: DeepFile): void {
    rmSync(path.join(folder, name));
  }

  /** Resolves with the first progress that holds; rejects when the writer fails. */
  until(holds: (progress: WriterProgress) => boolean): Promise<WriterProgress> {
    const { promise, resolve, reject } = Promise.withResolvers<WriterProgress>();
    const look = (): void => {
      const progress = this.writer.progress();
      if (this.failure !== undefined) reject(this.failure);
      else if (holds(progress)) resolve(progress);
    };
    const timer = setTimeout(
      () => reject(new Error(`still ${JSON.stringify(this.writer.progress())}`)),
      patienceMs,
    );
    this.#changed.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#changed.delete(look);
    });
  }

  /** Resolves when nothing waits. */
  done(): Promise<WriterProgress> {
    return this.until(({ filesToEncode }) => filesToEncode === 0);
  }

  /** Files of which something is told. */
  told(): string[] {
    const { nKvHeads, dHead } = this.model.parts.manifest.config;
    const query = new Float32Array(nKvHeads * dHead).fill(1);
    const reader = withoutHidden(this.bank, () => this.writer.hidden);
    const outcome = reader.recall([query], { nBlocks: 128, neighbourShare: 0.3 });
    assert.ok(outcome.kind === "recalled");
    return [...new Set(outcome.blocks.map(({ fileId }) => fileId))].sort();
  }

  held(): string[] {
    return this.bank
      .files()
      .map(({ fileId }) => fileId)
      .sort();
  }

  async #encode(tokens: Uint16Array): Promise<EncodedChunk> {
    const chunk = this.spoil(await this.#encoder.encode(tokens));
    this.nEncoded++;
    this.onEncoded();
    return chunk;
  }

  #read({ folder, path: name, hash }: DeepFile): string | undefined {
    try {
      const text = readFileSync(path.join(folder, name), "utf8");
      return hashOf(text) === hash ? text : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Opens a writer that follows nothing yet. */
export async function openWriter(setting: Partial<WriterSetting> = {}): Promise<OpenedWriter> {
  const folder = temporaryFolder();
  const model = await openLm(trainedFolder);
  const { manifest } = model.parts;
  const encoder = await ChunkEncoder.open(trainedFolder, manifest.encodeGraph, manifest.config);
  const opened = new OpenedWriter({
    folder: folder.path,
    erase: () => folder[Symbol.dispose](),
    model,
    encoder,
    setting: { capacityBytes: 1e9, availableBytes: 8e9, ...setting },
  });
  await opened.start();
  return opened;
}

/** A workspace in which everything can be read, but for the roots in `unread`. */
export function workspaceOf(
  files: readonly DeepFile[],
  unread: readonly string[] = [],
): WorkspaceFiles {
  const readable = new Set(files.map(({ rootId }) => rootId));
  for (const rootId of unread) readable.delete(rootId);
  return {
    files: files.filter(({ rootId }) => readable.has(rootId)),
    readable,
    unread: new Set(unread),
  };
}

/** Lines of code that are in no other file of this name. */
export function code(name: string, nLines = 8): string {
  return Array.from({ length: nLines }, (_, i) => `export const ${name}${i} = read(${i});\n`).join(
    "",
  );
}

export function idOf(file: DeepFile): string {
  return fileIdOf(file.rootId, file.path);
}
