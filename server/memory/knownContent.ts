/** Asks a store whether content is remembered, so that a branch switch computes nothing it has seen before. */
import { openForReading, type Database, type StatementSync } from "./database.ts";

const cacheBytes = 2 * 1024 * 1024;

/** Keeps one read connection to the store asked last. */
export class KnownContent {
  #file = "";
  #database: Database | undefined;
  #statement: StatementSync | undefined;

  /** True when the content with this XXH64 (signed) needs no more work. */
  has(storeFile: string, hash: bigint): boolean {
    if (this.#file !== storeFile || this.#statement === undefined) {
      this.#database?.close();
      this.#database = openForReading(storeFile, cacheBytes);
      this.#statement = this.#database.prepare("SELECT 1 FROM blob WHERE hash = ? AND level > 0");
      this.#file = storeFile;
    }
    return this.#statement.get(hash) !== undefined;
  }
}
