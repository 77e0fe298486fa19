/** Files of today as they are on the disk, by the rules of today. */
import { decode } from "../ingest/decoder.ts";
import { relativeTo } from "../ingest/rootPath.ts";
import { inspectContent } from "../ingest/skipRules.ts";
import type { SyntaxChunker } from "../ingest/syntax/syntaxChunker.ts";
import { versionOf, type DefinitionVersion } from "./definitionVersions.ts";
import { isVisible, type TreeRules } from "./recallAt.ts";

/** Whose files are read, and how. */
export interface PresentContext {
  readonly folder: string;
  readonly rules: TreeRules;
  readonly syntax: SyntaxChunker | undefined;
}

/** Returns a file's text and definitions; `undefined` when it is gone, hidden, no text, or leads out of the folder. */
export async function presentOf(
  { folder, rules, syntax }: PresentContext,
  path: string,
): Promise<
  { readonly text: string; readonly definitions: readonly DefinitionVersion[] } | undefined
> {
  if (!isVisible(path, folder, rules) || !liesInside(path, folder, rules)) return undefined;
  const read = rules.files.readFile(`${folder}/${path}`, rules.maxFileBytes);
  if (read.kind !== "read" || inspectContent(read.bytes, path) !== undefined) return undefined;
  const decoded = decode(read.bytes);
  return decoded.kind === "text" ? versionOf(decoded.text, path, syntax) : undefined;
}

/** False for a link, and for what lies behind one that leads out of the folder. */
function liesInside(path: string, folder: string, { files }: TreeRules): boolean {
  const absolute = `${folder}/${path}`;
  if (files.stat(absolute, false)?.kind !== "file") return false;
  const top = files.realPath(folder);
  const real = files.realPath(absolute);
  return top !== undefined && real !== undefined && relativeTo(top, real) !== undefined;
}
