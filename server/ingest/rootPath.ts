/** Paths of a root: absolute as the editor names them, relative with `/` as the memory does. */
import path from "node:path";

/** Returns a path relative to a folder, `""` for the folder itself, `undefined` for a path that is not in it. */
export function relativeTo(folder: string, absolute: string): string | undefined {
  const relative = path.relative(folder, absolute);
  if (relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
    return undefined;
  return path.sep === "/" ? relative : relative.replaceAll(path.sep, "/");
}
