/** The tables of the conversation store. */
import type { Database } from "./database.ts";

/** Raised with a migration, never alone: conversations cannot be made again from the workspace. */
export const conversationSchemaVersion = 1;

/** A turn is kept as JSON, because nothing is searched inside it here; `position` orders the turns. */
export function createConversationTables(database: Database): void {
  database.exec(`
    CREATE TABLE conversation (
      id TEXT PRIMARY KEY,
      title TEXT NOT NULL,
      is_named INTEGER NOT NULL,
      created_ms INTEGER NOT NULL,
      updated_ms INTEGER NOT NULL,
      change INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE turn (
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
