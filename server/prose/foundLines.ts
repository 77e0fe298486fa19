/** Lines of files that the result of a tool names. */
import type { Root } from "../../protocol/types.ts";
import { readSourceFile, type SourceFile } from "../recall/sourceFile.ts";
import type { SourceReader } from "../services.ts";

/** Whole lines, counted from zero, both included. */
export interface FoundLines {
  readonly file: SourceFile;
  readonly firstLine: number;
  readonly lastLine: number;
}

/** What the lines are read with. */
export interface FoundPorts {
  readonly source: SourceReader;
  readonly roots: () => readonly Root[];
}

/** Lines around a use that say what it is a part of. */
const nAround = 3;

/**
 * Returns the places of a tool's result in its order, those of other roots than `rootIds` and those of files that are gone
 * left out. Of a use the lines around it are meant, and not all of the definition that holds it.
 */
export function foundLines(
  structured: Readonly<Record<string, unknown>>,
  rootIds: readonly string[] | undefined,
  ports: FoundPorts,
): FoundLines[] {
  const { places, usages, path } = structured;
  const named = [places, usages, typeof path === "string" ? [structured] : []];
  return named
    .flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []))
    .flatMap((place) => linesOf(place as NamedLines, rootIds, ports) ?? []);
}

/** A place as the tools of this server give it, see `server/tools`. Lines count from one. */
interface NamedLines {
  readonly path: string;
  /** Only where several folders are open. */
  readonly folder?: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly lines?: readonly { readonly line: number }[];
}

function linesOf(
  { path, folder, startLine, endLine, lines = [] }: NamedLines,
  rootIds: readonly string[] | undefined,
  { source, roots }: FoundPorts,
): FoundLines | undefined {
  const root = roots().find(({ name }) => folder === undefined || name === folder);
  if (root === undefined || rootIds?.includes(root.id) === false) return undefined;
  const file = readSourceFile(source, root.id, path);
  if (file === undefined) return undefined;
  const used = lines.map(({ line }) => line);
  const first = used.length === 0 ? startLine : Math.max(startLine, Math.min(...used) - nAround);
  const last = used.length === 0 ? endLine : Math.min(endLine, Math.max(...used) + nAround);
  return { file, firstLine: first - 1, lastLine: Math.min(last, file.nLines) - 1 };
}
