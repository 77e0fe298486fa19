/** Takes out of answers what they quote of notes and conversations that are forgotten. */
import type { Turn } from "../../protocol/types.ts";
import type { QuotedNote } from "../workServices.ts";
import {
  askedByModel,
  countForgetting,
  forgettings,
  wasShownTurn,
  withoutProse,
} from "./conversationUpkeep.ts";
import { eraseDeleted, withMemoryErrors, type Database } from "./database.ts";
import { linkStart, tellsOf, withoutNotes, withoutQuotes } from "./quotedTurns.ts";
import type { RoundIndex } from "./roundIndex.ts";

interface StoredTurn {
  readonly conversation_id: string;
  readonly json: string;
}

export class TurnQuotes {
  readonly #database: Database;
  readonly #index: RoundIndex;
  readonly #write: (change: () => void) => void;

  /** `write` makes all of a change or none of it. */
  constructor(database: Database, index: RoundIndex, write: (change: () => void) => void) {
    this.#database = database;
    this.#index = index;
    this.#write = write;
  }

  /** Leaves no byte of the notes in any answer. Errors: `MemoryError`. */
  forgetNotes(notes: readonly QuotedNote[]): void {
    if (notes.length === 0) return;
    const words = new Set(notes.map((note) => note.words));
    this.#forgetToldNotes(notes);
    const answers = withMemoryErrors(() =>
      this.#database
        .prepare(
          "SELECT conversation_id, id, json ->> '$.text' AS text FROM turn WHERE json ->> '$.role' = 'lore'",
        )
        .all(),
    ) as unknown as { conversation_id: string; id: string; text: string }[];
    const quoting = answers.filter(({ text }) => withoutNotes(text, words) !== text);
    if (quoting.length === 0) return;
    this.#write(() => {
      this.#database.exec(countForgetting);
      const read = this.#database.prepare(
        "SELECT conversation_id, json FROM turn WHERE conversation_id = ? AND id = ?",
      );
      for (const { conversation_id: conversationId, id } of quoting) {
        const turn = JSON.parse(
          (read.get(conversationId, id) as unknown as StoredTurn).json,
        ) as Turn;
        this.#replaceText(conversationId, { ...turn, text: withoutNotes(turn.text, words) });
      }
      this.#index.sweep();
    });
    eraseDeleted(this.#database);
  }

  /** What a language model made of a note may be in words of its own: all that it wrote goes. */
  #forgetToldNotes(notes: readonly QuotedNote[]): void {
    const told = withMemoryErrors(() =>
      this.#database
        .prepare(
          `SELECT conversation_id, id, (json ->> '$.prose.markdown') || ${askedByModel} AS text,
             coalesce(json ->> '$.prose.noteIds', '[]') AS shown FROM turn WHERE json ->> '$.prose.markdown' IS NOT NULL`,
        )
        .all(),
    ) as unknown as { conversation_id: string; id: string; text: string; shown: string }[];
    const telling = told.filter(({ text, shown }) =>
      tellsOf(text, new Set(JSON.parse(shown) as string[]), notes),
    );
    if (telling.length === 0) return;
    this.#write(() => {
      this.#database.exec(countForgetting);
      const remove = this.#database.prepare(`${withoutProse} AND id = ?`);
      for (const { conversation_id: conversationId, id } of telling) remove.run(conversationId, id);
    });
    eraseDeleted(this.#database);
  }

  /**
   * Answers in any conversation may quote this one, later ones of its own too. To be called inside of a change; throws what
   * SQLite throws.
   */
  forgetConversation(conversationId: string): void {
    const quoting = this.#database
      .prepare("SELECT conversation_id, json FROM turn WHERE instr(json, ?) > 0")
      .all(linkStart(conversationId)) as unknown as StoredTurn[];
    if (quoting.length > 0) this.#database.exec(countForgetting);
    for (const { conversation_id: inConversation, json } of quoting) {
      const turn = JSON.parse(json) as Turn;
      const text = withoutQuotes(turn.text, conversationId);
      this.#replaceText(inConversation, { ...turn, text });
    }
  }

  /** What a language model wrote goes when it was shown what stood there, and what it goes on to write of it is not kept. */
  #replaceText(conversationId: string, turn: Turn): void {
    this.#database.prepare(`${withoutProse} AND ${wasShownTurn}`).run(conversationId, turn.id);
    this.#database
      .prepare(
        `UPDATE turn SET taken = ${forgettings}, json = ? WHERE conversation_id = ? AND id = ?`,
      )
      .run(JSON.stringify(turn), conversationId, turn.id);
    this.#index.turnChanged(conversationId, turn.id);
  }
}
