/** The tables of the conversation store. */
import type { Turn } from "../../protocol/types.ts";
import { maskSecrets } from "../secrets/maskSecrets.ts";
import { TurnMask } from "../secrets/turnMask.ts";
import type { Database, SchemaStep } from "./database.ts";
import { createRoundTables, verifyRoundTables } from "./roundIndex.ts";

/**
 * `conversationSteps[n]` leads from version n to n + 1. Conversations cannot be made again from the workspace, so a
 * change of the tables is a step more, never a change of an old one.
 */
export const conversationSteps: readonly SchemaStep[] = [
  createTables,
  maskTurns,
  createRoundTables,
  addBranches,
  countForgetting,
];

/** Throws an error of SQLite when the tables are not those of the present version. */
export function verifyConversationTables(database: Database): void {
  database.prepare(
    "SELECT id, title, is_named, created_ms, updated_ms, change, head_id FROM conversation",
  );
  database.prepare(
    "SELECT conversation_id, position, id, writer_id, json, parent_id, is_question, is_pinned, taken FROM turn",
  );
  database.prepare("SELECT n FROM forgetting");
  verifyRoundTables(database);
}

/**
 * A turn is kept as JSON, since what is searched of it is in the index of rounds; `position` orders the turns.
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

/** `parent_id` and `head_id`: see `TurnTree`; null in every row that an older version wrote. And answers can be pinned. */
function addBranches(database: Database): void {
  database.exec(`
    ALTER TABLE conversation ADD COLUMN head_id TEXT;
    ALTER TABLE turn ADD COLUMN parent_id TEXT;
    ALTER TABLE turn ADD COLUMN is_question INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE turn ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX turn_pinned ON turn (conversation_id, position) WHERE is_pinned = 1;
    UPDATE turn SET is_question = 1 WHERE json ->> '$.role' = 'user';
    -- Turns are large: the tree is read from here alone.
    CREATE INDEX turn_tree ON turn (conversation_id, position, id, is_question, parent_id);
  `);
}

/** `forgetting` holds how often something was taken out of turns, and `taken` which time was the last for a turn. */
function countForgetting(database: Database): void {
  database.exec(`
    CREATE TABLE forgetting (n INTEGER NOT NULL) STRICT;
    INSERT INTO forgetting VALUES (0);
    ALTER TABLE turn ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
  `);
}

/** The first version kept keys and tokens that stood in a turn. */
function maskTurns(database: Database): void {
  database.exec("PRAGMA secure_delete = ON");
  const secrets = new TurnMask();
  const rows = database
    .prepare("SELECT conversation_id, id, json FROM turn ORDER BY conversation_id, position")
    .all() as unknown as { conversation_id: string; id: string; json: string }[];
  const update = database.prepare("UPDATE turn SET json = ? WHERE conversation_id = ? AND id = ?");
  for (const { conversation_id: conversationId, id, json } of rows) {
    const turn = JSON.parse(json) as Turn;
    const masked = secrets.mask(conversationId, turn);
    if (masked !== turn) update.run(JSON.stringify(masked), conversationId, id);
  }
  const titles = database.prepare("SELECT id, title FROM conversation").all() as unknown as {
    id: string;
    title: string;
  }[];
  const rename = database.prepare("UPDATE conversation SET title = ? WHERE id = ?");
  for (const { id, title } of titles) {
    const masked = maskSecrets(title);
    if (masked !== title) rename.run(masked, id);
  }
}
