/** Reads one checkout's history: commits of a path, of a name, of words. */
import { MemoryError } from "../../protocol/errors.ts";
import { ftsQuote, termsOfText } from "../ingest/terms.ts";
import { databaseBytes, openForReading, type Database } from "../memory/database.ts";
import type { ChangeStatus } from "./commitLog.ts";
import { historySchemaVersion } from "./historySchema.ts";
import type { SymbolChangeKind } from "./patchSymbols.ts";

/** A remembered commit. */
export interface StoredCommit {
  readonly id: number;
  readonly hash: string;
  readonly author: string;
  readonly authorSeconds: number;
  readonly commitSeconds: number;
  readonly subject: string;
  readonly body: string;
  /** 0 is the newest. */
  readonly position: number;
}

/** A commit with what it did to one file. */
export interface StoredChange {
  readonly commit: StoredCommit;
  readonly status: ChangeStatus;
  readonly path: string;
  readonly oldPath: string | undefined;
  readonly oldBlob: string | undefined;
  readonly newBlob: string | undefined;
}

/** A commit whose patch touched a name. */
export interface StoredTouch {
  readonly position: number;
  readonly hash: string;
  readonly path: string;
  readonly kind: SymbolChangeKind;
}

/** How far a history has been read. */
export interface HistoryExtent {
  readonly head: string;
  readonly nCommits: number;
  /** Commits of which it is not known yet which definitions they touched. */
  readonly nWithoutSymbols: number;
  /** False when the repository holds older commits than are remembered. */
  readonly isWhole: boolean;
  /** 0 when git did not count them. */
  readonly nInRepository: number;
  readonly isShallow: boolean;
  /** When the oldest remembered commit was made; 0 without commits. */
  readonly oldestSeconds: number;
}

const cacheBytes = 16 * 1024 * 1024;
const maxRenames = 50;

const commitColumns =
  "e.id, e.hash, a.name AS author, e.authorSeconds, e.commitSeconds, e.subject, e.body, e.position";
const changeColumns = `${commitColumns}, c.status, p.path, o.path AS oldPath, c.oldBlob, c.newBlob`;
const changeTables = `change c JOIN entry e ON e.id = c.entry JOIN author a ON a.id = e.author
  JOIN path p ON p.id = c.path LEFT JOIN path o ON o.id = c.oldPath`;

export class HistoryReader {
  readonly #database: Database;

  /**
   * Opens an existing history. Errors: `storeUnavailable`, also for one whose tables are not made yet or are of another
   * version, `sqliteMissing`, and those of SQLite on a damaged one.
   */
  constructor(file: string) {
    this.#database = openForReading(file, cacheBytes);
    const { user_version: version } = this.#get("PRAGMA user_version") as { user_version: number };
    if (version === historySchemaVersion) return;
    this.#database.close();
    throw new MemoryError("storeUnavailable", "no tables of this version");
  }

  extent(): HistoryExtent {
    const counts = this.#get(
      "SELECT count(*) AS n, coalesce(sum(hasSymbols = 0), 0) AS open, coalesce(min(commitSeconds), 0) AS oldest FROM entry",
    ) as { n: number; open: number; oldest: number };
    return {
      head: this.#meta("head"),
      nCommits: counts.n,
      nWithoutSymbols: counts.open,
      isWhole: this.#meta("isWhole") === "true",
      nInRepository: Number(this.#meta("nInRepository")),
      isShallow: this.#meta("isShallow") === "true",
      oldestSeconds: counts.oldest,
    };
  }

  /**
   * The commits that changed a file, newest first, at most `limit`. Renames are followed back: an older change of
   * `StoredChange.path` may be under another name.
   */
  changesOfPath(path: string, limit: number): StoredChange[] {
    const found: StoredChange[] = [];
    let at = path;
    let after = -1;
    for (let n = 0; n <= maxRenames && found.length < limit; n++) {
      const step = this.#changesUnder(at, after, limit - found.length);
      found.push(...step);
      const last = step.at(-1);
      if (last?.status !== "R" || last.oldPath === undefined) break;
      at = last.oldPath;
      after = last.commit.position;
    }
    return found;
  }

  /** Ends with the commit that gave the file this name. */
  #changesUnder(path: string, after: number, limit: number): StoredChange[] {
    const rows = this.#all(
      `SELECT ${changeColumns} FROM ${changeTables}
       WHERE c.path = (SELECT id FROM path WHERE path = ?) AND e.position > ? ORDER BY e.position LIMIT ?`,
      ...[path, after, limit],
    );
    const changes = rows.map(changeOf);
    const named = changes.findIndex(({ status }) => status === "R");
    return named < 0 ? changes : changes.slice(0, named + 1);
  }

  /** The commits that changed something in a folder (`""`: anywhere), newest first, with each file. */
  changesBelow(folder: string, sinceSeconds: number, limit: number): StoredChange[] {
    const rows = this.#all(
      `SELECT ${changeColumns} FROM ${changeTables}
       WHERE e.commitSeconds >= ? AND (? = '' OR p.path = ? OR substr(p.path, 1, length(?) + 1) = ? || '/')
       ORDER BY e.position LIMIT ?`,
      ...[sinceSeconds, folder, folder, folder, folder, limit],
    );
    return rows.map(changeOf);
  }

  /** The commits of a time, half-open, in seconds, by when they were committed; the newest first. */
  commitsBetween(
    fromSeconds: number,
    toSeconds: number,
    limit: number,
    author = "",
  ): StoredCommit[] {
    return this.#all(
      `SELECT ${commitColumns} FROM entry e JOIN author a ON a.id = e.author
       WHERE e.commitSeconds >= ? AND e.commitSeconds < ? AND (? = '' OR a.name = ?)
       ORDER BY e.commitSeconds DESC, e.position LIMIT ?`,
      ...[fromSeconds, toSeconds, author, author, limit],
    ).map(commitOf);
  }

  /** What one commit changed. */
  changesOf(hash: string): StoredChange[] {
    return this.#all(`SELECT ${changeColumns} FROM ${changeTables} WHERE e.hash = ?`, hash).map(
      changeOf,
    );
  }

  /** Patches that touched a name, newest first. */
  touchesOf(name: string, limit: number): StoredTouch[] {
    return this.#all(
      `SELECT e.position, e.hash, p.path, t.kind FROM touch t JOIN entry e ON e.id = t.entry JOIN path p ON p.id = t.path
       WHERE t.symbol = (SELECT id FROM symbol WHERE name = ?) ORDER BY e.position LIMIT ?`,
      ...[name, limit],
    ) as unknown as StoredTouch[];
  }

  /** Paths that end in a name, such as `store.ts` or `memory/store.ts`, those that changed last first. */
  pathsEndingIn(name: string, limit: number): string[] {
    const rows = this.#all(
      `SELECT p.path, min(e.position) AS newest FROM path p JOIN change c ON c.path = p.id JOIN entry e ON e.id = c.entry
       WHERE p.path = ? OR substr(p.path, -length(?) - 1) = '/' || ? GROUP BY p.id ORDER BY newest LIMIT ?`,
      ...[name, name, name, limit],
    ) as unknown as { path: string }[];
    return rows.map(({ path }) => path);
  }

  /** Whether any remembered change lies in a folder. */
  hasFolder(folder: string): boolean {
    const row = this.#get(
      "SELECT 1 AS found FROM path WHERE substr(path, 1, length(?) + 1) = ? || '/' LIMIT 1",
      ...[folder, folder],
    );
    return row !== undefined;
  }

  /** Commits whose message, paths or touched names hold the words, best first. */
  search(text: string, limit: number): StoredCommit[] {
    const terms = [...new Set(termsOfText(text))].slice(0, 24);
    if (terms.length === 0) return [];
    const match = terms.map(ftsQuote).join(" OR ");
    const scores = new Map<number, number>();
    for (const [table, weights] of [
      ["messageIndex", "4.0, 1.0, 1.0"],
      ["symbolIndex", "2.0"],
    ]) {
      const rows = this.#all(
        `SELECT rowid AS id, -bm25(${table}, ${weights}) AS score FROM ${table} WHERE ${table} MATCH ? ORDER BY score DESC LIMIT 200`,
        match,
      ) as unknown as { id: number; score: number }[];
      for (const { id, score } of rows) scores.set(id, (scores.get(id) ?? 0) + score);
    }
    const best = [...scores].toSorted((a, b) => b[1] - a[1]).slice(0, limit);
    return best.flatMap(([id]) => {
      const row = this.#get(
        `SELECT ${commitColumns} FROM entry e JOIN author a ON a.id = e.author WHERE e.id = ?`,
        id,
      );
      return row === undefined ? [] : [commitOf(row)];
    });
  }

  /** Names of definitions that a commit touched. */
  namesTouched(entry: number, limit: number): string[] {
    const rows = this.#all(
      "SELECT DISTINCT s.name FROM touch t JOIN symbol s ON s.id = t.symbol WHERE t.entry = ? LIMIT ?",
      ...[entry, limit],
    ) as unknown as { name: string }[];
    return rows.map(({ name }) => name);
  }

  /** Returns a remembered commit by its whole hash, or by a beginning of at least four digits that is its alone. */
  commit(hash: string): StoredCommit | undefined {
    if (!/^[0-9a-f]{4,64}$/.test(hash)) return undefined;
    const rows = this.#all(
      `SELECT ${commitColumns} FROM entry e JOIN author a ON a.id = e.author WHERE e.hash >= ? AND e.hash < ? LIMIT 2`,
      ...[hash, `${hash}g`],
    );
    return rows.length === 1 ? commitOf(rows[0] as Row) : undefined;
  }

  /** The newest commits as git lists them, at most `limit`. */
  newest(limit: number): StoredCommit[] {
    const rows = this.#all(
      `SELECT ${commitColumns} FROM entry e JOIN author a ON a.id = e.author ORDER BY e.position LIMIT ?`,
      limit,
    );
    return rows.map(commitOf);
  }

  /**
   * How many commits were made after the first of some times, in seconds and falling, between it and the second, …, and
   * before the last.
   */
  countsBetween(edgesSeconds: readonly number[]): number[] {
    const after = edgesSeconds.map((seconds) => {
      const row = this.#get("SELECT count(*) AS n FROM entry WHERE commitSeconds > ?", seconds);
      return (row as { n: number }).n;
    });
    const all = (this.#get("SELECT count(*) AS n FROM entry") as { n: number }).n;
    return [...after, all].map((n, idx) => n - (after[idx - 1] ?? 0));
  }

  /** Bytes of the file, without its journal. */
  bytes(): number {
    return databaseBytes(this.#database);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #meta(key: string): string {
    const row = this.#get("SELECT value FROM meta WHERE key = ?", key);
    return (row as { value: string } | undefined)?.value ?? "";
  }

  #get(sql: string, ...values: (string | number)[]): Row | undefined {
    return this.#database.prepare(sql).get(...values);
  }

  #all(sql: string, ...values: (string | number)[]): Row[] {
    return this.#database.prepare(sql).all(...values);
  }
}

type Row = Readonly<Record<string, unknown>>;

function commitOf(row: Row): StoredCommit {
  const { id, hash, author, authorSeconds, commitSeconds, subject, body, position } =
    row as unknown as StoredCommit;
  return { id, hash, author, authorSeconds, commitSeconds, subject, body, position };
}

function changeOf(row: Row): StoredChange {
  const { status, path, oldPath, oldBlob, newBlob } = row as unknown as Record<
    string,
    string | null
  >;
  return {
    commit: commitOf(row),
    status: status as ChangeStatus,
    path: path as string,
    oldPath: oldPath ?? undefined,
    oldBlob: oldBlob ?? undefined,
    newBlob: newBlob ?? undefined,
  };
}
