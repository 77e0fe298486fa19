/** The tables of one checkout's history. All of it can be read from git again, so there are no steps between versions. */
import type { Database } from "../memory/database.ts";

/** Raised whenever tables or what is written to them change their meaning; an older history is then read anew. */
export const historySchemaVersion = 1;

/** Where `meta` says up to which commit, and how far back, everything was read. */
export const metaKeys = {
  head: "head",
  limit: "limit",
  folder: "folder",
  isWhole: "isWhole",
  nInRepository: "nInRepository",
  isShallow: "isShallow",
} as const;

/** The split of identifiers has been done before, as for chunks; contentless: terms cannot be read back. */
const fts = `content = '', contentless_delete = 1, tokenize = "ascii"`;

export function createHistoryTables(database: Database): void {
  database.exec(`
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE entry (
      id INTEGER PRIMARY KEY,
      hash TEXT NOT NULL UNIQUE,
      parents TEXT NOT NULL,
      author INTEGER NOT NULL,
      authorSeconds INTEGER NOT NULL,
      commitSeconds INTEGER NOT NULL,
      subject TEXT NOT NULL,
      body TEXT NOT NULL,
      -- As git lists them: 0 is the newest.
      position INTEGER NOT NULL,
      -- 0: what it did to definitions is not read yet.
      hasSymbols INTEGER NOT NULL
    );
    CREATE INDEX entryByPosition ON entry (position);
    CREATE INDEX entryWithoutSymbols ON entry (position) WHERE hasSymbols = 0;
    CREATE TABLE path (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
    CREATE TABLE change (
      entry INTEGER NOT NULL,
      path INTEGER NOT NULL,
      status TEXT NOT NULL,
      oldPath INTEGER,
      oldBlob TEXT,
      newBlob TEXT,
      PRIMARY KEY (entry, path)
    ) WITHOUT ROWID;
    CREATE INDEX changeByPath ON change (path);
    CREATE INDEX changeByOldPath ON change (oldPath) WHERE oldPath IS NOT NULL;
    CREATE TABLE symbol (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE touch (
      entry INTEGER NOT NULL,
      symbol INTEGER NOT NULL,
      path INTEGER NOT NULL,
      kind TEXT NOT NULL,
      PRIMARY KEY (entry, symbol, path)
    ) WITHOUT ROWID;
    CREATE INDEX touchBySymbol ON touch (symbol);
    CREATE VIRTUAL TABLE messageIndex USING fts5(subject, body, paths, ${fts});
    CREATE VIRTUAL TABLE symbolIndex USING fts5(names, ${fts});
  `);
}
