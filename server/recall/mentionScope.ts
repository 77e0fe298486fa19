/** Where a question with mentions looks: which of the files and folders it names are in memory. */
import type { MentionTrace } from "../../protocol/mentions.ts";
import type { MemoryBank, OpenBank } from "../memory/memoryBank.ts";
import type { Candidates } from "./candidates.ts";
import type { NamedPath } from "../services.ts";
import { mentionTrace } from "./namedPaths.ts";

/** The part of one root that is searched. */
export interface RootScope {
  /** True for the files that are searched. */
  readonly holds: (path: string) => boolean;
  /** The files, at most `maxScopeFiles`: all are candidates, whatever their words. */
  readonly files: readonly string[];
}

/** Files of a scope that are candidates without a word of the question. */
const maxScopeFiles = 400;
/** Chunks found by words in all of the memory, of which those inside the scope are taken. */
export const maxScopedChunks = 5_000;
/** As many as a search without a scope goes on with. */
const maxKeptChunks = 300;

/** The scopes of all roots, with what is told of them. */
export interface MentionScope {
  readonly trace: MentionTrace;
  /** `undefined` where nothing that is named is: that root is not searched. */
  in(rootId: string): RootScope | undefined;
}

/**
 * Returns what the mentions limit the search to; `undefined` without mentions. When nothing that they name is in memory,
 * `trace.within` is empty, and everything is to be searched. `reading` runs a read of a bank and passes over one that is
 * closed or damaged.
 */
export async function mentionScope(
  mentions: readonly NamedPath[],
  banks: readonly OpenBank[],
  reading: (open: OpenBank, read: () => void) => Promise<void>,
): Promise<MentionScope | undefined> {
  if (mentions.length === 0) return undefined;
  const paths = [...new Set(mentions.map(({ path }) => path))];
  const found = new Set<string>();
  const scopes = new Map<string, RootScope>();
  for (const open of banks) {
    await reading(open, () => {
      const here = open.bank.reading(() =>
        paths.filter((path) => filesOf(open.bank, path, 1).length > 0),
      );
      here.forEach((path) => found.add(path));
      if (here.length > 0) scopes.set(open.root.id, scopeOf(open.bank, here));
    });
  }
  return {
    trace: mentionTrace(mentions, (path) => found.has(path)),
    in: (rootId) => scopes.get(rootId),
  };
}

/** Returns the candidates that lie inside a scope. */
export function candidatesWithin(
  { bank }: OpenBank,
  scope: RootScope,
  candidates: Candidates,
): Candidates {
  const chunks = candidates.chunks.filter(
    ({ chunkId }) => bank.blobOfChunk(chunkId)?.paths.some(scope.holds) === true,
  );
  return { ...candidates, chunks: chunks.slice(0, maxKeptChunks) };
}

function scopeOf(bank: MemoryBank, paths: readonly string[]): RootScope {
  const folders = paths.filter((path) => path.endsWith("/"));
  const files = new Set(paths.filter((path) => !path.endsWith("/")));
  const listed = bank.reading(() =>
    paths.flatMap((path) => filesOf(bank, path, maxScopeFiles)).slice(0, maxScopeFiles),
  );
  return {
    holds: (path) => files.has(path) || folders.some((folder) => path.startsWith(folder)),
    files: [...new Set(listed)],
  };
}

function filesOf(bank: MemoryBank, path: string, limit: number): string[] {
  if (path.endsWith("/")) return bank.filesInside(path, limit);
  return bank.blobOfPath(path) === undefined ? [] : [path];
}
