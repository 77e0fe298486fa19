/**
 * The tables of one root's memory. Content is not stored: the index columns hold terms only, spans hold
 * positions only, and text is read from the workspace when it is shown.
 */
import type { Database } from "./database.ts";

/** Raised whenever tables, terms or spans change their meaning; an older memory is then built anew. */
export const schemaVersion = 3;
/** Raised whenever chunk boundaries or terms would come out differently for the same file. */
export const chunkerVersion = 2;

/** Where `meta` says which model the embeddings are by. */
export const embeddingModelKey = "embeddingModel";

/** Where `meta` names this one store: files beside it that were made from another one are told by it. */
export const storeIdKey = "storeId";

/** Index columns of a chunk in their order in the table; see `columnWeights` in recall. */
export const chunkColumns = ["symbol", "signature", "comment", "body", "uses"] as const;
export type ChunkColumn = (typeof chunkColumns)[number];

/**
 * The split of identifiers has been done before (terms.ts), so the tokenizer only has to cut at spaces;
 * `ascii` lets every byte above 127 through, which CJK pairs need.
 * Contentless: the columns cannot be read back, only searched.
 */
const fts = `content = '', contentless_delete = 1, tokenize = "ascii"`;

/**
 * Postings that are gathered in memory before they become a segment. More makes fewer segments, but misses the
 * processor's caches at nearly every term: writing took 1.5 to 2.5 times as long at 48 MB as at 4 MB.
 */
const pendingBytes = 4 * 1024 * 1024;

/** Creates all tables in an empty database. */
export function createTables(database: Database): void {
  database.exec(`
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    -- One version of a file's content. Its chunks have the ids id, id + 1, …, id + nChunks - 1.
    CREATE TABLE blob (
      id INTEGER PRIMARY KEY,
      hash INTEGER NOT NULL UNIQUE,
      language TEXT NOT NULL,
      nLines INTEGER NOT NULL,
      nChunks INTEGER NOT NULL,
      -- 0: first pass by lines, waiting for the syntax pass. 1: from the syntax tree. 2: by lines for good.
      level INTEGER NOT NULL,
      fallback TEXT,
      chunks BLOB NOT NULL,
      symbols BLOB NOT NULL,
      -- Row of its chunks' embeddings, null until they are computed.
      embedding INTEGER
    );
    CREATE INDEX blobByEmbedding ON blob (embedding) WHERE embedding IS NOT NULL;
    -- Int8 embeddings of one blob's chunks, one after the other, by the model that meta calls 'embeddingModel'.
    -- A number is never given twice, so that a reader who has read one need not read it again.
    CREATE TABLE embedding (id INTEGER PRIMARY KEY AUTOINCREMENT, vectors BLOB NOT NULL);
    CREATE TABLE file (
      id INTEGER PRIMARY KEY,
      path TEXT NOT NULL UNIQUE,
      blob INTEGER,
      sizeBytes INTEGER NOT NULL,
      mtimeMs REAL NOT NULL,
      ctimeMs REAL NOT NULL,
      inode INTEGER NOT NULL,
      outcome TEXT NOT NULL,
      reason TEXT,
      detail TEXT
    );
    CREATE INDEX fileByBlob ON file (blob);
    CREATE VIRTUAL TABLE chunkIndex USING fts5(${chunkColumns.join(", ")}, ${fts});
    CREATE VIRTUAL TABLE pathIndex USING fts5(path, ${fts});
    INSERT INTO chunkIndex (chunkIndex, rank) VALUES ('automerge', 0);
    -- Segments are merged when the fill is over, not in the middle of it.
    INSERT INTO chunkIndex (chunkIndex, rank) VALUES ('crisismerge', 256);
    INSERT INTO chunkIndex (chunkIndex, rank) VALUES ('hashsize', ${pendingBytes});
    INSERT INTO meta VALUES ('chunkerVersion', '${chunkerVersion}');
  `);
}
