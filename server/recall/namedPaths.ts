/** Which paths the files and folders mean that a question names. */
import type { MentionTrace } from "../../protocol/mentions.ts";
import type { NamedPath } from "../services.ts";

/** Returns which of the mentions are there, each once; what may be something else than a path is not missed. */
export function mentionTrace(
  mentions: readonly NamedPath[],
  isThere: (path: string) => boolean,
): MentionTrace {
  const isSure = new Set(mentions.flatMap(({ path, isSure: sure }) => (sure ? [path] : [])));
  const paths = [...new Set(mentions.map(({ path }) => path))];
  return {
    within: paths.filter(isThere),
    missing: paths.filter((path) => !isThere(path) && isSure.has(path)),
  };
}

/** True for a path that one of some files and folders is or holds; a folder's path ends in `/`. */
export function isWithin(path: string, within: readonly string[]): boolean {
  return within.some((named) => (named.endsWith("/") ? path.startsWith(named) : path === named));
}

/** As `isWithin`, where a file may be named by the end of its path. */
export function isNamed(path: string, named: readonly string[]): boolean {
  return isWithin(path, named) || named.some((end) => path.endsWith(`/${end}`));
}

/** Returns a path without `./` at its beginning, as the paths of a memory are. */
export function mentionedPath(path: string): string {
  return path.replace(/^(?:\.\/+)+/, "");
}
