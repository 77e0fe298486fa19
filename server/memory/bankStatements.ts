/** The SQL of the reader of a root's memory. */
import type { Database, StatementSync } from "./database.ts";

/** Every statement that reads a memory. */
export type BankStatements = ReturnType<typeof prepareStatements>;

/** Prepares them on a database of the present schema. */
export function prepareStatements(database: Database) {
  database.exec("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, chunkIndex, row)");
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  const statements = {
    frequency: prepare("SELECT doc FROM temp.vocabulary WHERE term = ?"),
    blobIdOfChunk: prepare("SELECT id FROM blob WHERE id <= ? ORDER BY id DESC LIMIT 1"),
    blobById: prepare(
      "SELECT id, hash, language, level, nChunks, chunks, symbols FROM blob WHERE id = ?",
    ),
    chunksWith: prepare(
      "SELECT rowid AS chunkId FROM chunkIndex WHERE chunkIndex MATCH ? ORDER BY rowid LIMIT ?",
    ),
    pathsOfBlob: prepare("SELECT path FROM file WHERE blob = ? ORDER BY path"),
    blobOfPath: prepare("SELECT blob FROM file WHERE path = ? AND outcome = 'remembered'"),
    filesInside: prepare(
      "SELECT path FROM file WHERE path > ? AND path < ? AND outcome = 'remembered' ORDER BY path LIMIT ?",
    ),
    // One text for all: a row for each of a hundred thousand takes several times as long.
    paths: prepare(
      "SELECT group_concat(path, char(10)) AS paths FROM file WHERE outcome = 'remembered' AND instr(path, char(10)) = 0",
    ),
    pathById: prepare("SELECT path FROM file WHERE id = ?"),
    searchPaths: prepare(
      "SELECT rowid AS id, -bm25(pathIndex) AS score FROM pathIndex WHERE pathIndex MATCH ? ORDER BY rank LIMIT ?",
    ),
    dataVersion: prepare("PRAGMA data_version"),
    nChunks: prepare("SELECT sum(nChunks) AS n FROM blob"),
    meta: prepare("SELECT value FROM meta WHERE key = ?"),
    embeddings: prepare("SELECT embedding, id FROM blob WHERE embedding IS NOT NULL"),
    blobOfEmbedding: prepare("SELECT id FROM blob WHERE embedding = ?"),
    vectorsOf: prepare(
      "SELECT e.vectors AS vectors FROM blob b JOIN embedding e ON e.id = b.embedding WHERE b.id = ?",
    ),
    lastEmbedding: prepare("SELECT seq FROM sqlite_sequence WHERE name = 'embedding'"),
    vectorsAfter: prepare("SELECT id, vectors FROM embedding WHERE id > ? ORDER BY id"),
    remembered: prepare(
      "SELECT path, b.language AS language FROM file f JOIN blob b ON b.id = f.blob WHERE f.outcome = 'remembered' ORDER BY path",
    ),
    contents: prepare(
      "SELECT path, b.language AS language, b.hash AS hash, sizeBytes FROM file f JOIN blob b ON b.id = f.blob WHERE f.outcome = 'remembered' ORDER BY path",
    ),
  };
  statements.blobById.setReadBigInts(true);
  statements.contents.setReadBigInts(true);
  statements.embeddings.setReturnArrays(true);
  statements.vectorsAfter.setReturnArrays(true);
  return statements;
}
