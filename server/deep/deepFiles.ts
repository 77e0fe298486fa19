/** Which files the deep memory should hold, the most useful ones first. */
import { fileRoleOf } from "../ingest/fileRole.ts";
import type { LanguageId } from "../ingest/languages.ts";
import type { MemoryBank } from "../memory/memoryBank.ts";
import { secretRulesVersion } from "../secrets/findSecrets.ts";

/** A root whose memory can be read. */
export interface OpenRoot {
  readonly rootId: string;
  readonly folder: string;
  readonly bank: MemoryBank;
  /** Relative paths, the most urgent first. */
  readonly first: readonly string[];
}

export interface DeepFile {
  readonly rootId: string;
  readonly folder: string;
  readonly path: string;
  /** As the memory knows it. */
  readonly hash: bigint;
  readonly sizeBytes: number;
  /** Open in the editor. */
  readonly isOpen: boolean;
}

/** The files of a workspace as far as they are known. */
export interface WorkspaceFiles {
  /** All files of the roots that can be read, most urgent first. */
  readonly files: readonly DeepFile[];
  /** Roots that can be read. */
  readonly readable: ReadonlySet<string>;
  /** Roots of the workspace that cannot be read (yet): nothing is known of their files. */
  readonly unread: ReadonlySet<string>;
}

/** Files that are mostly data would fill the memory with what nobody writes by hand. The texts about `tooLarge` name it. */
const largestBytes = 400_000;
/** Roles in the order in which they are encoded. */
const order = ["source", "test", "docs", "config"];

/** Returns the bank's name of a file: unique over all roots. */
export function fileIdOf(rootId: string, path: string): string {
  return `${rootId}/${path}`;
}

/** Returns root and path of a bank's file. */
export function placeOfFileId(fileId: string): { rootId: string; path: string } {
  const at = fileId.indexOf("/");
  return { rootId: fileId.slice(0, at), path: fileId.slice(at + 1) };
}

/** Returns whether a file is too large to be encoded. */
export function isTooLarge({ sizeBytes }: Pick<DeepFile, "sizeBytes">): boolean {
  return sizeBytes > largestBytes;
}

/** A file with its place in the order: the lowest rank comes first. */
interface RankedFile {
  readonly file: DeepFile;
  readonly rank: number;
}

/** Returns all files of a root. Errors: those of reading its memory. */
export function rankedFiles({ rootId, folder, bank, first }: OpenRoot): RankedFile[] {
  const urgent = new Map(first.map((path, i) => [path, i - first.length]));
  return bank.fileContents().map(({ path, language, hash, sizeBytes }) => {
    const role = order.indexOf(fileRoleOf(path, language as LanguageId));
    const rank = urgent.get(path) ?? (role === -1 ? order.length : role);
    return {
      file: { rootId, folder, path, hash, sizeBytes, isOpen: urgent.has(path) },
      rank,
    };
  });
}

/** Returns files of all roots in the order in which they should be encoded; those of one folder stay together. */
export function inOrder(ranked: readonly RankedFile[]): DeepFile[] {
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ file }) => file);
}

/**
 * Returns the bank's name of a file's content: what was encoded with other rules for secrets is encoded again. Chunks
 * that come out the same are found in the bank, so that costs no encoding.
 */
export function contentIdOf({ hash }: Pick<DeepFile, "hash">): string {
  return `${secretRulesVersion}:${hash}`;
}
