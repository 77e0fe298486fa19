/**
 * The index over the rounds of conversations: a round is what the user said and what was answered, which LongMemEval
 * (Wu et al. 2025, 5.2) found to be the right size of what is recalled. Words are in a full-text index, meaning in embeddings.
 */
import type { Citation } from "../../protocol/types.ts";
import { ftsQuote, termsOfText } from "../ingest/terms.ts";
import type { RoundCandidate, RoundQuery, TextEmbedder } from "../workServices.ts";
import { dataVersion, inTransaction, type Database } from "./database.ts";
import { RoundEmbeddings } from "./roundEmbeddings.ts";
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
}

interface EmbeddingRow {
  readonly id: number;
  readonly created_ms: number;
  readonly embeddings: Uint8Array;
}

const turnText = `SELECT id, position, json_extract(json, '$.role') AS role, json_extract(json, '$.state') AS state,
  json_extract(json, '$.text') AS text, json_extract(json, '$.createdMs') AS created_ms FROM turn`;
const roundText = `SELECT r.id, r.conversation_id, c.title, r.question_id, r.answer_id, r.created_ms,
  json_extract(q.json, '$.text') AS question, json_extract(a.json, '$.text') AS answer,
  json_extract(a.json, '$.citations') AS citations
  FROM round r JOIN conversation c ON c.id = r.conversation_id
  JOIN turn q ON q.conversation_id = r.conversation_id AND q.id = r.question_id
  LEFT JOIN turn a ON a.conversation_id = r.conversation_id AND a.id = r.answer_id`;

/** Looking up when each of thousands of rounds was is most of a search; of all times it is left out. */
const always = [0, Number.MAX_SAFE_INTEGER] as const;

/** Reads and writes the index. Its methods throw what SQLite throws, and are called where errors are told. */
export class RoundIndex {
  readonly #database: Database;
  readonly #embedder: TextEmbedder | undefined;
  readonly #embeddings = new RoundEmbeddings();
  /** As of which version of the file the embeddings are read; this connection's own changes do not count there. */
  #seenVersion = -1;

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
    this.undone();
    this.#database
      .prepare(
        "DELETE FROM round_index WHERE rowid IN (SELECT id FROM round WHERE conversation_id = ?)",
      )
      .run(conversationId);
    this.#database.prepare("DELETE FROM round WHERE conversation_id = ?").run(conversationId);
  }

  /** To be called when a transaction failed: what was kept of it in memory is read again. */
  undone(): void {
    this.#seenVersion = -1;
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
    this.#follow();
    const span =
      afterMs === undefined && beforeMs === undefined
        ? always
        : ([afterMs ?? 0, beforeMs ?? Number.MAX_SAFE_INTEGER] as const);
    const question = terms.length === 0 ? undefined : this.#embedder?.encodeQuery(text);
    const near = question === undefined ? [] : this.#embeddings.nearest(question, span, limit);
    const byRelated = related.length === 0 ? [] : this.#byWords(related, span, limit);
    const ids = new Set([...this.#byWords(terms, span, limit), ...byRelated, ...near]);
    const read = this.#database.prepare(`${roundText} WHERE r.id = ?`);
    return [...ids].flatMap((id) => {
      const row = read.get(id) as unknown as RoundRow | undefined;
      const similarity = question && this.#embeddings.similarity(id, question);
      return row === undefined ? [] : [candidateOf(row, similarity)];
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
    const words = terms.map(ftsQuote).join(" OR ");
    const best = `ORDER BY bm25(round_index, ${questionWeight}, ${answerWeight}) LIMIT ?`;
    const rows =
      terms.length === 0
        ? this.#database
            .prepare(
              "SELECT id FROM round WHERE created_ms >= ? AND created_ms < ? ORDER BY created_ms DESC LIMIT ?",
            )
            .all(...span, limit)
        : span === always
          ? this.#database
              .prepare(`SELECT rowid AS id FROM round_index WHERE round_index MATCH ? ${best}`)
              .all(words, limit)
          : this.#database
              .prepare(
                `SELECT r.id FROM round_index i JOIN round r ON r.id = i.rowid
                 WHERE round_index MATCH ? AND r.created_ms >= ? AND r.created_ms < ? ${best}`,
              )
              .all(words, ...span, limit);
    return (rows as unknown as { id: number }[]).map(({ id }) => id);
  }

  /** Reads the embeddings again when another process wrote, or rounds were taken out. */
  #follow(): void {
    const embedder = this.#embedder;
    const version = dataVersion(this.#database);
    if (embedder === undefined || version === this.#seenVersion) return;
    const isWhole = this.#encodeMissing(embedder.modelId);
    this.#embeddings.clear();
    // Rounds that have only an embedding of an older model are left out.
    const rows = this.#database
      .prepare("SELECT id, created_ms, embeddings FROM round WHERE model = ? ORDER BY id")
      .iterate(embedder.modelId) as unknown as Iterable<EmbeddingRow>;
    for (const { id, created_ms: createdMs, embeddings } of rows)
      this.#embeddings.put(id, createdMs, embeddings);
    // The next question goes on with what has no embedding yet.
    this.#seenVersion = isWhole ? version : -1;
  }

  /** Returns whether none is left. */
  #encodeMissing(model: string): boolean {
    const rows = this.#database
      .prepare(`${roundText} WHERE r.model IS NOT ? LIMIT ?`)
      .all(model, maxEncodedAtOnce) as unknown as RoundRow[];
    if (rows.length > 0)
      inTransaction(this.#database, () => {
        for (const row of rows)
          this.#encode(row.id, row.created_ms, row.question, row.answer ?? "");
      });
    return rows.length < maxEncodedAtOnce;
  }

  #encode(id: number, createdMs: number, question: string, answer: string): void {
    if (this.#embedder === undefined) return;
    const both = [searchedPart(question), proseOfAnswer(answer)].map((text) =>
      this.#embedder?.encodeText(text),
    );
    const bytes = Uint8Array.from(both.flatMap((each) => [...(each ?? [])]));
    this.#database
      .prepare("UPDATE round SET model = ?, embeddings = ? WHERE id = ?")
      .run(this.#embedder.modelId, bytes, id);
    this.#embeddings.put(id, createdMs, bytes);
  }

  /**
   * A question and its answer are written in one transaction (`appendRound`), so whatever branch they stand in and however
   * many windows write, the answer is the turn that was said next.
   */
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
    this.#encode(id, Math.round(question.created_ms), question.text, answer?.text ?? "");
  }

  /** A turn that was the user's and is no longer has no round. */
  #remove(conversationId: string, questionId: string): void {
    const row = this.#database
      .prepare("DELETE FROM round WHERE conversation_id = ? AND question_id = ? RETURNING id")
      .get(conversationId, questionId) as { id: number } | undefined;
    if (row === undefined) return;
    this.#embeddings.remove(row.id);
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

function candidateOf(row: RoundRow, similarity: number | undefined): RoundCandidate {
  return {
    conversationId: row.conversation_id,
    title: row.title,
    questionId: row.question_id,
    question: row.question,
    answer: proseOfAnswer(row.answer ?? ""),
    createdMs: row.created_ms,
    citations: row.citations === null ? [] : (JSON.parse(row.citations) as Citation[]),
    ...(row.answer_id === null ? {} : { answerId: row.answer_id }),
    ...(similarity === undefined ? {} : { similarity }),
  };
}
