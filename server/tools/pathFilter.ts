/** The part of the open folders that a tool's input limits it to, and what to say where there is none. */
import type { Root } from "../../protocol/types.ts";
import { code, listed, shortened } from "../answer/markdown.ts";
import { matchesGlobs } from "../recall/pathGlobs.ts";
import type { ToolPorts } from "./tool.ts";

/** What the `paths` of an input come to. */
export interface PathFilter {
  /** The globs to search by; `undefined` when everything is searched. */
  readonly globs: readonly string[] | undefined;
  /** What no file in memory matches, as it stands in a sentence; `undefined` when each is matched. */
  readonly unmatched: string | undefined;
  /** True when no file in memory is left to search. */
  readonly isEmpty: boolean;
}

const maxNamed = 5;
const maxNameLength = 100;

/** Returns what globs come to in the roots' memories. One that matches a folder stands for what lies below it too. */
export function pathFilter(
  paths: readonly string[] = [],
  roots: readonly Root[],
  ports: ToolPorts,
): PathFilter {
  if (paths.length === 0) return { globs: undefined, unmatched: undefined, isEmpty: false };
  const known = roots.flatMap(({ id }) => ports.pathsOf(id));
  const unmatched = paths.filter((each) => !known.some(matchesGlobs(withBelow(each))));
  const more = unmatched.length - maxNamed;
  const named = unmatched
    .slice(0, maxNamed)
    .map((each) => code(shortened(each, maxNameLength)))
    .concat(more > 0 ? [`${more} more`] : []);
  return {
    globs: paths.flatMap(withBelow),
    unmatched: named.length === 0 ? undefined : listed(named, "or"),
    isEmpty: unmatched.length === paths.length,
  };
}

/** Returns whether a file in memory is at a path or below it. */
export function holdsPath(inside: string, roots: readonly Root[], ports: ToolPorts): boolean {
  return roots.some(({ id }) =>
    ports
      .pathsOf(id)
      .some((path) => inside === "" || path === inside || path.startsWith(`${inside}/`)),
  );
}

function withBelow(glob: string): string[] {
  return [glob, `${glob.replace(/\/+$/, "")}/**`];
}
