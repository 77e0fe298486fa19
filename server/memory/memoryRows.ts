/** Rows of a root's memory as its writer knows them. */
import type { FailReason, SkipReason } from "../../protocol/types.ts";
import type { FileStat } from "../ports.ts";

/** 0: by lines, waiting for the syntax pass. 1: from the syntax tree. 2: by lines for good. */
export type BlobLevel = 0 | 1 | 2;

/** A row of the file table. */
export interface FileRow {
  readonly id: number;
  readonly path: string;
  readonly blob: number | undefined;
  readonly stat: Pick<FileStat, "sizeBytes" | "mtimeMs" | "ctimeMs" | "inode">;
  readonly outcome: "remembered" | "skipped" | "failed";
  readonly reason: SkipReason | FailReason | undefined;
}

export interface BlobRow {
  readonly id: number;
  readonly hash: bigint;
  readonly language: string;
  readonly level: BlobLevel;
  readonly nChunks: number;
  /** Whether its chunks' embeddings are stored. */
  readonly embedded: boolean;
}

/** A row of `WriterStatements.files`. */
export interface RawFile {
  id: number;
  path: string;
  blob: number | null;
  sizeBytes: number;
  mtimeMs: number;
  ctimeMs: number;
  inode: number;
  outcome: FileRow["outcome"];
  reason: string | null;
}

export function fileRowOf(raw: RawFile): FileRow {
  return {
    id: raw.id,
    path: raw.path,
    blob: raw.blob ?? undefined,
    stat: {
      sizeBytes: raw.sizeBytes,
      mtimeMs: raw.mtimeMs,
      ctimeMs: raw.ctimeMs,
      inode: raw.inode,
    },
    outcome: raw.outcome,
    reason: (raw.reason ?? undefined) as FileRow["reason"],
  };
}

/** Reads a row of content, `undefined` when there is none. */
export function blobRowOf(raw: unknown): BlobRow | undefined {
  if (raw === undefined) return undefined;
  const row = raw as {
    id: bigint;
    hash: bigint;
    language: string;
    level: bigint;
    nChunks: bigint;
    embedded: bigint;
  };
  return {
    id: Number(row.id),
    hash: row.hash,
    language: row.language,
    level: Number(row.level) as BlobLevel,
    nChunks: Number(row.nChunks),
    embedded: row.embedded === 1n,
  };
}
