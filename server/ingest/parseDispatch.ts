/**
 * Gives waiting files to the parse threads and takes their results. A result counts only while its ticket
 * is the file's: what was read before the file changed once more is for nobody.
 */
import type { UnembeddedBlob } from "../memory/memoryWriter.ts";
import type { ParsePool, ThreadTask } from "./parsePool.ts";
import type { ParseResult } from "./parseTask.ts";
import type { Backlog } from "./backlog.ts";
import type { FileBook } from "./fileBook.ts";
import type { LedgerEntry } from "./fileLedger.ts";
import type { StoreKeeper } from "./storeKeeper.ts";
import type { TreeFollower } from "./treeFollower.ts";
import type { Lane, WorkItem } from "./workQueue.ts";

/** Batches end at this many bytes or files, whichever comes first. */
const batchBytes = { fill: 1_000_000, refine: 300_000, urgent: 60_000 };
/** Until then batches are small, so that the first results come soon. */
const earlyBatchBytes = 150_000;
const batchFiles = { fill: 128, refine: 32, urgent: 8 };

export interface ParseDispatchOptions {
  readonly rootFolder: string;
  readonly storeFile: string;
  readonly pool: ParsePool;
  readonly backlog: Backlog;
  readonly store: StoreKeeper;
  readonly book: FileBook;
  readonly tree: TreeFollower;
  /** A file has to be read again. */
  readonly enqueue: (entry: LedgerEntry, lane: "urgent", exact: boolean) => void;
  /** The results of these files were taken. */
  readonly applied: (paths: readonly string[]) => void;
  /** The pool has room again. */
  readonly pump: () => void;
}

/** A file to be read; `embed` when nothing but the embeddings of its chunks is missing. */
interface Wanted extends WorkItem {
  readonly embed?: UnembeddedBlob;
}

/** A file that a parse thread has, and what its result is held against when it comes. */
interface Dispatched {
  readonly task: ThreadTask;
  readonly item: WorkItem;
  readonly ticket: number;
}

export class ParseDispatch {
  readonly #options: ParseDispatchOptions;
  #nextTicket = 1;
  /** Grows when everything under way became void. */
  #epoch = 0;
  #inFlight = 0;
  #refining = 0;
  readonly #blobsInRefining = new Set<number>();
  /** Files whose content was said to be stored and was not. */
  readonly #mustCompute = new Set<string>();
  #closed = false;

  constructor(options: ParseDispatchOptions) {
    this.#options = options;
  }

  /** Files under way to become searchable. */
  get nInFlight(): number {
    return this.#inFlight;
  }
  /** Files under way to become syntax-exact. */
  get nRefining(): number {
    return this.#refining;
  }

  /** Gives the pool work for as long as it has room. */
  feed(): void {
    const { backlog, pool, store, tree } = this.#options;
    const { queue } = backlog;
    while (store.isOpen && pool.hasRoom) {
      const lane = queue.nextLane(!tree.isScanning && this.#inFlight === 0);
      if (lane === undefined) break;
      const maxBytes = lane === "fill" && backlog.isYoung ? earlyBatchBytes : batchBytes[lane];
      const taken = queue.take(lane, batchFiles[lane], maxBytes);
      const items = lane === "refine" ? this.#stillToRefine(taken) : taken;
      if (items.length > 0) this.#dispatch(lane, items);
      // All that was taken is being refined under another name.
      else if (this.#blobsInRefining.size > 0) break;
    }
  }

  /** What is under way is void; results that still come are for nobody. */
  abandonAll(): void {
    this.#epoch++;
    this.#mustCompute.clear();
    this.#blobsInRefining.clear();
    this.#inFlight = 0;
    this.#refining = 0;
    for (const entry of this.#options.book.ledger.values()) entry.ticket = 0;
  }

  close(): void {
    this.#closed = true;
  }

  #dispatch(lane: Lane, items: readonly Wanted[]): void {
    const { pool, book, storeFile } = this.#options;
    const refined = lane === "refine";
    const epoch = this.#epoch;
    const sent = items.map((item) => this.#dispatched(item));
    this.#count(sent.length, refined);
    const knownIn = refined || book.nChunks === 0 ? undefined : storeFile;
    const tasks = sent.map(({ task }) => task);
    void pool.run(tasks, knownIn).then(
      (results) => {
        if (epoch === this.#epoch) {
          this.#count(-sent.length, refined);
          this.#apply(sent, results, refined);
        }
        this.#options.pump();
      },
      () => undefined,
    );
  }

  #count(nFiles: number, refined: boolean): void {
    if (refined) this.#refining += nFiles;
    else this.#inFlight += nFiles;
  }

  #dispatched({ embed, ...item }: Wanted): Dispatched {
    const { book, tree, rootFolder } = this.#options;
    const overlay = tree.overlayOf(item.path);
    const entry = book.ledger.get(item.path);
    const ticket = this.#nextTicket++;
    if (entry !== undefined) entry.ticket = ticket;
    const task: ThreadTask = {
      rootFolder,
      path: item.path,
      bySyntax: item.exact || item.lane === "refine",
      ...tree.readRulesOf(item.path),
      ...(embed === undefined ? {} : { embed }),
      ...(this.#mustCompute.delete(item.path) ? { mustCompute: true } : {}),
      ...(overlay === undefined ? {} : { overlay }),
    };
    return { task, item, ticket };
  }

  /** Leaves out content that is complete, or is just being refined, under another name. */
  #stillToRefine(items: readonly WorkItem[]): Wanted[] {
    const { backlog, book, store } = this.#options;
    const left: Wanted[] = [];
    store.guarded((writer) => {
      for (const item of items) {
        const blob = writer.blobOfPath(item.path);
        if (blob === undefined || !book.isUnfinished(blob)) continue;
        if (this.#blobsInRefining.has(blob.id)) {
          backlog.queue.add(item.path, item.sizeBytes, "refine", true);
          continue;
        }
        this.#blobsInRefining.add(blob.id);
        const embed = blob.level > 0 ? writer.unembedded(item.path) : undefined;
        left.push(embed === undefined ? item : { ...item, embed });
      }
    });
    return store.isOpen ? left : [];
  }

  #apply(sent: readonly Dispatched[], results: readonly ParseResult[], refined: boolean): void {
    if (this.#closed) return;
    const { backlog, store } = this.#options;
    // The pool was empty of other refinements when these began, so all of them are done when none is left.
    if (refined && this.#refining === 0) this.#blobsInRefining.clear();
    store.guarded((writer) => {
      sent.forEach(({ item, ticket }, i) => {
        if (!refined) backlog.progress.finish(item.sizeBytes);
        const entry = this.#options.book.ledger.get(item.path);
        // Forgotten, or changed once more since: what comes after this result counts.
        if (entry?.ticket !== ticket) return;
        entry.ticket = 0;
        const result = results[i] as ParseResult;
        if (this.#options.book.apply(writer, entry, result)) return;
        this.#mustCompute.add(entry.path);
        this.#options.enqueue(entry, "urgent", true);
      });
    });
    const isLast = this.#inFlight === 0 && backlog.isSearchable && !refined;
    if (isLast) store.commit();
    else store.commitWhenDue(backlog.isYoung);
    this.#options.applied(sent.map(({ item }) => item.path));
  }
}
