/** Notices that git moved a root to another commit or branch, without running git. */
import { watch, type FSWatcher } from "node:fs";
import path from "node:path";
import type { FileSystem } from "../ports.ts";
import { headFiles, repositoryAround } from "./gitHead.ts";

/** Git writes HEAD, index and references one after another; one look afterwards is enough. */
const settleMs = 150;

/**
 * Calls `changed` after the repository around a root changed its HEAD, index or references. Returns the
 * function that stops it. A root without a repository is never called about; nor is one whose folder
 * cannot be watched, where the editor's own watcher and re-scans remain.
 */
export function watchGit(files: FileSystem, rootFolder: string, changed: () => void): () => void {
  const repository = repositoryAround(files, rootFolder);
  if (repository === undefined) return () => undefined;
  // The log of HEAD is written at every commit, checkout, reset, rebase step and pull; a repository
  // without one still writes HEAD and its index.
  const { head, index, packedRefs, headLog } = headFiles(files, repository);
  const watched = new Set([head, index, packedRefs, headLog].map((file) => path.normalize(file)));
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, settleMs);
    timer.unref();
  };
  const watchers: FSWatcher[] = [];
  // Git replaces these files by renaming, which ends a watch on the file itself; so their folders are watched.
  for (const folder of new Set([...watched].map((file) => path.dirname(file)))) {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name !== null && watched.has(path.join(folder, name))) soon();
      });
      watcher.on("error", () => watcher.close());
      watchers.push(watcher);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== "ENOENT" && code !== "ENOSPC" && code !== "EMFILE" && code !== "EACCES")
        throw error;
    }
  }
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
