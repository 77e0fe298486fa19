/** The SQL of the writer of a root's memory. */
import type { Database, StatementSync } from "./database.ts";
import { chunkColumns } from "./schema.ts";

/** Every statement that writes a memory, or that the writer reads with. */
export type WriterStatements = ReturnType<typeof prepareStatements>;

/** Prepares them on a database of the present schema. */
export function prepareStatements(database: Database) {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  const blobColumns = [
    "id",
    "hash",
    "language",
    "level",
    "nChunks",
    "embedding IS NOT NULL AS embedded",
  ];
  const statements = {
    files: prepare(
      // Some file systems number files beyond 2^53; as REAL they come back as the numbers that were stored.
      "SELECT id, path, blob, sizeBytes, mtimeMs, ctimeMs, CAST(inode AS REAL) AS inode, outcome, reason FROM file",
    ),
    blobByHash: prepare(`SELECT ${blobColumns.join(", ")} FROM blob WHERE hash = ?`),
    blobById: prepare(`SELECT ${blobColumns.join(", ")} FROM blob WHERE id = ?`),
    insertBlob: prepare("INSERT INTO blob VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
    deleteBlob: prepare("DELETE FROM blob WHERE id = ?"),
    insertVectors: prepare("INSERT INTO embedding (vectors) VALUES (?)"),
    deleteVectors: prepare(
      "DELETE FROM embedding WHERE id = (SELECT embedding FROM blob WHERE id = ?)",
    ),
    setEmbedding: prepare("UPDATE blob SET embedding = ? WHERE id = ?"),
    toEmbed: prepare(
      "SELECT min(f.path) AS path, f.sizeBytes AS sizeBytes FROM blob b JOIN file f ON f.blob = b.id WHERE b.embedding IS NULL AND b.level > 0 AND b.nChunks > 0 GROUP BY b.id",
    ),
    unembedded: prepare(
      "SELECT b.hash AS hash, b.chunks AS chunks FROM file f JOIN blob b ON b.id = f.blob WHERE f.path = ? AND b.embedding IS NULL AND b.nChunks > 0",
    ),
    embeddedCount: prepare("SELECT sum(nChunks) AS n FROM blob WHERE embedding IS NOT NULL"),
    insertChunk: prepare(
      `INSERT INTO chunkIndex (rowid, ${chunkColumns.join(", ")}) VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    deleteChunk: prepare("DELETE FROM chunkIndex WHERE rowid = ?"),
    moveFiles: prepare("UPDATE file SET blob = ? WHERE blob = ?"),
    fileId: prepare("SELECT id FROM file WHERE path = ?"),
    nextFileId: prepare("SELECT coalesce(max(id), 0) + 1 AS id FROM file"),
    putFile: prepare(
      "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET blob = excluded.blob, sizeBytes = excluded.sizeBytes, " +
        "mtimeMs = excluded.mtimeMs, ctimeMs = excluded.ctimeMs, inode = excluded.inode, outcome = excluded.outcome, reason = excluded.reason, detail = excluded.detail",
    ),
    deleteFile: prepare("DELETE FROM file WHERE id = ?"),
    insertPath: prepare("INSERT INTO pathIndex (rowid, path) VALUES (?, ?)"),
    deletePath: prepare("DELETE FROM pathIndex WHERE rowid = ?"),
    toRefine: prepare(
      "SELECT b.id AS blob, min(f.path) AS path, f.sizeBytes AS sizeBytes FROM blob b JOIN file f ON f.blob = b.id WHERE b.level = 0 GROUP BY b.id",
    ),
    blobOfPath: prepare(
      `SELECT ${blobColumns.map((column) => `b.${column}`).join(", ")} FROM file f JOIN blob b ON b.id = f.blob WHERE f.path = ?`,
    ),
    chunkCount: prepare("SELECT sum(nChunks) AS n FROM blob"),
    levelCounts: prepare(
      "SELECT sum(b.level = 1) AS exact, sum(b.fallback IS NOT NULL) AS fallback FROM file f JOIN blob b ON b.id = f.blob WHERE f.outcome = 'remembered'",
    ),
    orphans: prepare(
      "SELECT id, nChunks FROM blob WHERE NOT EXISTS (SELECT 1 FROM file WHERE file.blob = blob.id) ORDER BY id",
    ),
    merge: prepare("INSERT INTO chunkIndex (chunkIndex, rank) VALUES ('merge', ?)"),
    totalChanges: prepare("SELECT total_changes() AS n"),
    readMeta: prepare("SELECT value FROM meta WHERE key = ?"),
    writeMeta: prepare(
      "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    ),
  };
  // Hashes use all 64 bits, which a JavaScript number cannot hold.
  statements.blobByHash.setReadBigInts(true);
  statements.blobById.setReadBigInts(true);
  statements.blobOfPath.setReadBigInts(true);
  statements.unembedded.setReadBigInts(true);
  return statements;
}
