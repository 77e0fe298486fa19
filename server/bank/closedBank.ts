/** What can be done with a bank that nobody has open: telling what it holds, and forgetting, both without a model. */
import { readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { MemoryError } from "../../protocol/errors.ts";
import { isStoreFailure, openForReading, type Database } from "../memory/database.ts";
import { acquireStoreLock } from "../memory/storeLock.ts";
import type { KernelModule } from "../model/kernelMemory.ts";
import { catalogueFile, lockFile } from "./bankParts.ts";
import { BankStore } from "./bankStore.ts";
import type { BankShape } from "./bankTypes.ts";

/** What a bank says of itself. */
export interface BankContents {
  readonly shape: BankShape;
  readonly fileIds: readonly string[];
}

const cacheBytes = 1024 * 1024;

/** Returns what a bank holds, read beside whoever has it open; `undefined` when it cannot be read. */
export function readBank(folder: string): BankContents | undefined {
  let database: Database | undefined;
  try {
    if (statSync(catalogueFile(folder), { throwIfNoEntry: false })?.isFile() !== true)
      return undefined;
    database = openForReading(catalogueFile(folder), cacheBytes);
    const row = database.prepare("SELECT value FROM meta WHERE key = 'shape'").get();
    const shape = shapeOf(row?.["value"]);
    const files = database.prepare("SELECT fileId FROM files").all();
    return shape && { shape, fileIds: files.map(({ fileId }) => String(fileId)) };
  } catch (error) {
    if (!isStoreFailure(error)) throw error;
    return undefined;
  } finally {
    database?.close();
  }
}

/** Returns whether another process, or another part of this one, has the bank open. Errors: those of `acquireStoreLock`. */
export function isBankOpen(folder: string): boolean {
  const lock = acquireStoreLock(lockFile(folder));
  lock?.release();
  return lock === undefined;
}

/** Removes a bank with everything in its folder, for which no free space is needed. Errors: `ownedElsewhere`, those of the file system. */
export function removeBank(folder: string): void {
  const lock = acquireStoreLock(lockFile(folder));
  if (lock === undefined) throw new MemoryError("ownedElsewhere");
  try {
    const own = path.basename(lockFile(folder));
    for (const name of readdirSync(folder))
      if (!name.startsWith(own)) rmSync(path.join(folder, name), { recursive: true, force: true });
  } finally {
    lock.release();
  }
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Forgets files of a bank, and leaves none of their bytes. Returns false when that cannot be done, as on a full disk.
 * Errors: `ownedElsewhere`.
 */
export async function forgetFiles(
  folder: string,
  { shape, fileIds }: BankContents,
  kernel: KernelModule,
): Promise<boolean> {
  let store: BankStore | undefined;
  try {
    const outcome = await BankStore.open(folder, shape, { kernel });
    if (outcome.kind === "ownedElsewhere") throw new MemoryError("ownedElsewhere");
    store = outcome.store;
    for (const fileId of fileIds) if (store.remove(fileId).kind === "diskFull") return false;
    return store.compact();
  } catch (error) {
    if (!(error instanceof MemoryError) || error.errorName === "ownedElsewhere") throw error;
    return false;
  } finally {
    store?.close();
  }
}

function shapeOf(value: unknown): BankShape | undefined {
  try {
    const shape = JSON.parse(String(value)) as Partial<BankShape> | null;
    const { modelId, nKvHeads, dHead } = shape ?? {};
    if (typeof modelId !== "string" || typeof nKvHeads !== "number" || typeof dHead !== "number")
      return undefined;
    return { modelId, nKvHeads, dHead };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
