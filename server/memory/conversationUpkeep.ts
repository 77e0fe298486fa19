/** What goes into and out of the store of conversations other than turn by turn. */
import type { Turn } from "../../protocol/types.ts";
import { TurnMask } from "../secrets/turnMask.ts";
import type { KeptConversation } from "../services.ts";
import { inTransaction, type Database } from "./database.ts";
import type { RoundIndex } from "./roundIndex.ts";

/** How many conversations and turns a change was about. */
interface ConversationCounts {
  readonly nConversations: number;
  readonly nTurns: number;
}

interface ConversationRow {
  readonly id: string;
  readonly title: string;
  readonly created_ms: number;
  readonly updated_ms: number;
}

/** A conversation with the room that it takes, and how often it was asked in. */
export interface ConversationUse {
  readonly id: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly nQuestions: number;
  readonly bytes: number;
}

/** Orders changes within one millisecond. */
export const nextChange = "(SELECT coalesce(max(change), 0) + 1 FROM conversation)";

/** Takes away what language models wrote; takes a conversation's id. */
export const withoutProse =
  "UPDATE turn SET json = json_remove(json, '$.prose') WHERE conversation_id = ? AND json_type(json, '$.prose') IS NOT NULL";

/** Yields every conversation that has turns, the one that changed last at the end. Errors: those of SQLite. */
export function* keptConversations(
  database: Database,
  turnOf: (json: string, writerId: string) => Turn,
): Generator<KeptConversation> {
  const rows = database
    .prepare(
      `SELECT id, title, created_ms, updated_ms FROM conversation
       WHERE id IN (SELECT conversation_id FROM turn) ORDER BY change`,
    )
    .all() as unknown as ConversationRow[];
  const turns = database.prepare(
    "SELECT writer_id, json FROM turn WHERE conversation_id = ? ORDER BY position",
  );
  for (const { id, title, created_ms: createdMs, updated_ms: updatedMs } of rows) {
    const found = turns.all(id) as unknown as { writer_id: string; json: string }[];
    yield {
      id,
      title,
      createdMs,
      updatedMs,
      turns: found.map(({ writer_id: writerId, json }) => turnOf(json, writerId)),
    };
  }
}

/**
 * Adds what is not known yet, with keys and tokens masked, all or nothing. `nameOf` gives a title as it is kept.
 * Errors: those of SQLite.
 */
export function addConversations(
  database: Database,
  conversations: readonly KeptConversation[],
  {
    writerId,
    nameOf,
    index,
  }: {
    readonly writerId: string;
    readonly nameOf: (title: string) => string;
    readonly index: RoundIndex;
  },
): ConversationCounts {
  const secrets = new TurnMask();
  const conversation = database.prepare(
    `INSERT OR IGNORE INTO conversation VALUES (?, ?, 1, ?, ?, ${nextChange})`,
  );
  const turn = database.prepare(
    `INSERT OR IGNORE INTO turn VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM turn WHERE conversation_id = ?1), ?2, ?3, ?4)`,
  );
  let nConversations = 0;
  let nTurns = 0;
  inTransaction(database, () => {
    for (const { id, title, createdMs, updatedMs, turns } of conversations) {
      const added = conversation.run(id, nameOf(title), createdMs, updatedMs);
      nConversations += Number(added.changes);
      for (const given of turns) {
        const masked = secrets.mask(id, given);
        if (Number(turn.run(id, given.id, writerId, JSON.stringify(masked)).changes) === 0)
          continue;
        nTurns++;
        index.turnChanged(id, given.id);
      }
    }
  });
  return { nConversations, nTurns };
}

/**
 * Deletes turns, and conversations that have none left; a title that was made of a question goes with it. The bytes are
 * still on the disk until the database is erased. `forgetQuotes` takes what answers quoted of a conversation out of them,
 * in the same transaction. Errors: those of SQLite.
 */
export function deleteTurns(
  database: Database,
  chosen: Iterable<{ readonly conversationId: string; readonly turnIds: ReadonlySet<string> }>,
  {
    titleOf,
    index,
    forgetQuotes,
  }: {
    readonly titleOf: (question: string) => string;
    readonly index: RoundIndex;
    readonly forgetQuotes: (conversationId: string) => void;
  },
): ConversationCounts {
  let nConversations = 0;
  let nTurns = 0;
  inTransaction(database, () => {
    const texts = database.prepare(
      "SELECT id, json FROM turn WHERE conversation_id = ? ORDER BY position",
    );
    const remove = database.prepare("DELETE FROM turn WHERE conversation_id = ? AND id = ?");
    const rename = database.prepare("UPDATE conversation SET title = ? WHERE id = ? AND title = ?");
    const end = database.prepare("DELETE FROM conversation WHERE id = ?");
    const forgetProse = database.prepare(withoutProse);
    for (const { conversationId, turnIds } of chosen) {
      const turns = texts.all(conversationId) as unknown as { id: string; json: string }[];
      const left = turns.filter(({ id }) => !turnIds.has(id)).map(parsed);
      nTurns += turns.length - left.length;
      forgetQuotes(conversationId);
      index.remove(conversationId);
      if (left.length === 0) {
        nConversations += Number(end.run(conversationId).changes);
        continue;
      }
      const first = left.find(({ role }) => role === "user")?.text ?? "";
      for (const row of turns.filter(({ id }) => turnIds.has(id))) {
        rename.run(titleOf(first), conversationId, titleOf(parsed(row).text));
        remove.run(conversationId, row.id);
      }
      // A language model was shown the earlier turns of its conversation.
      forgetProse.run(conversationId);
      index.add(conversationId);
    }
    index.sweep();
  });
  return { nConversations, nTurns };
}

/** The use of each conversation, by which it may be forgotten. Errors: those of SQLite. */
export function conversationUses(database: Database): ConversationUse[] {
  return database
    .prepare(
      `SELECT c.id, c.created_ms AS createdMs, c.updated_ms AS updatedMs,
         (SELECT count(*) FROM turn t WHERE t.conversation_id = c.id AND t.json ->> 'role' = 'user') AS nQuestions,
         (SELECT coalesce(sum(length(CAST(t.json AS BLOB))), 0) FROM turn t WHERE t.conversation_id = c.id) AS bytes
       FROM conversation c`,
    )
    .all() as unknown as ConversationUse[];
}

function parsed({ json }: { readonly json: string }): Turn {
  return JSON.parse(json) as Turn;
}
