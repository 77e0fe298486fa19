/**
 * Where the notes of a folder are. They belong to a repository, told by its first commits, so that clones, working trees
 * and moved folders share them; a folder that git does not know is told by its path.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { workFolderOf, type RepositoryIdentity } from "./identity/repositoryIdentity.ts";
import { withMemoryErrors } from "./memory/database.ts";
import { adoptNotes } from "./work/adoptNotes.ts";
import { notesFile } from "./work/noteStore.ts";

/**
 * Returns the folder of a root's notes below `notesDir`. Notes that were kept by the folder's path before git knew a
 * commit of it move there. Errors: those of opening and writing a store.
 */
export function noteFolderOf(notesDir: string, identity: RepositoryIdentity): string {
  const folder = workFolderOf(notesDir, identity);
  const byPath = path.join(notesDir, "work", identity.ids.at(-1) as string);
  if (byPath !== folder) moveNotes(byPath, folder);
  return folder;
}

/**
 * Moves the notes that an older Lore kept inside one folder's memory to where other working trees find them.
 * Errors: those of opening and writing a store.
 */
export function shareNotes(storeDir: string, notesDir: string): void {
  const own = path.join(storeDir, "work");
  if (storeDir === notesDir || !existsSync(own)) return;
  for (const id of withMemoryErrors(() => readdirSync(own)))
    moveNotes(path.join(own, id), path.join(notesDir, "work", id));
}

/** True when notes are in a folder. */
export function hasNotes(folder: string): boolean {
  return existsSync(path.join(folder, notesFile));
}

/** Notes of the same ids stay. A process that dies in between leaves both, and the next one begins anew. */
function moveNotes(from: string, to: string): void {
  if (!hasNotes(from)) return;
  adoptNotes(from, to);
  withMemoryErrors(() => {
    for (const suffix of ["", "-wal", "-shm"])
      rmSync(path.join(from, notesFile) + suffix, { force: true });
  });
}
