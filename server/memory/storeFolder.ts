/** Makes folders on the way to a store. */
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
