/**
 * What a root's store knows of its files, summed up in SQL: by place, by age and by health. The catalogue of the deep
 * memory is read beside it, so that each sum tells what of it the deep memory holds.
 */
import type {
  DeepPicture,
  FileHealth,
  FileSums,
  FolderPart,
  FolderPicture,
  ProblemCount,
} from "../../protocol/picture.ts";
import { catalogueVersion } from "../bank/catalogue.ts";
import {
  databaseBytes,
  openForReading,
  withMemoryErrors,
  type Database,
} from "../memory/database.ts";
import { secretRulesVersion } from "../secrets/findSecrets.ts";

const cacheBytes = 8 * 1024 * 1024;

/** What the deep memory holds, without its state, and the bytes of its records. */
export interface DeepSums extends Omit<DeepPicture, "status"> {
  readonly bytes: number;
}
const noDeepSums: DeepSums = {
  ...{ nChunks: 0, nTokens: 0, bytes: 0 },
  ...{ nShortTermBlocks: 0, nLongTermBlocks: 0, nRecalledBlocks: 0 },
};

/** What the store alone knows of the health of files. */
export type StoredHealth = Omit<FileHealth, "state" | "nWaiting">;

/**
 * The deep memory holds a file when it has this very content, masked by the rules of today, and has forgotten nothing
 * of it; that is what `Holdings` goes by.
 */
const sums = `count(*) AS nFiles, coalesce(sum(f.sizeBytes), 0) AS bytes, coalesce(sum(b.nChunks), 0) AS nChunks,
  coalesce(sum(CASE WHEN b.embedding IS NULL THEN 0 ELSE b.nChunks END), 0) AS nEmbedded,
  count(d.id) AS nDeepFiles, coalesce(sum(CASE WHEN d.id IS NULL THEN 0 ELSE f.sizeBytes END), 0) AS deepBytes`;
const isRemembered = "outcome = 'remembered'";
/** In place of the catalogue's files while there are none. */
const noDeepFiles =
  "(SELECT 0 AS id, '' AS fileId, '' AS contentHash, 0 AS nForgotten WHERE false)";

/** A root's store, opened for one picture. */
export class FilesPicture {
  readonly #database: Database;
  readonly #rootId: string;
  readonly #hasDeep: boolean;

  /**
   * Opens the store of a root. `catalogue` is the file of the deep memory's, `undefined` while there is none; one that
   * another version wrote counts as none. Errors: `storeUnavailable`, `sqliteMissing`.
   */
  constructor(file: string, catalogue: string | undefined, rootId: string) {
    this.#rootId = rootId;
    this.#database = openForReading(file, cacheBytes);
    try {
      this.#hasDeep = catalogue !== undefined && this.#attach(catalogue);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  #attach(catalogue: string): boolean {
    return withMemoryErrors(() => {
      this.#database.prepare("ATTACH DATABASE ? AS deep").run(catalogue);
      const row = this.#database.prepare("PRAGMA deep.user_version").get();
      return row?.["user_version"] === catalogueVersion;
    });
  }

  /** Runs reads that belong together on one state of the stores. Errors: `storeUnavailable`. */
  reading<T>(read: () => T): T {
    return withMemoryErrors(() => {
      this.#database.exec("BEGIN");
      try {
        return read();
      } finally {
        this.#database.exec("ROLLBACK");
      }
    });
  }

  /** A folder (`""` is the root) with at most `limit` of its parts, largest first. All is 0 for one that is not there. */
  folder(path: string, limit: number): FolderPicture {
    const from = path === "" ? "" : `${path}/`;
    // `0` follows `/`, and any text comes before bytes.
    const to = path === "" ? new Uint8Array(0) : `${path}0`;
    const root = this.#rootId;
    const held = this.#hasDeep ? "deep.files" : noDeepFiles;
    // One pass over the files: the sums of the whole are those of its parts.
    const rows = this.#database
      .prepare(
        `SELECT *, count(*) OVER () AS nParts, ${sumNames.map((name) => `sum(${name}) OVER () AS whole_${name}`).join(", ")}
         FROM (SELECT substr(rest, 1, CASE instr(rest, '/') WHEN 0 THEN length(rest) ELSE instr(rest, '/') - 1 END) AS name,
           instr(rest, '/') > 0 AS isFolder, ${sums}
           FROM (SELECT path, blob, sizeBytes, substr(path, length(:from) + 1) AS rest FROM file
             WHERE ${isRemembered} AND path >= :from AND path < :to) f JOIN blob b ON b.id = f.blob
           LEFT JOIN ${held} d ON d.fileId = :root || '/' || f.path AND d.nForgotten = 0
             AND d.contentHash = '${secretRulesVersion}:' || b.hash
           GROUP BY 1, 2)
         ORDER BY bytes DESC, name LIMIT :limit`,
      )
      .all({ from, to, root, limit });
    const [first] = rows;
    const whole = sumsIn(first, "whole_");
    const parts = rows.map((row): FolderPart => ({
      name: String(row["name"]),
      isFolder: row["isFolder"] === 1,
      ...sumsIn(row, ""),
    }));
    return { path, ...whole, parts, nParts: Number(first?.["nParts"] ?? 0) };
  }

  /** How many remembered files were changed after the first of some falling times, between it and the second, …, before the last. */
  ages(edgesMs: readonly number[]): number[] {
    const counts = edgesMs.map((_edge, idx) => `count(*) FILTER (WHERE mtimeMs > ?) AS n${idx}`);
    const row = this.#database
      .prepare(`SELECT ${counts.join(", ")}, count(*) AS whole FROM file WHERE ${isRemembered}`)
      .get(...edgesMs) as Record<string, number>;
    const after = [...edgesMs.map((_edge, idx) => row[`n${idx}`] ?? 0), row["whole"] ?? 0];
    return after.map((n, idx) => n - (after[idx - 1] ?? 0));
  }

  health(): StoredHealth {
    const counts = this.#database
      .prepare(
        `SELECT count(*) AS nRemembered, count(*) FILTER (WHERE b.level = 1) AS nBySyntax,
         count(*) FILTER (WHERE b.level = 2) AS nByLines, count(*) FILTER (WHERE b.level = 0) AS nToRefine
         FROM file f JOIN blob b ON b.id = f.blob WHERE ${isRemembered}`,
      )
      .get() as unknown as Omit<StoredHealth, "problems">;
    const problems = this.#database
      .prepare(
        `SELECT outcome, reason, count(*) AS nFiles FROM file WHERE NOT ${isRemembered}
         GROUP BY outcome, reason ORDER BY nFiles DESC, outcome, reason`,
      )
      .all() as unknown as ProblemCount[];
    return { ...counts, problems: problems.map((problem) => ({ ...problem })) };
  }

  deep(): DeepSums {
    if (!this.#hasDeep) return noDeepSums;
    const row = this.#database
      .prepare(
        `SELECT (SELECT count(*) FROM deep.chunks) AS nChunks,
         (SELECT coalesce(sum(nTokens), 0) FROM deep.chunks) AS nTokens,
         (SELECT coalesce(sum(bytes), 0) FROM deep.chunks) AS bytes,
         count(*) FILTER (WHERE shortTerm = 1) AS nShortTermBlocks,
         count(*) FILTER (WHERE shortTerm = 0) AS nLongTermBlocks,
         count(*) FILTER (WHERE recalls > 0) AS nRecalledBlocks FROM deep.blocks`,
      )
      .get() as unknown as DeepSums;
    return { ...row };
  }

  bytes(): number {
    return databaseBytes(this.#database);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

const sumNames = ["nFiles", "bytes", "nChunks", "nEmbedded", "nDeepFiles", "deepBytes"] as const;

/** The sums that stand in a row; all are 0 without one. */
function sumsIn(row: Readonly<Record<string, unknown>> | undefined, prefix: string): FileSums {
  const [nFiles, bytes, nChunks, nEmbedded, nDeepFiles, deepBytes] = sumNames.map((name) =>
    Number(row?.[`${prefix}${name}`] ?? 0),
  ) as [number, number, number, number, number, number];
  return { nFiles, bytes, nChunks, nEmbedded, nDeepFiles, deepBytes };
}
