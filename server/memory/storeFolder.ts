/** The folders of stores: makes them, and tells them from the user's own. */
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";

/**
 * Makes a folder with those above it, for this user alone. Node's own recursive form never returns where the system refuses a
 * folder with "no such file", as it does below `/proc`.
 * Errors: those of the file system, such as EACCES, EROFS, ENOTDIR, ENOSPC.
 */
export function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    // What was said and noted stands there as text: it is the user's alone.
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/** Roots and repositories give their folders a name made of a hash; `none` is the folder of a window without a root. */
const storeName = /^(?:[0-9a-f]{16}|[0-9a-f]{32}|none)$/;
/** The files of the index, the deep memory, conversations, notes and the history, with what SQLite and Lore keep beside them. */
const storeFile =
  /^(?:owner\.lock|agents\.jsonl|(?:memory|catalogue|conversations|notes|(?:history|seen|edits)-[0-9a-f]{16})\.sqlite)(?:\.old|\.lock|\.attributes|\.damaged(?:-\d+)?)?(?:-wal|-shm|-journal)?$/;
/** In the default place the folder around the memory of a root has the same name, and says what it is of. */
const namingFile = "folder.txt";

/** Whether a folder of this name may be one of a store's: what is in it tells. */
export function mayBeStoreFolder(name: string): boolean {
  return storeName.test(name);
}

/** Whether a folder of this name may lie in one of a store's. */
export function mayBeInStore(name: string): boolean {
  return mayBeStoreFolder(name) || name === "deep" || name === "work";
}

/**
 * True for a folder that Lore keeps a part of a memory in, whoever made it and wherever it lies. `names` are those of its
 * entries.
 */
export function isStoreFolder(name: string, names: readonly string[]): boolean {
  if (!mayBeStoreFolder(name)) return false;
  return (
    names.some((each) => storeFile.test(each)) ||
    (names.includes(namingFile) && names.includes(name))
  );
}
