/** The tables of the store of notes. */
import type { Database, SchemaStep } from "../memory/database.ts";

/**
 * `noteSteps[n]` leads from version n to n + 1. Notes are the user's own words, so a change of the tables is a step more,
 * never a change of an old one.
 */
export const noteSteps: readonly SchemaStep[] = [createTables, hashesInHex];

/** Throws an error of SQLite when the tables are not those of the present version. */
export function verifyNoteTables(database: Database): void {
  database.prepare(
    "SELECT id, kind, text, who, created_ms, file, conversation_id, tags, is_pinned, n_uses, last_used_ms, superseded_by FROM note",
  );
  database.prepare(
    "SELECT note_id, position, path, range, content_hash, symbol, file_hash FROM evidence",
  );
  database.prepare("SELECT note_id, kind, target FROM link");
}

/**
 * Evidence holds no text, only where it stood and its hash. `file_hash` is that of the whole file when it was seen last,
 * by which a renamed file is found.
 */
function createTables(database: Database): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS note (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      text TEXT NOT NULL,
      who TEXT NOT NULL,
      created_ms INTEGER NOT NULL,
      file TEXT,
      conversation_id TEXT,
      tags TEXT NOT NULL,
      is_pinned INTEGER NOT NULL,
      n_uses INTEGER NOT NULL,
      last_used_ms INTEGER,
      superseded_by TEXT REFERENCES note(id) ON DELETE CASCADE
    ) STRICT;
    CREATE INDEX IF NOT EXISTS note_superseded ON note (superseded_by);
    CREATE TABLE IF NOT EXISTS evidence (
      note_id TEXT NOT NULL REFERENCES note(id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      path TEXT NOT NULL,
      range TEXT NOT NULL,
      content_hash TEXT NOT NULL,
      symbol TEXT,
      file_hash TEXT,
      PRIMARY KEY (note_id, position)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS link (
      note_id TEXT NOT NULL REFERENCES note(id) ON DELETE CASCADE,
      kind TEXT NOT NULL,
      target TEXT NOT NULL,
      PRIMARY KEY (note_id, kind, target)
    ) STRICT;
  `);
}

/** The first version kept a file's hash as a signed decimal number, of which an export allows no sign. */
function hashesInHex(database: Database): void {
  database.exec(
    "UPDATE evidence SET file_hash = printf('%016x', CAST(file_hash AS INTEGER)) WHERE ltrim(file_hash, '-') NOT GLOB '*[^0-9]*'",
  );
}
