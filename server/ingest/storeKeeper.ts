/**
 * Takes care of one root's store: opens it, commits, merges its index in quiet moments, and deals with its
 * failures. A damaged store is replaced at once, any other failure is waited out.
 */
import {
  asMemoryError,
  DamagedError,
  isDamage,
  isStoreFailure,
  moveAside,
} from "../memory/database.ts";
import { MemoryWriter } from "../memory/memoryWriter.ts";
import type { Clock, Logger } from "../ports.ts";
import { nextGeneration } from "./generations.ts";

/** The first commits come soon, so that search works while the memory fills; later ones cost less. */
const commitEveryMs = { early: 250, later: 3_000 };
/** Index terms held back in one transaction at most. */
const maxUncommittedCharacters = 64_000_000;
/** A fill of at least this many chunks ends with merging the index segments. */
const mergeAfterChunks = 2_000;
const mergePages = 400;
/** Damage again so soon after the store was replaced is the medium's; replacing at once would go on for ever. */
const replaceAgainMs = 60_000;

export interface StoreKeeperOptions {
  readonly storeFile: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long after a failure of the store it is tried again. */
  readonly retryMs: number;
  /** Takes in what an opened store holds. Its store failures count as failures to open. */
  readonly load: (writer: MemoryWriter) => void;
  /** Something is about to be committed: what is written now becomes readable with it. */
  readonly committing: (writer: MemoryWriter) => void;
  /** The store on disk had to be made anew. */
  readonly replaced: (why: "damaged" | "otherVersion") => void;
  /** The store was closed because of a failure: what was under way is void. */
  readonly lost: () => void;
  /** The store stays closed until it is tried again. */
  readonly failed: (error: unknown) => void;
  /** The store is open again after a failure. */
  readonly recovered: () => void;
}

export class StoreKeeper {
  /** No two stores of this process have the same, not even one after the other in the same file. */
  generation = nextGeneration();
  readonly #options: StoreKeeperOptions;
  #writer: MemoryWriter | undefined;
  #failure: unknown;
  #replacedAtMs = Number.NEGATIVE_INFINITY;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;
  #bulk = false;
  #uncommitted = 0;
  #lastCommitMs = 0;
  #chunksSinceMerge = 0;
  #merging = false;
  #hasNewCommit = true;

  constructor(options: StoreKeeperOptions) {
    this.#options = options;
  }

  /** Opens the store, a damaged one anew. Errors: `storeUnavailable`, `diskFull`, `sqliteMissing`. */
  open(): void {
    try {
      this.#open();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#replace();
    }
  }

  get isOpen(): boolean {
    return this.#writer !== undefined;
  }
  /** Why the store cannot be used at the moment, `undefined` when it can. */
  get failure(): unknown {
    return this.#failure;
  }
  get isMerging(): boolean {
    return this.#merging;
  }

  /** Runs writes in the open transaction, none when the store is not open. A store that fails is dealt with here. */
  guarded(work: (writer: MemoryWriter) => void): void {
    if (this.#writer === undefined) return;
    try {
      this.#writer.begin();
      work(this.#writer);
    } catch (error) {
      this.#broken(error);
    }
  }

  /** Something was written in `guarded`. */
  noteWritten(nCharacters: number, nChunks: number): void {
    this.#uncommitted += nCharacters;
    this.#chunksSinceMerge += nChunks;
  }

  /** Commits when enough was written or long enough ago; soon while the user waits for first results. */
  commitWhenDue(isYoung: boolean): void {
    const sinceMs = this.#options.clock.elapsedMs() - this.#lastCommitMs;
    const isLate = sinceMs > (isYoung ? commitEveryMs.early : commitEveryMs.later);
    if (isLate || this.#uncommitted > maxUncommittedCharacters) this.commit();
  }

  commit(): void {
    if (this.#writer?.inTransaction !== true) return;
    try {
      this.#options.committing(this.#writer);
      this.#writer.commit();
    } catch (error) {
      this.#broken(error);
    }
    this.#uncommitted = 0;
    this.#lastCommitMs = this.#options.clock.elapsedMs();
    this.#hasNewCommit = true;
  }

  /** Commits what goes along with every commit, unless a transaction is open that will take it along. */
  publish(): void {
    if (this.#writer?.inTransaction !== false) return;
    this.guarded(() => undefined);
    this.commit();
  }

  /** Calls `read` when something was committed since it was last called. */
  whenCommitted(read: (writer: MemoryWriter) => void): void {
    if (!this.#hasNewCommit || this.#writer === undefined) return;
    this.#hasNewCommit = false;
    read(this.#writer);
  }

  /** Forgets everything that is stored. */
  clear(): void {
    this.guarded((writer) => writer.clear());
    this.#uncommitted = 0;
  }

  /** See `MemoryWriter.setBulk`; nothing happens inside a transaction. */
  setBulk(bulk: boolean): void {
    if (this.#bulk === bulk || this.#writer === undefined || this.#writer.inTransaction) return;
    this.#bulk = bulk;
    this.#writer.setBulk(bulk);
  }

  /** True when so much was written that the index segments should be merged. */
  get wantsMerge(): boolean {
    return this.#chunksSinceMerge >= mergeAfterChunks && !this.#merging;
  }

  /** Drops old content and merges index segments, in steps, for as long as `isQuiet` says so. */
  async merge(isQuiet: () => boolean): Promise<void> {
    this.#merging = true;
    this.#chunksSinceMerge = 0;
    try {
      this.guarded((writer) => writer.dropOrphans());
      this.commit();
      // The first step of a full merge is given by a negative number of pages, the others go on with it.
      let more = true;
      let nPages = -mergePages;
      while (more && !this.#closed && isQuiet()) {
        more = false;
        this.guarded((writer) => {
          more = writer.mergeIndex(nPages);
          nPages = mergePages;
        });
        this.commit();
        await new Promise((resolve) => setImmediate(resolve));
      }
      this.#checkpoint();
    } finally {
      this.#merging = false;
    }
  }

  /** A reader met damage in the store of a generation. */
  damaged(generation: number): void {
    if (generation === this.generation && this.#writer !== undefined)
      this.#broken(new DamagedError("met by a reader"));
  }

  /** Tries a store that failed once more, without waiting. */
  retryNow(): void {
    if (this.#writer === undefined) this.#reopen(this.#failure);
  }

  close(): void {
    this.commit();
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#writer?.close();
    this.#writer = undefined;
  }

  #open(): void {
    const writer = new MemoryWriter(this.#options.storeFile);
    try {
      this.#options.load(writer);
    } catch (error) {
      writer.close();
      throw error;
    }
    this.#writer = writer;
    this.#bulk = false;
    if (writer.replaced !== undefined) {
      this.generation = nextGeneration();
      this.#options.replaced(writer.replaced);
    }
  }

  /** Moves a store that cannot be used aside and makes a new one. */
  #replace(): void {
    moveAside(this.#options.storeFile);
    this.#replacedAtMs = this.#options.clock.elapsedMs();
    this.#open();
    this.generation = nextGeneration();
    this.#options.replaced("damaged");
  }

  #checkpoint(): void {
    try {
      this.#writer?.checkpoint();
    } catch (error) {
      this.#broken(error);
    }
  }

  /**
   * Nothing that was committed is lost; what was under way is read again. Faults of our own code are
   * thrown on.
   */
  #broken(error: unknown): void {
    if (!isStoreFailure(error)) throw error;
    const { errorName, detail } = asMemoryError(error);
    this.#options.log.log("error", "memory", "the store failed", { code: errorName, detail });
    this.#writer?.close();
    this.#writer = undefined;
    this.#uncommitted = 0;
    this.#options.lost();
    const sinceMs = this.#options.clock.elapsedMs() - this.#replacedAtMs;
    if (!isDamage(error)) this.#fail(error);
    else if (sinceMs < replaceAgainMs) this.#fail(error);
    else this.#reopen(error);
  }

  /** Says that the store failed and tries it again after a while. */
  #fail(error: unknown): void {
    this.#failure = error;
    this.#options.failed(error);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#reopen(this.#failure), this.#options.retryMs);
    this.#retry.unref();
  }

  /** Opens the store again after `cause`; a damaged one makes room for a new one. */
  #reopen(cause: unknown): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    try {
      if (isDamage(cause)) this.#replace();
      else this.#open();
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      this.#options.log.log("error", "memory", "the store does not open", {
        code: asMemoryError(error).errorName,
      });
      this.#fail(error);
      return;
    }
    this.#failure = undefined;
    this.#options.recovered();
  }
}
