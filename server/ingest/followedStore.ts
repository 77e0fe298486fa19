/** The store of a root that another process keeps, as this one sees it. */
import { MemoryError } from "../../protocol/errors.ts";
import type { Root, RootStatus } from "../../protocol/types.ts";
import { errorCode } from "../memory/database.ts";
import { MemoryBank } from "../memory/memoryBank.ts";
import type { OwnerStatus } from "../memory/ownerStatus.ts";
import type { StoredProblems } from "../memory/problemPages.ts";
import type { FileSystem } from "../ports.ts";
import { nextGeneration } from "./generations.ts";
import { blankStatus } from "./waitingStatus.ts";

export class FollowedStore {
  readonly #root: Root;
  readonly #storeFile: string;
  readonly #files: FileSystem;
  readonly #storeBytes: () => number;
  #generation = nextGeneration();
  #opened: { readonly bank: MemoryBank; readonly inode: number } | undefined;

  /** `storeBytes`: bytes of the store on disk. */
  constructor(root: Root, storeFile: string, files: FileSystem, storeBytes: () => number) {
    this.#root = root;
    this.#storeFile = storeFile;
    this.#files = files;
    this.#storeBytes = storeBytes;
  }

  /** Changes when the owner replaced the file of the store. As of the last `status`. */
  get generation(): number {
    return this.#generation;
  }

  /** Returns what the owner last committed; `opening` while it has not made the store yet. */
  status(): RootStatus {
    return {
      ...blankStatus(this.#root, "opening", [{ kind: "readOnly" }]),
      ...this.#told(),
      root: this.#root,
      storeBytes: this.#storeBytes(),
    };
  }

  /** Returns the files that are not in memory as the owner last committed them. */
  problems(offset: number, limit: number): StoredProblems {
    return this.#reading((bank) => bank.problems(offset, limit)) ?? { problems: [], total: 0 };
  }

  close(): void {
    this.#opened?.bank.close();
    this.#opened = undefined;
  }

  #told(): OwnerStatus | undefined {
    const told = this.#reading((bank) => bank.ownerStatus());
    return told && { ...told, notices: [{ kind: "readOnly" }, ...told.notices] };
  }

  #reading<T>(read: (bank: MemoryBank) => T): T | undefined {
    try {
      const bank = this.#bank();
      return bank === undefined ? undefined : read(bank);
    } catch (error) {
      // The owner has not made the tables yet, or is just replacing the store.
      if (!(error instanceof MemoryError) && errorCode(error) === undefined) throw error;
      this.close();
      return undefined;
    }
  }

  /** The open store stays open, so that no later file can have its number. */
  #bank(): MemoryBank | undefined {
    const inode = this.#files.stat(this.#storeFile, true)?.inode;
    if (this.#opened?.inode === inode) return this.#opened?.bank;
    this.close();
    this.#generation = nextGeneration();
    if (inode === undefined) return undefined;
    this.#opened = { bank: new MemoryBank(this.#storeFile), inode };
    return this.#opened.bank;
  }
}
