import { DatabaseSync } from "node:sqlite";
import { stemmer } from "stemmer";
import type { ContinueChunk } from "./continueChunks.ts";
import { contentWordsOf } from "./words.ts";

/** How much more a hit in the path counts; Continue's number. */
const pathWeight = 10;
/** Chunks of a worse BM25 are left out; SQLite's are negative. Continue's number. */
const maxBm25 = -2.5;
const gramLength = 3;

/** Full text over the trigrams of chunks and their paths: `core/indexing/FullTextSearchCodebaseIndex.ts` of Continue. */
export class TrigramIndex {
  readonly #database = new DatabaseSync(":memory:");

  constructor(chunks: readonly ContinueChunk[]) {
    this.#database.exec(
      "CREATE VIRTUAL TABLE chunks USING fts5(path, content, tokenize = 'trigram')",
    );
    const insert = this.#database.prepare(
      "INSERT INTO chunks (rowid, path, content) VALUES (?, ?, ?)",
    );
    this.#database.exec("BEGIN");
    for (const [idx, { path, text }] of chunks.entries()) insert.run(idx, path, text);
    this.#database.exec("COMMIT");
  }

  /** Returns the indexes of the best chunks for a question, at most `limit`. */
  search(question: string, limit: number): number[] {
    const match = trigramQuery(question);
    if (match === "") return [];
    const rows = this.#database
      .prepare(
        "SELECT rowid, rank FROM chunks WHERE chunks MATCH ? ORDER BY bm25(chunks, ?) LIMIT ?",
      )
      .all(match, pathWeight, limit) as { rowid: number; rank: number }[];
    return rows.filter(({ rank }) => rank <= maxBm25).map(({ rowid }) => rowid);
  }
}

/** Returns the trigrams of a question's content words as an FTS5 query; the end of the question is stemmed, as Continue does. */
export function trigramQuery(question: string): string {
  const text = contentWordsOf(stemmer(question.trim())).join(" ");
  const grams: string[] = [];
  for (let at = 0; at + gramLength <= text.length; at++) {
    grams.push(`"${text.slice(at, at + gramLength)}"`);
  }
  return grams.join(" OR ");
}
