/**
 * Which blocks have which names, in the catalogue's database. A new name is written beside its block at once, but put
 * in the order in which names are looked up in batches only: one by one, each would rewrite a page of its own. Until
 * then it is in a small table in memory, which is made again when the bank is opened (a log-structured merge of two
 * levels, O'Neil et al. 1996).
 */
import { DamagedError, type Database, type StatementSync } from "../memory/database.ts";

/** A name that more blocks have tells little. */
const maxNamedBlocks = 256;
/** Names of blocks that are kept in memory, half a megabyte. */
const defaultMaxFresh = 32_768;
/** Names that are put in order at once, some milliseconds. */
const mergedAtOnce = 4_096;
/** Above all hashes. */
const endOfHashes = 2 ** 31;

/** For the catalogue's own tables. */
export const nameTables = `
  -- Names of each block, as 32-bit numbers.
  CREATE TABLE blockNames (block INTEGER PRIMARY KEY, hashes BLOB NOT NULL) STRICT;
  -- The same by name, of blocks up to meta's namesMerged and some more.
  CREATE TABLE names (hash INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (hash, block)) STRICT, WITHOUT ROWID;
`;

const freshTable = `
  CREATE TEMP TABLE IF NOT EXISTS fresh (hash INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (hash, block))
    WITHOUT ROWID;
  DELETE FROM temp.fresh;
`;

const sql = {
  put: "INSERT INTO blockNames VALUES (?, ?)",
  putFresh: "INSERT OR IGNORE INTO temp.fresh VALUES (?, ?)",
  hashes: "SELECT hashes FROM blockNames WHERE block = ?",
  drop: "DELETE FROM blockNames WHERE block = ?",
  dropFresh: "DELETE FROM temp.fresh WHERE hash = ? AND block = ?",
  dropMerged: "DELETE FROM names WHERE hash = ? AND block = ?",
  // A list in one row takes a tenth of the time of a row for each.
  blocks: `SELECT json_group_array(block) AS list FROM (
    SELECT * FROM (SELECT block FROM names WHERE hash = ?1 LIMIT ${maxNamedBlocks + 1})
    UNION ALL SELECT * FROM (SELECT block FROM temp.fresh WHERE hash = ?1 LIMIT ${maxNamedBlocks + 1}))`,
  unmerged: "SELECT block, hashes FROM blockNames WHERE block > ?",
  nFresh: "SELECT count(*) AS n FROM temp.fresh",
  newest: "SELECT max(block) AS n FROM temp.fresh",
  mergedTo: "SELECT value AS n FROM meta WHERE key = 'namesMerged'",
  setMergedTo: "INSERT OR REPLACE INTO meta VALUES ('namesMerged', ?)",
  endOfSlice: "SELECT hash AS n FROM temp.fresh WHERE hash > ? ORDER BY hash LIMIT 1 OFFSET ?",
  merge: `INSERT OR IGNORE INTO names
    SELECT hash, block FROM temp.fresh WHERE hash >= ? AND hash < ? ORDER BY hash, block`,
  dropSlice: "DELETE FROM temp.fresh WHERE hash >= ? AND hash < ?",
} as const;

type StatementName = keyof typeof sql;

/** A merge of all fresh names that is under way. */
interface Merge {
  /** Names below it are in order. */
  readonly from: number;
  /** At its end, all blocks up to this one are. */
  readonly goal: number;
}

export class NamePostings {
  readonly #database: Database;
  readonly #statements = new Map<StatementName, StatementSync>();
  /** Fresh names above which some are put in order. */
  readonly #maxFresh: number;
  #merge: Merge | undefined;

  constructor(database: Database, maxFresh = defaultMaxFresh) {
    this.#database = database;
    this.#maxFresh = maxFresh;
  }

  /** Makes the table in memory again. Errors: `DamagedError`. */
  load(): void {
    this.#database.exec(freshTable);
    this.#merge = undefined;
    const mergedTo = this.#number("mergedTo") ?? 0;
    for (const row of this.#statement("unmerged").iterate(mergedTo))
      for (const hash of hashesOf(row["hashes"])) this.#run("putFresh", hash, Number(row["block"]));
  }

  /** Adds a block's names, which are from 0 to 2^31. To be called in a transaction, as are `drop` and `clear`. */
  put(block: number, hashes: Int32Array): void {
    if (hashes.length === 0) return;
    const { buffer, byteOffset, byteLength } = hashes;
    this.#run("put", block, new Uint8Array(buffer, byteOffset, byteLength));
    for (const hash of hashes) this.#run("putFresh", hash, block);
  }

  drop(block: number): void {
    const row = this.#statement("hashes").get(block);
    if (row === undefined) return;
    for (const hash of hashesOf(row["hashes"])) {
      this.#run("dropFresh", hash, block);
      // There as well when a merge is under way, or was broken off.
      this.#run("dropMerged", hash, block);
    }
    this.#run("drop", block);
  }

  clear(): void {
    this.#database.exec("DELETE FROM blockNames; DELETE FROM names; DELETE FROM temp.fresh;");
  }

  /** Returns the ids of the blocks that have a name, `undefined` for more than `maxNamedBlocks`. */
  blocksWith(hash: number): readonly number[] | undefined {
    const { list } = this.#statement("blocks").get(hash) as { readonly list: string };
    // What is being merged is in both.
    const blocks = new Set(JSON.parse(list) as number[]);
    return blocks.size > maxNamedBlocks ? undefined : [...blocks];
  }

  /** Puts names in order while too many are not, in transactions of some milliseconds. */
  merge(transaction: (change: () => void) => void): void {
    for (let n = this.#number("nFresh") ?? 0; n > this.#maxFresh;) {
      const { from, goal } = this.#merge ?? { from: 0, goal: this.#number("newest") ?? 0 };
      const to = this.#number("endOfSlice", from, mergedAtOnce) ?? endOfHashes;
      const isLast = to === endOfHashes;
      let nMerged = 0;
      transaction(() => {
        this.#run("merge", from, to);
        nMerged = this.#run("dropSlice", from, to);
        if (isLast) this.#run("setMergedTo", goal);
      });
      this.#merge = isLast ? undefined : { from: to, goal };
      n -= nMerged;
    }
  }

  close(): void {
    this.#statements.clear();
  }

  #number(name: StatementName, ...values: number[]): number | undefined {
    const n = this.#statement(name).get(...values)?.["n"];
    return typeof n === "number" ? n : undefined;
  }

  /** Returns how many rows changed. */
  #run(name: StatementName, ...values: (number | Uint8Array)[]): number {
    return Number(this.#statement(name).run(...values).changes);
  }

  #statement(name: StatementName): StatementSync {
    const known = this.#statements.get(name);
    if (known !== undefined) return known;
    const made = this.#database.prepare(sql[name]);
    this.#statements.set(name, made);
    return made;
  }
}

function hashesOf(bytes: unknown): Int32Array {
  if (!(bytes instanceof Uint8Array) || bytes.length % 4 !== 0) throw new DamagedError();
  // Where the bytes begin is not said to be a multiple of four.
  return new Int32Array(Uint8Array.from(bytes).buffer);
}
