/** Writes one checkout's history. Each call is one transaction, so that a kill leaves whole commits. */
import { termsOfName, termsOfText } from "../ingest/terms.ts";
import {
  inTransaction,
  openDatabase,
  type Database,
  type StatementSync,
} from "../memory/database.ts";
import type { FileChanged, LoggedCommit } from "./commitLog.ts";
import { createHistoryTables, historySchemaVersion, metaKeys } from "./historySchema.ts";
import type { TouchedSymbol } from "./patchSymbols.ts";

const cacheBytes = 16 * 1024 * 1024;

export class HistoryWriter {
  readonly #database: Database;
  readonly #statements: Statements;

  /**
   * Opens or makes the file. A damaged one, and one of another version, is replaced by an empty one.
   * Errors: `sqliteMissing`, `diskFull`, `storeUnavailable`.
   */
  constructor(file: string) {
    this.#database = openDatabase({
      file,
      content: {
        kind: "replaceable",
        schemaVersion: historySchemaVersion,
        create: createHistoryTables,
      },
      synchronous: "NORMAL",
      cacheBytes,
    }).database;
    this.#statements = statementsOf(this.#database);
  }

  /**
   * Makes `hashes`, newest first, the history: commits that are not among them are forgotten with all that was known of
   * them. Returns the hashes that are still to be read, in the same order.
   */
  follow(hashes: readonly string[]): string[] {
    const positions = new Map(hashes.map((hash, position) => [hash, position]));
    const known = this.#statements.all.all() as unknown as {
      id: number;
      hash: string;
      position: number;
    }[];
    inTransaction(this.#database, () => {
      for (const { id, hash, position } of known) {
        const wanted = positions.get(hash);
        if (wanted === undefined) this.#forget(id);
        else if (wanted !== position) this.#statements.move.run(wanted, id);
        positions.delete(hash);
      }
    });
    return [...positions.keys()];
  }

  /** `position` tells where each commit stands in the history. */
  add(commits: readonly LoggedCommit[], position: (hash: string) => number): void {
    inTransaction(this.#database, () => {
      for (const commit of commits) this.#add(commit, position(commit.hash));
    });
  }

  /** Hashes of the commits whose symbols are not read yet, newest first, at most `limit`. */
  withoutSymbols(limit: number): string[] {
    const rows = this.#statements.withoutSymbols.all(limit) as unknown as { hash: string }[];
    return rows.map(({ hash }) => hash);
  }

  /** Writes what commits did to definitions; those that `touched` does not hold did nothing. */
  addSymbols(
    hashes: readonly string[],
    touched: ReadonlyMap<string, readonly TouchedSymbol[]>,
  ): void {
    inTransaction(this.#database, () => {
      for (const hash of hashes) {
        const row = this.#statements.idOf.get(hash) as { id: number } | undefined;
        if (row !== undefined) this.#addSymbols(row.id, touched.get(hash) ?? []);
      }
    });
  }

  meta(key: keyof typeof metaKeys): string {
    const row = this.#statements.meta.get(metaKeys[key]) as { value: string } | undefined;
    return row?.value ?? "";
  }

  setMeta(values: Readonly<Partial<Record<keyof typeof metaKeys, string>>>): void {
    inTransaction(this.#database, () => {
      for (const [key, value] of Object.entries(values)) this.#statements.setMeta.run(key, value);
    });
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #add(commit: LoggedCommit, position: number): void {
    const s = this.#statements;
    const { hash, parents, authorSeconds, commitSeconds, subject, body, files } = commit;
    const author = idIn(s.authorId, s.addAuthor, commit.author);
    const added = s.add.run(
      ...[hash, parents.join(" "), author, authorSeconds, commitSeconds, subject, body, position],
      // A merge changes nothing by itself.
      files.length === 0 ? 1 : 0,
    );
    if (added.changes === 0) return;
    const id = Number(added.lastInsertRowid);
    for (const file of files) this.#addFile(id, file);
    const paths = files.slice(0, maxIndexedPaths).map(({ path }) => path);
    s.index.run(
      id,
      joined(termsOfText(subject)),
      joined(termsOfText(body)),
      joined(paths.flatMap(termsOfName)),
    );
  }

  #addFile(id: number, { status, path, oldPath, oldBlob, newBlob }: FileChanged): void {
    const s = this.#statements;
    const pathId = idIn(s.pathId, s.addPath, path);
    const oldPathId = oldPath === undefined ? null : idIn(s.pathId, s.addPath, oldPath);
    s.addChange.run(id, pathId, status, oldPathId, oldBlob ?? null, newBlob ?? null);
  }

  #addSymbols(id: number, symbols: readonly TouchedSymbol[]): void {
    const s = this.#statements;
    for (const { name, path, kind } of symbols) {
      const symbolId = idIn(s.symbolId, s.addSymbol, name);
      s.addTouch.run(id, symbolId, idIn(s.pathId, s.addPath, path), kind);
    }
    s.unindexSymbols.run(id);
    s.indexSymbols.run(id, joined(symbols.flatMap(({ name }) => termsOfName(name))));
    s.markRead.run(id);
  }

  #forget(id: number): void {
    const s = this.#statements;
    for (const statement of [
      s.forget,
      s.forgetChanges,
      s.forgetTouches,
      s.unindex,
      s.unindexSymbols,
    ])
      statement.run(id);
  }
}

const maxIndexedPaths = 200;

function joined(terms: readonly string[]): string {
  return [...new Set(terms)].join(" ");
}

function idIn(find: StatementSync, add: StatementSync, name: string): number {
  const row = find.get(name) as { id: number } | undefined;
  return row?.id ?? Number(add.run(name).lastInsertRowid);
}

type Statements = ReturnType<typeof statementsOf>;

function statementsOf(database: Database) {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    all: prepare("SELECT id, hash, position FROM entry"),
    move: prepare("UPDATE entry SET position = ? WHERE id = ?"),
    idOf: prepare("SELECT id FROM entry WHERE hash = ?"),
    add: prepare(
      "INSERT INTO entry (hash, parents, author, authorSeconds, commitSeconds, subject, body, position, hasSymbols) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING",
    ),
    withoutSymbols: prepare(
      "SELECT hash FROM entry WHERE hasSymbols = 0 ORDER BY position LIMIT ?",
    ),
    markRead: prepare("UPDATE entry SET hasSymbols = 1 WHERE id = ?"),
    authorId: prepare("SELECT id FROM author WHERE name = ?"),
    addAuthor: prepare("INSERT INTO author (name) VALUES (?)"),
    pathId: prepare("SELECT id FROM path WHERE path = ?"),
    addPath: prepare("INSERT INTO path (path) VALUES (?)"),
    symbolId: prepare("SELECT id FROM symbol WHERE name = ?"),
    addSymbol: prepare("INSERT INTO symbol (name) VALUES (?)"),
    addChange: prepare("INSERT OR REPLACE INTO change VALUES (?, ?, ?, ?, ?, ?)"),
    addTouch: prepare("INSERT OR REPLACE INTO touch VALUES (?, ?, ?, ?)"),
    index: prepare("INSERT INTO messageIndex (rowid, subject, body, paths) VALUES (?, ?, ?, ?)"),
    indexSymbols: prepare("INSERT INTO symbolIndex (rowid, names) VALUES (?, ?)"),
    forget: prepare("DELETE FROM entry WHERE id = ?"),
    forgetChanges: prepare("DELETE FROM change WHERE entry = ?"),
    forgetTouches: prepare("DELETE FROM touch WHERE entry = ?"),
    unindex: prepare("DELETE FROM messageIndex WHERE rowid = ?"),
    unindexSymbols: prepare("DELETE FROM symbolIndex WHERE rowid = ?"),
    meta: prepare("SELECT value FROM meta WHERE key = ?"),
    setMeta: prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)"),
  };
}
