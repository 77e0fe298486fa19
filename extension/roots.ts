import { createHash } from "node:crypto";
import path from "node:path";
import type { Root } from "../protocol/types.ts";

/** A workspace folder as the editor describes it: the part of `vscode.WorkspaceFolder` that matters here. */
export interface FolderLike {
  readonly name: string;
  readonly uri: { readonly scheme: string; readonly fsPath: string };
}

/** The folders on disk, in the window's order. Folders of other file systems cannot be remembered. */
export function rootsOf(folders: readonly FolderLike[]): Root[] {
  return folders
    .filter((folder) => folder.uri.scheme === "file")
    .map((folder) => ({
      id: rootId(folder.uri.fsPath),
      folder: folder.uri.fsPath,
      name: folder.name,
    }));
}

/** Identifies a folder by its absolute path: 16 hex digits, the same in each window and session. */
function rootId(folder: string): string {
  return createHash("sha256").update(folder).digest("hex").slice(0, 16);
}

/** True when the absolute path `file` is `folder` or lies below it. */
export function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return (
    relative === "" ||
    (!relative.startsWith(`..${path.sep}`) && relative !== ".." && !path.isAbsolute(relative))
  );
}

/** The folder that holds a file, and the file's path in it with `/`; the inner one of two. `undefined` outside of all. */
export function relativeTo(
  roots: readonly Root[],
  file: string,
): { readonly rootId: string; readonly path: string } | undefined {
  const [root] = roots
    .filter(({ folder }) => isInside(folder, file) && folder !== file)
    .toSorted((a, b) => b.folder.length - a.folder.length);
  if (root === undefined) return undefined;
  return { rootId: root.id, path: path.relative(root.folder, file).replaceAll(path.sep, "/") };
}

/**
 * The absolute path of a workspace-relative one. `undefined` when it is not relative or leads out of the
 * folder, as a damaged or hostile citation could.
 */
export function absolutePath(root: Root, relativePath: string): string | undefined {
  if (relativePath === "" || relativePath.includes("\0") || path.isAbsolute(relativePath)) {
    return undefined;
  }
  const file = path.join(root.folder, relativePath);
  return isInside(root.folder, file) && file !== root.folder ? file : undefined;
}
