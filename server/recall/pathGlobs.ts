/** The globs that a caller limits a search to. */
import { Globs } from "../ingest/globs.ts";

/** Returns what is true for the paths, relative to their root, that one of the globs matches. */
export function matchesGlobs(globs: readonly string[]): (path: string) => boolean {
  const compiled = new Globs(globs, false);
  return (path) => compiled.match(path, path.slice(path.lastIndexOf("/") + 1)) !== undefined;
}
