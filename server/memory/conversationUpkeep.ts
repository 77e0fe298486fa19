/** What goes into and out of the store of conversations other than turn by turn. */
import type { Turn } from "../../protocol/types.ts";
import { TurnMask } from "../secrets/turnMask.ts";
import type { KeptConversation, KeptTurn } from "../workServices.ts";
import { inTransaction, type Database } from "./database.ts";
import { turnTree, TurnTree } from "./turnTree.ts";
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
  readonly head_id: string | null;
}

interface KeptRow {
  readonly writer_id: string;
  readonly json: string;
  readonly parent_id: string | null;
  readonly is_pinned: number;
}

/** A conversation with the room that it takes, and how often it was asked in. */
export interface ConversationUse {
  readonly id: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly nQuestions: number;
  readonly bytes: number;
  /** 1 when one of its answers is pinned. */
  readonly hasPinned: number;
}

/** Orders changes within one millisecond. */
export const nextChange = "(SELECT coalesce(max(change), 0) + 1 FROM conversation)";

/** How often something was forgotten, in an expression of SQL. It only grows, also when what bears it is deleted. */
export const forgettings = "(SELECT n FROM forgetting)";

/** To be run in every change that takes something out of turns, before it marks them. */
export const countForgetting = "UPDATE forgetting SET n = n + 1";

/** Takes away what language models wrote, and marks that it did; takes a conversation's id. */
export const withoutProse = `UPDATE turn SET taken = ${forgettings}, json = json_remove(json, '$.prose') WHERE conversation_id = ? AND json_type(json, '$.prose') IS NOT NULL`;

/** Holds for a turn whose prose was written by a model that was shown another turn; takes that one's id. */
export const wasShownTurn =
  "EXISTS (SELECT 1 FROM json_each(turn.json, '$.prose.turnIds') WHERE value = ?)";

/** What a language model asked for while it wrote, each on a line. */
export const askedByModel =
  "coalesce((SELECT group_concat(char(10) || (value ->> '$.about'), '') FROM json_each(turn.json, '$.prose.looks.lookups')), '')";

/** Yields every conversation that has turns, the one that changed last at the end. Errors: those of SQLite. */
export function* keptConversations(
  database: Database,
  turnOf: (json: string, writerId: string) => Turn,
): Generator<KeptConversation> {
  const rows = database
    .prepare(
      `SELECT id, title, created_ms, updated_ms, head_id FROM conversation
       WHERE id IN (SELECT conversation_id FROM turn) ORDER BY change`,
    )
    .all() as unknown as ConversationRow[];
  const turns = database.prepare(
    "SELECT writer_id, json, parent_id, is_pinned FROM turn WHERE conversation_id = ? ORDER BY position",
  );
  for (const row of rows) {
    const { id, title, created_ms: createdMs, updated_ms: updatedMs, head_id: headId } = row;
    const found = turns.all(id) as unknown as KeptRow[];
    yield {
      id,
      title,
      createdMs,
      updatedMs,
      ...(headId === null ? {} : { headId }),
      turns: found.map((turn) => ({
        ...turnOf(turn.json, turn.writer_id),
        ...(turn.parent_id === null ? {} : { parentId: turn.parent_id }),
        ...(turn.is_pinned === 1 ? { isPinned: true } : {}),
      })),
    };
  }
}

/** Turns that are added at once: some hundredths of a second. */
const turnsPerStep = 20;

/**
 * Adds what is not known yet, with keys and tokens masked, a step with each value that is taken: it is on disk then.
 * `nameOf` gives a title as it is kept. Errors: those of SQLite.
 */
export function* addConversations(
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
): Generator<ConversationCounts> {
  const secrets = new TurnMask();
  const conversation = database.prepare(
    `INSERT OR IGNORE INTO conversation (id, title, is_named, created_ms, updated_ms, change, head_id)
     VALUES (?, ?, 1, ?, ?, ${nextChange}, ?)`,
  );
  // No parent means the turn before, which in the file may be another one than the last one here.
  const turn = database.prepare(
    `INSERT OR IGNORE INTO turn (conversation_id, position, id, writer_id, json, is_question, parent_id, is_pinned)
     VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM turn WHERE conversation_id = ?1), ?2, ?3, ?4, ?5,
       coalesce(?6, nullif(?8, (SELECT id FROM turn WHERE conversation_id = ?1 ORDER BY position DESC LIMIT 1))), ?7)`,
  );
  for (const { id, title, createdMs, updatedMs, headId, turns } of conversations) {
    // One without turns is a step too.
    for (let from = 0; from === 0 || from < turns.length; from += turnsPerStep) {
      let nConversations = 0;
      const added: KeptTurn[] = [];
      inTransaction(database, () => {
        const kept = conversation.run(id, nameOf(title), createdMs, updatedMs, headId ?? null);
        nConversations = Number(kept.changes);
        for (const [idx, keptTurn] of turns.slice(from, from + turnsPerStep).entries()) {
          const { parentId = null, isPinned = false, ...given } = keptTurn;
          const before = turns[from + idx - 1]?.id ?? null;
          const json = JSON.stringify(secrets.mask(id, given));
          const isQuestion = given.role === "user" ? 1 : 0;
          const pinned = isPinned ? 1 : 0;
          const { changes } = turn.run(
            ...([id, given.id, writerId, json, isQuestion, parentId, pinned, before] as const),
          );
          if (Number(changes) > 0) added.push(keptTurn);
        }
        for (const { id: turnId } of roundStarts(added)) index.turnChanged(id, turnId);
      });
      yield { nConversations, nTurns: added.length };
    }
  }
}

/** A round is indexed with its question; an answer that stands behind none belongs to one that was there before. */
function roundStarts(turns: readonly KeptTurn[]): KeptTurn[] {
  return turns.filter(({ role }, idx) => role === "user" || turns[idx - 1]?.role !== "user");
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
    // A language model was shown the earlier turns of its conversation, and may be writing of them still.
    const forgetProse = database.prepare(
      `UPDATE turn SET taken = ${forgettings}, json = json_remove(json, '$.prose') WHERE conversation_id = ?`,
    );
    database.exec(countForgetting);
    for (const { conversationId, turnIds } of chosen) {
      const turns = texts.all(conversationId) as unknown as { id: string; json: string }[];
      const left = turns.filter(({ id }) => !turnIds.has(id)).map(parsed);
      nTurns += turns.length - left.length;
      const tree = turnTree(database, conversationId);
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
      keepBranches(database, conversationId, tree, new Set(left.map(({ id }) => id)));
      forgetProse.run(conversationId);
      index.add(conversationId);
    }
    index.sweep();
  });
  return { nConversations, nTurns };
}

/** What is left follows what is left of what it followed, and the head is the last that is left of what was shown. */
function keepBranches(
  database: Database,
  conversationId: string,
  tree: TurnTree,
  left: ReadonlySet<string>,
): void {
  const lastLeft = (turnId: string | undefined): string | undefined =>
    tree.wayTo(turnId).findLast((id) => left.has(id));
  const update = database.prepare(
    "UPDATE turn SET parent_id = ? WHERE conversation_id = ? AND id = ?",
  );
  let before: string | undefined;
  for (const id of left) {
    const parent = tree.parentOf(id);
    const kept = parent === undefined ? undefined : lastLeft(parent);
    update.run(TurnTree.rowParent(kept, before), conversationId, id);
    before = id;
  }
  const head = tree.head === undefined ? undefined : lastLeft(tree.head);
  database
    .prepare("UPDATE conversation SET head_id = ? WHERE id = ?")
    .run(head === undefined || head === before ? null : head, conversationId);
}

/** The use of each conversation, by which it may be forgotten. Errors: those of SQLite. */
export function conversationUses(database: Database): ConversationUse[] {
  return database
    .prepare(
      `SELECT c.id, c.created_ms AS createdMs, c.updated_ms AS updatedMs,
         (SELECT count(*) FROM turn t WHERE t.conversation_id = c.id AND t.json ->> 'role' = 'user') AS nQuestions,
         (SELECT coalesce(sum(length(CAST(t.json AS BLOB))), 0) FROM turn t WHERE t.conversation_id = c.id) AS bytes,
         EXISTS (SELECT 1 FROM turn t WHERE t.conversation_id = c.id AND t.is_pinned = 1) AS hasPinned
       FROM conversation c`,
    )
    .all() as unknown as ConversationUse[];
}

function parsed({ json }: { readonly json: string }): Turn {
  return JSON.parse(json) as Turn;
}
