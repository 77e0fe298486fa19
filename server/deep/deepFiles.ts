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
}

/** Files that are mostly data would fill the memory with what nobody writes by hand. */
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

/** Returns the files of all roots in the order in which they should be encoded. */
export function filesToHold(roots: readonly OpenRoot[]): DeepFile[] {
  const ranked: { file: DeepFile; rank: number }[] = [];
  for (const { rootId, folder, bank, first } of roots) {
    const urgent = new Map(first.map((path, i) => [path, i - first.length]));
    for (const { path, language, hash, sizeBytes } of bank.fileContents()) {
      if (sizeBytes > largestBytes) continue;
      const role = order.indexOf(fileRoleOf(path, language as LanguageId));
      const rank = urgent.get(path) ?? (role === -1 ? order.length : role);
      ranked.push({ file: { rootId, folder, path, hash, sizeBytes }, rank });
    }
  }
  // Stable, so that files of one folder stay together.
  return ranked.sort((a, b) => a.rank - b.rank).map(({ file }) => file);
}

/**
 * Returns the bank's name of a file's content: what was encoded with other rules for secrets is encoded again. Chunks
 * that come out the same are found in the bank, so that costs no encoding.
 */
export function contentIdOf({ hash }: DeepFile): string {
  return `${secretRulesVersion}:${hash}`;
}
