/** What `@` names in a question: a file, a folder or a definition, and how each is written there. */
import type { SymbolKind } from "./types.ts";

/** What can be named. */
export const mentionKinds = ["file", "folder", "symbol"] as const;
export type MentionKind = (typeof mentionKinds)[number];

export interface SuggestParams {
  /** What was typed behind the `@`; empty for what is open and was used last. */
  readonly prefix: string;
  /** All kinds when absent. */
  readonly kinds?: readonly MentionKind[];
  readonly limit: number;
}

/** Something that a question can name. */
export interface Suggestion {
  readonly kind: MentionKind;
  readonly rootId: string;
  /** Of a definition: the file that holds it. A folder's has no `/` at its end. */
  readonly path: string;
  /** Of a definition: its name, with what it stands in joined by dots. */
  readonly name?: string;
  readonly symbolKind?: SymbolKind;
  /** True for files of open editors. */
  readonly isOpen?: boolean;
}

export interface SuggestResult {
  /** Best first. */
  readonly suggestions: readonly Suggestion[];
}

/** What the mentions of a question did to its recall. */
export interface MentionTrace {
  /** Files, and folders with `/` at their end, that are in memory: only they were searched. */
  readonly within: readonly string[];
  /** Paths that no memory holds; without one that is held everything was searched. */
  readonly missing: readonly string[];
}

/**
 * Returns how a question names something: `@src/a.ts`, `@src/net/`, `@symbol Pool.load`. A path that holds blanks or
 * marks of prose is quoted; one without an ending gets `./`, so that it cannot be taken for a word.
 */
export function mentionText({ kind, path, name }: Suggestion): string {
  if (kind === "symbol") return `@symbol ${name ?? ""}`;
  return pathMention(kind === "folder" ? `${path}/` : path);
}

/** Returns how a question names a path; a folder's ends in `/`. */
export function pathMention(path: string): string {
  const told = hasEnding.test(path) ? path : `./${path}`;
  return plainPath.test(path) ? `@${told}` : `@"${told}"`;
}

const plainPath = /^[\p{L}\p{N}_+$~/@[\]-][\p{L}\p{N}_.+$~/@[\]-]*$/u;
const hasEnding = /\/$|[^/]\.[A-Za-z]\w{0,7}$/;
