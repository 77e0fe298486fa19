/** Names that a question asks for, and how well a definition fits the qualifier before a name. */
import type { ParsedQuestion } from "./question.ts";

/** `spawn` of `tokio::task::spawn`, with `tokio` and `task` as its qualifier. */
export interface WantedName {
  readonly name: string;
  /** Outermost first; empty for a plain name. */
  readonly qualifier: readonly string[];
  /** `tokio::task::spawn`, as it was asked. */
  readonly asked: string;
}

const maxNames = 12;
/** They say that a name belongs to the object at hand, not where it is defined. */
const selves = new Set(["self", "this", "cls", "super", "Self", "crate"]);
/** File names that stand for their folder. */
const folderFiles = new Set(["mod", "index", "__init__", "lib", "main"]);

/** Returns the names a question spells out, each with its qualifier, in order and each once. */
export function wantedNames(question: ParsedQuestion): WantedName[] {
  const folders = foldersNamed(question);
  const wanted = new Map<string, WantedName>();
  const add = (asked: string): void => {
    const parts = asked.split(/[^\p{L}\p{N}_$]+/u).filter((part) => part !== "");
    const name = parts.pop();
    if (name === undefined || wanted.size >= maxNames || wanted.has(asked)) return;
    const qualifier = parts.filter((part) => !selves.has(part));
    wanted.set(asked, { name, qualifier: qualifier.length > 0 ? qualifier : folders, asked });
  };
  for (const identifier of question.identifiers) add(identifier);
  for (const name of question.possibleNames) add(name);
  const [only, ...more] = question.words;
  const isName = only !== undefined && /^[\p{L}\p{N}_$]+$/u.test(only);
  if (wanted.size === 0 && isName && more.length === 0) add(only);
  return [...wanted.values()];
}

/** The first folder that stands beside the names: `createServer in vite/node/server`. */
function foldersNamed(question: ParsedQuestion): readonly string[] {
  const mentioned = [
    ...question.paths.map(({ path }) => path).filter((path) => !/\.\w{1,8}$/.test(path)),
    ...(question.scope.folders ?? []),
    ...(slashed.exec(question.raw.slice(0, maxLooked)) ?? []),
  ];
  return mentioned[0]?.split("/").filter((part) => part !== "" && !/^\.+$/.test(part)) ?? [];
}
const slashed = /(?<![\w./:@-])[A-Za-z@][\w.-]{0,60}(?:\/[A-Za-z][\w-]{0,60}){2,10}(?![\w./-])/;
const maxLooked = 2_000;

/**
 * Returns how well a definition lies where a qualifier says: 1 when the qualifier names what it is directly in,
 * less with every definition or folder between, 0 when the nearest part of the qualifier is not around it.
 */
export function qualifierFit(
  qualifier: readonly string[],
  name: string,
  path: string,
  containers: readonly string[],
): number {
  if (qualifier.length === 0) return 0;
  const around = [...modulesOf(path, name), ...containers];
  let at = around.length - 1;
  let nMatched = 0;
  let likeness = 1;
  let nearest = -1;
  for (let q = qualifier.length - 1; q >= 0; q--) {
    let found = at;
    while (found >= 0 && alike(around[found] as string, qualifier[q] as string) === 0) found--;
    if (found < 0) {
      if (q === qualifier.length - 1) return 0;
      continue;
    }
    if (nearest < 0) nearest = found;
    likeness = Math.min(likeness, alike(around[found] as string, qualifier[q] as string));
    nMatched++;
    at = found - 1;
  }
  const firstContainer = around.length - containers.length;
  const containersBetween = around.length - Math.max(nearest + 1, firstContainer);
  const foldersBetween = Math.max(0, firstContainer - 1 - nearest);
  const distance = Math.min(0.8, 0.4 * containersBetween + 0.05 * foldersBetween);
  return (nMatched / qualifier.length) * likeness * (1 - distance);
}

/** The modules that a definition is in; a file with its own name is none. */
function modulesOf(path: string, name: string): string[] {
  const parts = foldersAndFile(path);
  return parts.at(-1) === name ? parts.slice(0, -1) : parts;
}

/** Returns a path's folders and its file name without ending; `mod.rs` and its like stand for their folder. */
export function foldersAndFile(path: string): string[] {
  const parts = path.split("/");
  const file = (parts.pop() as string).replace(/\..*$/, "");
  return folderFiles.has(file) ? parts : [...parts, file];
}

function alike(around: string, wanted: string): number {
  if (around === wanted) return 1;
  const left = around.replace(/[_-]/g, "").toLowerCase();
  return left !== "" && left === wanted.replace(/[_-]/g, "").toLowerCase() ? 0.9 : 0;
}
