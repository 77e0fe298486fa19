/** Which files the deep memory should hold, the most useful ones first. */
import { fileRoleOf } from "../ingest/fileRole.ts";
import type { LanguageId } from "../ingest/languages.ts";
import type { MemoryBank } from "../memory/memoryBank.ts";

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

/** Returns the files of all roots in the order in which they should be encoded. */
export function filesToHold(roots: readonly OpenRoot[]): DeepFile[] {
  const ranked: { file: DeepFile; rank: number }[] = [];
  for (const { rootId, folder, bank, first } of roots) {
    const urgent = new Map(first.map((path, i) => [path, i - first.length]));
    for (const { path, language, hash, sizeBytes } of bank.fileContents()) {
      const role = order.indexOf(fileRoleOf(path, language as LanguageId));
      const rank = urgent.get(path) ?? (role === -1 ? order.length : role);
      const isOpen = urgent.has(path);
      ranked.push({ file: { rootId, folder, path, hash, sizeBytes, isOpen }, rank });
    }
  }
  // Stable, so that files of one folder stay together.
  return ranked.sort((a, b) => a.rank - b.rank).map(({ file }) => file);
}
