/** Asks a store whether content is remembered, so that a branch switch computes nothing it has seen before. */
import { MemoryError } from "../../protocol/errors.ts";
import { errorCode, openForReading, type Database, type StatementSync } from "./database.ts";

const cacheBytes = 2 * 1024 * 1024;

/** Holds a connection from the first question to `close`, so that nobody keeps a replaced or deleted file open. */
export class KnownContent {
  #file = "";
  #database: Database | undefined;
  #statement: StatementSync | undefined;

  /**
   * True when the content with this XXH64 (signed) needs no more work: it is remembered, with `exact`
   * beyond its first pass by lines. A store that cannot be read knows nothing; whoever writes to it
   * finds out why.
   */
  has(storeFile: string, hash: bigint, exact: boolean): boolean {
    try {
      if (this.#file !== storeFile || this.#statement === undefined) {
        this.close();
        this.#database = openForReading(storeFile, cacheBytes);
        this.#statement = this.#database.prepare("SELECT level FROM blob WHERE hash = ?");
        this.#file = storeFile;
      }
      const row = this.#statement.get(hash) as { level: number } | undefined;
      return row !== undefined && (!exact || row.level > 0);
    } catch (error) {
      if (!(error instanceof MemoryError) && errorCode(error) === undefined) throw error;
      this.close();
      return false;
    }
  }

  close(): void {
    if (this.#database?.isOpen === true) this.#database.close();
    this.#database = undefined;
    this.#statement = undefined;
  }
}
