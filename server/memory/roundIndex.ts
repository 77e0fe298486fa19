/**
 * The index over the rounds of conversations: a round is what the user said and what was answered, which LongMemEval
 * (Wu et al. 2025, 5.2) found to be the right size of what is recalled. Words are in a full-text index, meaning in embeddings.
 */
import type { Citation } from "../../protocol/types.ts";
import { ftsQuote, termsOfText } from "../ingest/terms.ts";
import type { RoundCandidate, RoundQuery, TextEmbedder } from "../services.ts";
import { cosine } from "./cosine.ts";
import { inTransaction, type Database } from "./database.ts";
import { proseOfAnswer, searchedPart } from "./roundText.ts";

/** The user's own words say more of what a round is about than the answer's. */
const questionWeight = 3;
const answerWeight = 1;
/** Rounds that have no embedding by the present model get one when somebody searches, so many at a time. */
const maxEncodedAtOnce = 500;

/** Makes the tables and indexes every conversation that is there. */
export function createRoundTables(database: Database): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS round (
      id INTEGER PRIMARY KEY,
      conversation_id TEXT NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,
      -- The turn of the user, and the one that answers it when that is done.
      question_id TEXT NOT NULL,
      answer_id TEXT,
      created_ms INTEGER NOT NULL,
      -- Int8 embeddings of the question and of the answer, one after the other, by the model of this id.
      model TEXT,
      embeddings BLOB,
      UNIQUE (conversation_id, question_id)
    ) STRICT;
    -- Contentless: the words of a turn stand in the turn alone. Splitting is done before, as for code.
    CREATE VIRTUAL TABLE IF NOT EXISTS round_index
      USING fts5(question, answer, content = '', contentless_delete = 1, tokenize = "ascii");
  `);
  const index = new RoundIndex(database, undefined);
  const all = database.prepare("SELECT id FROM conversation").all() as unknown as { id: string }[];
  for (const { id } of all) index.add(id);
}

/** Throws an error of SQLite when the tables are not those that `createRoundTables` makes. */
export function verifyRoundTables(database: Database): void {
  database.prepare(
    "SELECT id, conversation_id, question_id, answer_id, created_ms, model, embeddings FROM round",
  );
  database.prepare("SELECT rowid FROM round_index WHERE round_index MATCH 'question : word'");
}

interface TurnText {
  readonly id: string;
  readonly position: number;
  readonly role: string;
  readonly state: string;
  readonly text: string;
  readonly created_ms: number;
}
interface RoundRow {
  readonly id: number;
  readonly conversation_id: string;
  readonly title: string;
  readonly question_id: string;
  readonly answer_id: string | null;
  readonly created_ms: number;
  readonly question: string;
  readonly answer: string | null;
  readonly citations: string | null;
  readonly model: string | null;
  readonly embeddings: Uint8Array | null;
}

/** The embedding of what is asked, and the model that made it. */
interface Question {
  readonly model: string;
  readonly embedding: Int8Array;
}

const turnText = `SELECT id, position, json_extract(json, '$.role') AS role, json_extract(json, '$.state') AS state,
  json_extract(json, '$.text') AS text, json_extract(json, '$.createdMs') AS created_ms FROM turn`;
const roundText = `SELECT r.id, r.conversation_id, c.title, r.question_id, r.answer_id, r.created_ms, r.model, r.embeddings,
  json_extract(q.json, '$.text') AS question, json_extract(a.json, '$.text') AS answer,
  json_extract(a.json, '$.citations') AS citations
  FROM round r JOIN conversation c ON c.id = r.conversation_id
  JOIN turn q ON q.conversation_id = r.conversation_id AND q.id = r.question_id
  LEFT JOIN turn a ON a.conversation_id = r.conversation_id AND a.id = r.answer_id`;

/** Reads and writes the index. Its methods throw what SQLite throws, and are called where errors are told. */
export class RoundIndex {
  readonly #database: Database;
  readonly #embedder: TextEmbedder | undefined;

  /** Without an embedder rounds are found by words alone. */
  constructor(database: Database, embedder: TextEmbedder | undefined) {
    this.#database = database;
    this.#embedder = embedder;
  }

  /** Brings the round that a turn belongs to up to date. A turn that is being written is indexed when it is done. */
  turnChanged(conversationId: string, turnId: string): void {
    const turn = this.#turn("conversation_id = ? AND id = ?", conversationId, turnId);
    if (turn === undefined || turn.state === "streaming") return;
    const question =
      turn.role === "user" ? turn : this.#turnBefore(conversationId, turn.position, "user");
    if (turn.role !== "user") this.#remove(conversationId, turn.id);
    if (question !== undefined) this.#put(conversationId, question);
  }

  /** Indexes all rounds of a conversation. */
  add(conversationId: string): void {
    const asked = this.#database
      .prepare(
        "SELECT id FROM turn WHERE conversation_id = ? AND json_extract(json, '$.role') = 'user'",
      )
      .all(conversationId) as unknown as { id: string }[];
    for (const { id } of asked) this.turnChanged(conversationId, id);
  }

  /** Takes a conversation's rounds out; `sweep` then removes the bytes of their words. */
  remove(conversationId: string): void {
    this.#database
      .prepare(
        "DELETE FROM round_index WHERE rowid IN (SELECT id FROM round WHERE conversation_id = ?)",
      )
      .run(conversationId);
    this.#database.prepare("DELETE FROM round WHERE conversation_id = ?").run(conversationId);
  }

  /** Words of removed rounds stay in the index's segments until these are merged into one. */
  sweep(): void {
    this.#database.exec("INSERT INTO round_index (round_index) VALUES ('optimize')");
  }

  /** Returns what may be meant, in no order: the best by words, the nearest by meaning, all of the span without terms. */
  candidates({
    terms,
    related = [],
    text,
    afterMs,
    beforeMs,
    limit,
  }: RoundQuery): RoundCandidate[] {
    this.#encodeMissing();
    const span = [afterMs ?? 0, beforeMs ?? Number.MAX_SAFE_INTEGER] as const;
    const question = terms.length === 0 ? undefined : this.#questionOf(text);
    const near = question === undefined ? [] : this.#nearest(question, span, limit);
    const byRelated = related.length === 0 ? [] : this.#byWords(related, span, limit);
    const ids = new Set([...this.#byWords(terms, span, limit), ...byRelated, ...near]);
    const read = this.#database.prepare(`${roundText} WHERE r.id = ?`);
    return [...ids].flatMap((id) => {
      const row = read.get(id) as unknown as RoundRow | undefined;
      return row === undefined ? [] : [candidateOf(row, question)];
    });
  }

  /** How many rounds there are, and how many hold each term. */
  counts(terms: readonly string[]): { nRounds: number; nHolding: number[] } {
    const count = this.#database.prepare(
      "SELECT count(*) AS n FROM round_index WHERE round_index MATCH ?",
    );
    const { n } = this.#database.prepare("SELECT count(*) AS n FROM round").get() as { n: number };
    return {
      nRounds: n,
      nHolding: terms.map((term) => (count.get(ftsQuote(term)) as { n: number }).n),
    };
  }

  #byWords(terms: readonly string[], span: readonly [number, number], limit: number): number[] {
    const rows =
      terms.length === 0
        ? this.#database
            .prepare(
              "SELECT id FROM round WHERE created_ms >= ? AND created_ms < ? ORDER BY created_ms DESC LIMIT ?",
            )
            .all(...span, limit)
        : this.#database
            .prepare(
              `SELECT r.id FROM round_index i JOIN round r ON r.id = i.rowid
               WHERE round_index MATCH ? AND r.created_ms >= ? AND r.created_ms < ?
               ORDER BY bm25(round_index, ${questionWeight}, ${answerWeight}) LIMIT ?`,
            )
            .all(terms.map(ftsQuote).join(" OR "), ...span, limit);
    return (rows as unknown as { id: number }[]).map(({ id }) => id);
  }

  #questionOf(text: string): Question | undefined {
    const embedder = this.#embedder;
    return embedder && { model: embedder.modelId, embedding: embedder.encodeQuery(text) };
  }

  /** Rounds that have only an embedding of an older model are left out. */
  #nearest(
    { model, embedding }: Question,
    span: readonly [number, number],
    limit: number,
  ): number[] {
    const rows = this.#database
      .prepare(
        "SELECT id, embeddings FROM round WHERE model = ? AND created_ms >= ? AND created_ms < ?",
      )
      .all(model, ...span) as unknown as { id: number; embeddings: Uint8Array }[];
    return rows
      .map(({ id, embeddings }) => ({ id, similarity: similarityOf(embeddings, embedding) }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, limit)
      .map(({ id }) => id);
  }

  #encodeMissing(): void {
    const embedder = this.#embedder;
    if (embedder === undefined) return;
    const rows = this.#database
      .prepare(`${roundText} WHERE r.model IS NOT ? LIMIT ?`)
      .all(embedder.modelId, maxEncodedAtOnce) as unknown as RoundRow[];
    if (rows.length === 0) return;
    inTransaction(this.#database, () => {
      for (const { id, question, answer } of rows) this.#encode(id, question, answer ?? "");
    });
  }

  #encode(id: number, question: string, answer: string): void {
    if (this.#embedder === undefined) return;
    const both = [searchedPart(question), proseOfAnswer(answer)].map((text) =>
      this.#embedder?.encodeText(text),
    );
    const bytes = Uint8Array.from(both.flatMap((each) => [...(each ?? [])]));
    this.#database
      .prepare("UPDATE round SET model = ?, embeddings = ? WHERE id = ?")
      .run(this.#embedder.modelId, bytes, id);
  }

  #put(conversationId: string, question: TurnText): void {
    const next = this.#turn(
      "conversation_id = ? AND position > ? ORDER BY position LIMIT 1",
      conversationId,
      question.position,
    );
    const answer = next?.role === "user" || next?.state === "streaming" ? undefined : next;
    const { id } = this.#database
      .prepare(
        `INSERT INTO round (conversation_id, question_id, answer_id, created_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT (conversation_id, question_id)
         DO UPDATE SET answer_id = excluded.answer_id, created_ms = excluded.created_ms RETURNING id`,
      )
      .get(conversationId, question.id, answer?.id ?? null, Math.round(question.created_ms)) as {
      id: number;
    };
    this.#database.prepare("DELETE FROM round_index WHERE rowid = ?").run(id);
    const words = (text: string): string => termsOfText(text).join(" ");
    this.#database
      .prepare("INSERT INTO round_index (rowid, question, answer) VALUES (?, ?, ?)")
      .run(id, words(searchedPart(question.text)), words(proseOfAnswer(answer?.text ?? "")));
    this.#encode(id, question.text, answer?.text ?? "");
  }

  /** A turn that was the user's and is no longer has no round. */
  #remove(conversationId: string, questionId: string): void {
    const row = this.#database
      .prepare("DELETE FROM round WHERE conversation_id = ? AND question_id = ? RETURNING id")
      .get(conversationId, questionId) as { id: number } | undefined;
    if (row !== undefined)
      this.#database.prepare("DELETE FROM round_index WHERE rowid = ?").run(row.id);
  }

  #turn(where: string, ...values: (string | number)[]): TurnText | undefined {
    return this.#database.prepare(`${turnText} WHERE ${where}`).get(...values) as
      TurnText | undefined;
  }

  #turnBefore(conversationId: string, position: number, role: string): TurnText | undefined {
    return this.#turn(
      "conversation_id = ? AND position < ? AND json_extract(json, '$.role') = ? ORDER BY position DESC LIMIT 1",
      conversationId,
      position,
      role,
    );
  }
}

function candidateOf(row: RoundRow, question: Question | undefined): RoundCandidate {
  return {
    conversationId: row.conversation_id,
    title: row.title,
    questionId: row.question_id,
    question: row.question,
    answer: proseOfAnswer(row.answer ?? ""),
    createdMs: row.created_ms,
    citations: row.citations === null ? [] : (JSON.parse(row.citations) as Citation[]),
    ...(row.answer_id === null ? {} : { answerId: row.answer_id }),
    ...(question === undefined || row.embeddings === null || row.model !== question.model
      ? {}
      : { similarity: similarityOf(row.embeddings, question.embedding) }),
  };
}

/** The answer's nearness counts less than that of the user's own words. */
const answerShare = 0.8;

function similarityOf(embeddings: Uint8Array, question: Int8Array): number {
  const both = new Int8Array(embeddings.buffer, embeddings.byteOffset, embeddings.byteLength);
  const length = question.length;
  return Math.max(
    cosine(both.subarray(0, length), question),
    answerShare * cosine(both.subarray(length, 2 * length), question),
  );
}
