/** The tables of the conversation store. */
import type { Database } from "./database.ts";

/**
 * `steps[n]` leads from version n to n + 1. Conversations cannot be made again from the workspace, so a
 * change of the tables is a step more, never a change of an old one.
 */
const steps: readonly ((database: Database) => void)[] = [createTables];

/** The version of the tables after all steps. */
export const conversationSchemaVersion = steps.length;

/** Brings the tables of an older version, or an empty database, to the present one. */
export function upgradeConversations(database: Database, fromVersion: number): void {
  for (const step of steps.slice(fromVersion)) step(database);
}

/** Throws an error of SQLite when the tables are not those of the present version. */
export function verifyConversationTables(database: Database): void {
  database.prepare("SELECT id, title, is_named, created_ms, updated_ms, change FROM conversation");
  database.prepare("SELECT conversation_id, position, id, writer_id, json FROM turn");
}

/**
 * A turn is kept as JSON, because nothing is searched inside it here; `position` orders the turns.
 * Tables of a file that bears no version are kept.
 */
function createTables(database: Database): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS conversation (
      id TEXT PRIMARY KEY,
      title TEXT NOT NULL,
      is_named INTEGER NOT NULL,
      created_ms INTEGER NOT NULL,
      updated_ms INTEGER NOT NULL,
      change INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS turn (
      conversation_id TEXT NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      id TEXT NOT NULL,
      writer_id TEXT NOT NULL,
      json TEXT NOT NULL,
      PRIMARY KEY (conversation_id, position),
      UNIQUE (conversation_id, id)
    ) STRICT;
  `);
}
