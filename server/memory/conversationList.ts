/** Conversations without their turns, as lists show them. */
import { MemoryError } from "../../protocol/errors.ts";
import type { Conversation } from "../../protocol/types.ts";
import { withMemoryErrors, type Database } from "./database.ts";

interface ConversationRow {
  readonly id: string;
  readonly title: string;
  readonly created_ms: number;
  readonly updated_ms: number;
  readonly n_turns: number;
}
const selectConversation = `SELECT c.id, c.title, c.created_ms, c.updated_ms,
  (SELECT count(*) FROM turn t WHERE t.conversation_id = c.id) AS n_turns FROM conversation c`;

/** Returns all conversations; the one that changed last comes first. Errors: `MemoryError`. */
export function conversationList(database: Database): Conversation[] {
  return withMemoryErrors(() => {
    const rows = database.prepare(`${selectConversation} ORDER BY c.change DESC`).all();
    return (rows as unknown as ConversationRow[]).map(shown);
  });
}

/** Returns one conversation. Errors: `conversationNotFound`, and `MemoryError` of the store. */
export function conversationOf(database: Database, id: string): Conversation {
  const row = withMemoryErrors(() =>
    database.prepare(`${selectConversation} WHERE c.id = ?`).get(id),
  );
  if (row === undefined) throw new MemoryError("conversationNotFound");
  return shown(row as unknown as ConversationRow);
}

function shown(row: ConversationRow): Conversation {
  return {
    id: row.id,
    title: row.title,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    nTurns: row.n_turns,
  };
}
