/**
 * Chooses how one store's embeddings are searched: all of them while that is fastest, an index on disk when there
 * are millions. The index is opened and built beside the questions; until it is there, and whenever it cannot be
 * used, all embeddings are looked at.
 */
import path from "node:path";
import type { MemoryBank } from "../memory/memoryBank.ts";
import type { EncoderParts } from "../model/staticEncoder.ts";
import type { Clock } from "../ports.ts";
import type { SpannFault, SpannManifest, SpannSpec } from "../spann/spannManifest.ts";
import { SpannBuild, SpannReader, type ThreadStart } from "../spann/spannThreads.ts";
import { ExactIndex } from "./exactIndex.ts";
import { SpannIndex } from "./spannIndex.ts";
import type { Nearest, VectorIndex } from "./vectorIndex.ts";

/** From how many chunks on, and with what, an index on disk is used. */
export interface LargeIndexOptions extends ThreadStart {
  readonly minChunks: number;
}

/** Chunks from which on an index on disk is used: a scan of all takes about 50 ms then. */
export const defaultMinChunks = 3_000_000;
/** An index is given up when a store has shrunk to this share of `minChunks`, so that it does not come and go. */
const keepShare = 0.8;
/** Share of an index that may have come or gone since before it is built anew; until then the rest is scanned. */
const maxStaleShare = 0.1;
/** Between two builds. */
const retryMs = 10 * 60_000;

export class EmbeddingIndex implements VectorIndex {
  readonly #parts: EncoderParts;
  readonly #clock: Clock;
  readonly #large: LargeIndexOptions;
  #exact: ExactIndex;
  /** The index in use. */
  #spann: SpannIndex | undefined;
  /** An index that is being opened. */
  #reader: SpannReader | undefined;
  #build: SpannBuild | undefined;
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #fault: SpannFault | undefined;
  #isClosed = false;

  constructor(parts: EncoderParts, clock: Clock, large: LargeIndexOptions) {
    this.#parts = parts;
    this.#clock = clock;
    this.#large = large;
    this.#exact = new ExactIndex(parts, clock);
  }

  get kind(): VectorIndex["kind"] {
    return this.#inUse.kind;
  }

  get size(): number {
    return this.#inUse.size;
  }

  get sizeBytes(): number {
    return this.#inUse.sizeBytes;
  }

  /** Why the last index on disk that was looked at is not used. */
  get fault(): SpannFault | undefined {
    return this.#fault;
  }

  /** How far a build is, from 0 to 1; `undefined` when there is none. */
  get buildProgress(): number | undefined {
    return this.#build?.end === undefined ? this.#build?.progress : undefined;
  }

  /** Resolves when what goes on beside the questions, an opening or a build, has ended; at once without either. */
  async settled(): Promise<void> {
    await this.#build?.ended;
    await this.#reader?.opened;
  }

  refresh(bank: MemoryBank, budgetMs: number): boolean {
    const spec = this.#isClosed ? undefined : this.#specOf(bank);
    if (spec === undefined) this.#dropLarge();
    else if (this.#follow(bank, spec) === "wait") return false;
    const isComplete = this.#inUse.refresh(bank, budgetMs);
    if (spec !== undefined && this.#spann !== undefined && this.#spann.staleShare > maxStaleShare)
      this.#startBuild(bank, spec);
    return isComplete;
  }

  search(query: Int8Array, k: number): Nearest {
    return this.#inUse.search(query, k);
  }

  similarity(blob: number, idx: number): number | undefined {
    return this.#inUse.similarity(blob, idx);
  }

  close(): void {
    this.#isClosed = true;
    this.#dropLarge();
  }

  get #inUse(): VectorIndex {
    return this.#spann ?? this.#exact;
  }

  /** Returns what an index must be of, `undefined` when the store is not large enough for one. */
  #specOf(bank: MemoryBank): SpannSpec | undefined {
    const { minChunks } = this.#large;
    const least = this.#spann === undefined ? minChunks : minChunks * keepShare;
    if (bank.nChunks() < least) return undefined;
    const { id: modelId, dimensions } = this.#parts.model;
    const storeId = bank.storeId();
    if (storeId === undefined || bank.embeddingModel() !== modelId) return undefined;
    return { storeId, modelId, dimensions };
  }

  /** Moves on with opening and building. `wait`: an index will be open in a moment, and reading everything for it would be in vain. */
  #follow(bank: MemoryBank, spec: SpannSpec): "wait" | "go" {
    this.#followBuild(bank, spec);
    this.#lookAgain();
    if (this.#spann === undefined && this.#reader === undefined && this.#fault === undefined)
      this.#open(bank, spec);
    const state = this.#reader?.state;
    switch (state?.kind) {
      case undefined:
        break;
      case "opening":
        return this.#inUse.size === 0 ? "wait" : "go";
      case "ready":
        this.#takeOver(this.#reader as SpannReader, state.manifest, bank);
        break;
      case "unusable":
        this.#reader = undefined;
        this.#meet(state.fault);
    }
    if (this.#spann?.fault !== undefined) {
      this.#meet(this.#spann.fault);
      this.#spann.close();
      this.#spann = undefined;
    }
    if (this.#fault !== undefined && this.#fault !== "addonMissing") this.#startBuild(bank, spec);
    return "go";
  }

  /** Remembers why an index is not used, and says so once. */
  #meet(fault: SpannFault): void {
    this.#fault = fault;
    const level = fault === "missing" ? "info" : "warn";
    this.#large.log.log(level, "recall", "all embeddings are scanned", { index: fault });
  }

  #open(bank: MemoryBank, spec: SpannSpec): void {
    const { kernel } = this.#parts;
    const options = { folder: indexFolder(bank), spec, kernel, probe: undefined };
    this.#reader = new SpannReader(options, this.#large);
  }

  #takeOver(reader: SpannReader, { lastEmbedding }: SpannManifest, bank: MemoryBank): void {
    this.#reader = undefined;
    // A store that was set back, as by a power cut, gives the same numbers to other content.
    if (lastEmbedding > bank.lastEmbedding()) {
      reader.close();
      this.#meet("otherStore");
      return;
    }
    this.#spann?.close();
    this.#spann = new SpannIndex(reader, this.#parts, this.#clock);
    this.#fault = undefined;
    this.#large.log.log("info", "recall", "embeddings are searched by an index on disk");
    // Its memory is what the index is there to save.
    this.#exact = new ExactIndex(this.#parts, this.#clock);
  }

  #followBuild(bank: MemoryBank, spec: SpannSpec): void {
    const end = this.#build?.end;
    if (end === undefined) return;
    this.#build = undefined;
    // The add-on does not come while the process runs.
    if (end === "addonMissing") return this.#meet("addonMissing");
    // Whatever is wrong with this one, such as a full disk or that another process builds: the next is not at once.
    this.#retryAtMs = this.#clock.elapsedMs() + retryMs;
    if (end === "built") this.#open(bank, spec);
  }

  /** Some time after a build the disk is looked at again: another process may have built an index. */
  #lookAgain(): void {
    const isDue = this.#clock.elapsedMs() >= this.#retryAtMs;
    if (!isDue || this.#retryAtMs === Number.NEGATIVE_INFINITY) return;
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
    this.#fault = undefined;
  }

  #startBuild(bank: MemoryBank, spec: SpannSpec): void {
    if (this.#build !== undefined || this.#reader !== undefined) return;
    if (this.#clock.elapsedMs() < this.#retryAtMs) return;
    // A store that grows by the second would be built for again and again.
    if (bank.ownerStatus()?.state === "filling") return;
    this.#build = new SpannBuild(
      {
        folder: indexFolder(bank),
        spec,
        kernel: this.#parts.kernel,
        storeFile: bank.file,
        nExpected: bank.nChunks(),
        rule: undefined,
      },
      this.#large,
    );
  }

  #dropLarge(): void {
    this.#build?.cancel();
    this.#build = undefined;
    this.#reader?.close();
    this.#reader = undefined;
    this.#spann?.close();
    this.#spann = undefined;
    this.#fault = undefined;
  }
}

/** The index lies beside its store and goes when that is forgotten. */
function indexFolder(bank: MemoryBank): string {
  return path.join(path.dirname(bank.file), "index");
}
