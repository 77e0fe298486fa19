/**
 * What became of each file, in the ledger and in the store at once, and the counts of what is stored.
 * Writes happen inside `StoreKeeper.guarded`, whose writer they are given.
 */
import type { FailReason, MemorySettings, SkipReason } from "../../protocol/types.ts";
import type { BlobRow } from "../memory/memoryRows.ts";
import type { BlobContent, MemoryWriter } from "../memory/memoryWriter.ts";
import type { StaticModel } from "../model/staticModel.ts";
import type { FileStat } from "../ports.ts";
import type { Backlog } from "./backlog.ts";
import { FileLedger, type LedgerEntry } from "./fileLedger.ts";
import type { IngestWaits } from "./ingestWaits.ts";
import { noStat, type ParseResult } from "./parseTask.ts";
import { pathTerms } from "./pathTerms.ts";

/** Where the store says by which settings its files were judged. */
const rulesKey = "contentRules";

/** How far the remembered files have come. */
interface Levels {
  /** Files with chunks from the syntax tree. */
  readonly exact: number;
  /** Files that have a grammar and did not parse. */
  readonly fallback: number;
  /** Chunks with embeddings. */
  readonly nEmbedded: number;
}
const noLevels: Levels = { exact: 0, fallback: 0, nEmbedded: 0 };

export interface FileBookOptions {
  readonly settings: MemorySettings;
  /** By which chunks get embeddings; `undefined` when they get none. */
  readonly model: Pick<StaticModel, "id" | "dimensions"> | undefined;
  readonly backlog: Backlog;
  readonly waits: IngestWaits;
  /** Called with the length of the index terms and the number of chunks that were written. */
  readonly written: (nCharacters: number, nChunks: number) => void;
}

export class FileBook {
  readonly ledger = new FileLedger();
  readonly #options: FileBookOptions;
  #rules: string;
  #rulesAreStored = true;
  #nChunks = 0;
  #levels: Levels = noLevels;

  constructor(options: FileBookOptions) {
    this.#options = options;
    this.#rules = rulesOf(options.settings);
  }

  /** Chunks in the store, those of content kept for branch switches included. */
  get nChunks(): number {
    return this.#nChunks;
  }
  /** As of the last `recount`. */
  get levels(): Levels {
    return this.#levels;
  }

  /** Takes in what a store holds, in place of what was known before. */
  load(writer: MemoryWriter): void {
    const { queue } = this.#options.backlog;
    queue.clear();
    this.ledger.load(writer.files());
    for (const { path, sizeBytes } of writer.blobsToRefine())
      queue.add(path, sizeBytes, "refine", true);
    this.#embedAll(writer);
    this.recount(writer);
    if (writer.meta(rulesKey) !== this.#rules) this.#judgeAllAgain();
  }

  /** Content that was stored without a model, or with another one, waits for its embeddings like for its syntax. */
  #embedAll(writer: MemoryWriter): void {
    const { backlog, model } = this.#options;
    if (model === undefined) return;
    writer.useModel(model.id);
    for (const { path, sizeBytes } of writer.blobsToEmbed())
      backlog.queue.add(path, sizeBytes, "refine", true);
  }

  /** Whether content waits for the syntax pass or for its embeddings. */
  isUnfinished({ level, embedded, nChunks }: BlobRow): boolean {
    return level === 0 || (this.#options.model !== undefined && !embedded && nChunks > 0);
  }

  /** Counts anew what is stored. */
  recount(writer: MemoryWriter): void {
    const { nChunks, ...levels } = writer.levelCounts();
    this.#nChunks = nChunks;
    this.#levels = levels;
  }

  /** Forgets everything. */
  clear(): void {
    this.ledger.clear();
    this.#nChunks = 0;
    this.#levels = noLevels;
  }

  /** Files are judged by these settings from now on. */
  judgeBy(settings: MemorySettings): void {
    const rules = rulesOf(settings);
    if (rules === this.#rules) return;
    this.#rules = rules;
    this.#judgeAllAgain();
  }

  /** What was skipped by other rules may be welcome now, and the other way round. Known content is not computed again. */
  #judgeAllAgain(): void {
    for (const entry of this.ledger.values()) entry.version = noStat;
    this.#rulesAreStored = false;
  }

  /** True when every file has been judged by rules that the store does not name yet. */
  get hasNewRules(): boolean {
    return !this.#rulesAreStored;
  }

  storeRules(writer: MemoryWriter): void {
    this.#rulesAreStored = true;
    writer.setMeta(rulesKey, this.#rules);
  }

  /** Writes down a result. Returns false when its content was said to be stored and is not. */
  apply(writer: MemoryWriter, entry: LedgerEntry, result: ParseResult): boolean {
    switch (result.kind) {
      case "missing":
        this.forget(writer, result.path);
        return true;
      case "parsed":
        this.#remember(writer, entry, result.stat, this.#putContent(writer, result.content));
        return true;
      case "known": {
        const blob = writer.blobByHash(result.hash);
        if (blob !== undefined) this.#remember(writer, entry, result.stat, blob.id);
        return blob !== undefined;
      }
      case "embedded": {
        const { model } = this.#options;
        if (model !== undefined && result.vectors !== undefined)
          writer.putVectors(result.hash, result.vectors, model.dimensions);
        return true;
      }
      case "skipped":
      case "failed":
        this.settle(writer, entry, result.stat ?? entry.version, result);
        return true;
    }
  }

  /** Returns the blob's id. Content that is stored already is only written again when it is now better known. */
  #putContent(writer: MemoryWriter, content: BlobContent): number {
    const old = writer.blobByHash(content.hash);
    if (old !== undefined && old.level > 0) return old.id;
    if (old !== undefined && content.level === 0) return old.id;
    const id = writer.putBlob(content);
    this.#nChunks += content.nChunks - (old?.nChunks ?? 0);
    const nCharacters = content.columns.reduce((sum, column) => sum + column.length, 0);
    this.#options.written(nCharacters, content.nChunks);
    return id;
  }

  #remember(writer: MemoryWriter, entry: LedgerEntry, stat: FileStat, blob: number): void {
    entry.version = stat;
    entry.outcome = "remembered";
    entry.reason = undefined;
    writer.putFile(entry.path, stat, { kind: "remembered", blob }, pathTerms(entry.path));
    const row = writer.blobById(blob);
    if (row !== undefined && this.isUnfinished(row))
      this.#options.backlog.queue.add(entry.path, Math.max(0, stat.sizeBytes), "refine", true);
  }

  /** A file that waited, or is under way, need not be read any more. */
  dropWaiting(entry: LedgerEntry): void {
    this.#options.backlog.drop(entry.path);
    entry.ticket = 0;
  }

  /** The file is not remembered, and why. */
  settle(
    writer: MemoryWriter,
    entry: LedgerEntry,
    version: LedgerEntry["version"],
    outcome: { kind: "skipped" | "failed"; reason: SkipReason | FailReason; detail: string },
  ): void {
    entry.version = version;
    entry.outcome = outcome.kind;
    entry.reason = outcome.reason;
    writer.putFile(entry.path, version, outcome, pathTerms(entry.path));
  }

  /** The file is gone. */
  forget(writer: MemoryWriter, path: string): void {
    this.ledger.delete(path);
    this.#options.backlog.drop(path);
    this.#options.waits.endRefined([path]);
    writer.removeFile(path);
  }
}

/** The settings that decide about a file's content. */
function rulesOf({ include, maxFileBytes }: MemorySettings): string {
  return JSON.stringify({ include, maxFileBytes });
}
