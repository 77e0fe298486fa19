/** Forgets a root in every deep memory of a store: its own, and those of windows that had it open beside others. */
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { MemoryError } from "../../protocol/errors.ts";
import { forgetFiles, isBankOpen, readBank, removeBank, type BankContents } from "./closedBank.ts";
import type { KernelModule } from "../model/kernelMemory.ts";

/** Name of the folder of a self-test's bank, which is made in that of the deep memory: it goes on from here. */
export const selfTestPrefix = "self-test-";

/** Returns the folder of all deep memories of a store. */
export function deepFolderOf(storeDir: string): string {
  return path.join(storeDir, "deep");
}

/** Removes what a killed self-test left in the folder of a deep memory. Errors: those of the file system. */
export function removeSelfTests(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.startsWith(selfTestPrefix))
      rmSync(path.join(folder, name), { recursive: true, force: true });
}

/**
 * Erases what deep memories hold of a root. `between` is done before, when nothing stands in the way any more. A memory
 * that cannot be read or changed is removed as a whole: it is made again from the workspace. So are all that hold the
 * root where there is no kernel. Errors: `ownedElsewhere` when another process has one of them open, and nothing is
 * erased then; those of `between`; `storeUnavailable`.
 */
export async function forgetRoot(
  storeDir: string,
  rootId: string,
  kernel: KernelModule | undefined,
  between: () => void | Promise<void>,
): Promise<void> {
  const holding = deepMemoriesOf(storeDir).flatMap((folder) => {
    const found = heldOf(folder, rootId);
    return found === undefined ? [] : [{ folder, found }];
  });
  if (holding.some(({ folder }) => isBankOpen(folder))) throw new MemoryError("ownedElsewhere");
  await between();
  for (const { folder, found } of holding) {
    if (found === "all" || kernel === undefined) removeBank(folder);
    else if (await forgetFiles(folder, found, kernel)) removeSelfTests(folder);
    else removeBank(folder);
  }
}

function deepMemoriesOf(storeDir: string): string[] {
  const folder = deepFolderOf(storeDir);
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => path.join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Which files have to go, `all` for the whole memory, `undefined` when it knows nothing of the root. */
function heldOf(folder: string, rootId: string): BankContents | "all" | undefined {
  // A window's memory is named after its first root.
  if (path.basename(folder) === rootId) return "all";
  const contents = readBank(folder);
  if (contents === undefined) return "all";
  const fileIds = contents.fileIds.filter((fileId) => fileId.startsWith(`${rootId}/`));
  return fileIds.length === 0 ? undefined : { ...contents, fileIds };
}
