/** Reads turns out of the store of conversations, as they are shown. */
import type { ReadConversationResult } from "../../protocol/methods.ts";
import type { Prose } from "../../protocol/prose.ts";
import type { Turn } from "../../protocol/types.ts";
import type { AskedTurn, TurnOutline } from "../workServices.ts";
import { titleOf } from "./conversationTitle.ts";
import { withMemoryErrors, type Database } from "./database.ts";
import { inPresentRoots } from "./presentRoots.ts";
import { turnTree, type TurnTree } from "./turnTree.ts";

/** A pinned answer is told by so much of its question. */
const maxPinnedLength = 160;
/** True for the turns whose ids are in a list, which is given as JSON. */
const isAmong = "id IN (SELECT value FROM json_each(?))";
/** Recalls and traces are most of a turn: they stay where they are. */
const outlineOf = `json_object('id', json -> 'id', 'role', json -> 'role', 'text', json -> 'text', 'createdMs', json -> 'createdMs',
  'citations', json -> 'citations', 'selectedFile', json -> '$.selection.file')`;

interface TurnRow {
  readonly writer_id: string;
  readonly json: string;
}

/** Its methods throw `MemoryError`. */
export class TurnReader {
  readonly #database: Database;
  readonly #writerId: string;
  readonly #presentRoot: (rootId: string) => string;

  /** `writerId` is this process's; `presentRoot` as in `inPresentRoots`. */
  constructor(database: Database, writerId: string, presentRoot: (rootId: string) => string) {
    this.#database = database;
    this.#writerId = writerId;
    this.#presentRoot = presentRoot;
  }

  /** Returns those of a conversation's turns that have one of the ids, in the order of saying. */
  turns(conversationId: string, ids: readonly string[]): Turn[] {
    const rows = withMemoryErrors(() =>
      this.#database
        .prepare(
          `SELECT writer_id, json FROM turn WHERE conversation_id = ? AND ${isAmong} ORDER BY position`,
        )
        .all(conversationId, JSON.stringify(ids)),
    ) as unknown as TurnRow[];
    return rows.map((row) => this.turnOf(row));
  }

  /** Returns the turns that are shown of a conversation, without what is large. */
  outline(conversationId: string): TurnOutline[] {
    const rows = withMemoryErrors(() =>
      this.#database
        .prepare(
          `SELECT ${outlineOf} AS json FROM turn WHERE conversation_id = ? AND ${isAmong} ORDER BY position`,
        )
        .all(conversationId, JSON.stringify(turnTree(this.#database, conversationId).wayTo())),
    ) as unknown as Pick<TurnRow, "json">[];
    return rows.map(
      ({ json }) => JSON.parse(inPresentRoots(json, this.#presentRoot)) as TurnOutline,
    );
  }

  /** Returns the questions of all conversations in a time, half-open, the newest first. */
  askedBetween(fromMs: number, toMs: number, limit: number): AskedTurn[] {
    return withMemoryErrors(
      () =>
        this.#database
          .prepare(
            `SELECT conversation_id AS conversationId, id AS turnId, json ->> '$.text' AS text, json ->> '$.createdMs' AS atMs FROM turn
             WHERE json ->> '$.role' = 'user' AND json ->> '$.createdMs' >= ? AND json ->> '$.createdMs' < ?
             ORDER BY atMs DESC, position DESC LIMIT ?`,
          )
          .all(fromMs, toMs, limit) as unknown as AskedTurn[],
    );
  }

  /** Returns the pinned answers of all branches in the order of saying, each as the question that it answers. */
  pinned(conversationId: string, tree: TurnTree): Pick<ReadConversationResult, "pinned"> {
    const rows = withMemoryErrors(() =>
      this.#database
        .prepare(
          "SELECT id FROM turn WHERE conversation_id = ? AND is_pinned = 1 ORDER BY position",
        )
        .all(conversationId),
    ) as unknown as { readonly id: string }[];
    if (rows.length === 0) return {};
    const asked = this.#database.prepare(
      "SELECT json ->> '$.text' AS text FROM turn WHERE conversation_id = ? AND id = ?",
    );
    const pinned = rows.map(({ id: turnId }) => {
      const row = withMemoryErrors(() => asked.get(conversationId, tree.parentOf(turnId) ?? ""));
      const { text } = (row ?? { text: "" }) as { readonly text: string };
      return { turnId, line: titleOf(text, maxPinnedLength) };
    });
    return { pinned };
  }

  /** Returns a turn as it is shown: what a process that ended was writing is interrupted. */
  turnOf({ writer_id, json }: TurnRow): Turn {
    const turn = JSON.parse(inPresentRoots(json, this.#presentRoot)) as Turn;
    if (writer_id === this.#writerId) return turn;
    // Nobody goes on writing what a dead process left.
    const { prose, ...rest } = turn;
    return {
      ...rest,
      state: turn.state === "streaming" ? "interrupted" : turn.state,
      ...(prose === undefined ? {} : { prose: withoutStreaming(prose) }),
    };
  }
}

function withoutStreaming(prose: Prose): Prose {
  return prose.state === "streaming" ? { ...prose, state: "interrupted" } : prose;
}
