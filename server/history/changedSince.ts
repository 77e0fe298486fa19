/** What changed in meaning: which definitions came, went, or differ in signature, body or comment. */
import type {
  ChangedDefinition,
  ChangedFile,
  ChangedParams,
  ChangedResult,
  DefinitionChange,
} from "../../protocol/changed.ts";
import type { CommitInfo } from "../../protocol/history.ts";
import { runGit } from "../git/gitCommand.ts";
import { BlobReader } from "../git/blobReader.ts";
import { decode } from "../ingest/decoder.ts";
import { relativeTo } from "../ingest/rootPath.ts";
import { inspectContent } from "../ingest/skipRules.ts";
import type { SyntaxChunker } from "../ingest/syntax/syntaxChunker.ts";
import { filesChanged, plainDiff, type FileChanged } from "./commitLog.ts";
import {
  FileVersions,
  versionOf,
  type DefinitionVersion,
  type VersionCache,
} from "./definitionVersions.ts";
import { isVisible, type TreeRules } from "./recallAt.ts";
import { seenOf, type SeenDefinition, type SeenFile, type SeenStore } from "./seenStore.ts";
import { commitAt } from "./treeAt.ts";

export interface ChangedContext {
  readonly folder: string;
  readonly rules: TreeRules;
  readonly syntax: SyntaxChunker | undefined;
  readonly versions: VersionCache;
  readonly hashText: (text: string) => string;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

type Changed = Exclude<ChangedResult, { readonly kind: "failed" }>;

const timeoutMs = 60_000;
const maxListBytes = 64 * 1024 * 1024;

/** `undefined` when git cannot compare. Rejects with the signal's reason when cancelled, and with the store's errors. */
export async function changedSince(
  context: ChangedContext,
  seen: SeenStore,
  { since, limit }: Omit<ChangedParams, "rootId">,
): Promise<Changed | undefined> {
  if (since === "files") return changedSinceSeen(context, seen.files(), limit);
  const { folder, nowMs, signal } = context;
  if (since === "look") return changedSinceLook(context, seen, limit);
  const commit = await commitAt(folder, since.at, nowMs(), signal);
  return commit === undefined
    ? { kind: "unknownSince" }
    : changedSinceCommit(context, commit, limit);
}

/** Returns what is kept of a file that was looked at just now, `undefined` when it is none that is shown. */
export async function seenNow(
  context: ChangedContext,
  path: string,
): Promise<SeenFile | undefined> {
  const present = await presentOf(context, path);
  if (present === undefined) return undefined;
  const { text, definitions } = present;
  const { hashText, nowMs } = context;
  const kept = seenOf(definitions, hashText);
  return { path, seenMs: nowMs(), contentHash: hashText(text), definitions: kept };
}

async function changedSinceLook(
  context: ChangedContext,
  seen: SeenStore,
  limit: number,
): Promise<Changed | undefined> {
  const { folder, nowMs, signal } = context;
  const head = await commitAt(folder, "HEAD", nowMs(), signal);
  if (head === undefined) return { kind: "unknownSince" };
  const last = seen.look();
  const before =
    last === undefined ? undefined : await commitAt(folder, last.commit, nowMs(), signal);
  const changed =
    before === undefined
      ? { kind: "noLook" as const }
      : await changedSinceCommit(context, before, limit);
  // Only what was told counts as seen.
  if (changed !== undefined) seen.setLook({ commit: head.hash, lookedMs: nowMs() });
  return changed;
}

async function changedSinceSeen(
  context: ChangedContext,
  seen: readonly SeenFile[],
  limit: number,
): Promise<Changed> {
  if (seen.length === 0) return { kind: "noLook" };
  const files: ChangedFile[] = [];
  for (const { path, seenMs, contentHash, definitions } of seen) {
    context.signal.throwIfAborted();
    const present = await presentOf(context, path);
    if (present === undefined) {
      files.push({ path, change: "deleted", seenMs, definitions: [] });
    } else if (context.hashText(present.text) !== contentHash) {
      const changes = differences(definitions, present.definitions, context.hashText);
      files.push({ path, change: "changed", seenMs, definitions: changes });
    }
  }
  const told = tellingFirst(files).slice(0, limit);
  return { kind: "changed", files: told, nFiles: files.length, nKnown: seen.length };
}

async function changedSinceCommit(
  context: ChangedContext,
  commit: CommitInfo,
  limit: number,
): Promise<Changed | undefined> {
  const { folder, rules, syntax, versions, signal } = context;
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--relative", ...plainDiff];
  const output = await runGit(folder, [...args, commit.hash, "HEAD", "--", "."], {
    ...{ timeoutMs, maxOutputBytes: maxListBytes, signal },
  });
  if (output.kind !== "output") return undefined;
  const listed = filesChanged(output.text).filter(({ path }) => isVisible(path, folder, rules));
  const blobs = new BlobReader(folder, rules.maxFileBytes);
  try {
    const reader = new FileVersions(blobs, syntax, versions);
    const files: ChangedFile[] = [];
    for (const file of listed.slice(0, limit)) {
      signal.throwIfAborted();
      files.push(await changedFile(context, reader, file));
    }
    const nFiles = listed.length;
    return { kind: "changed", commit, files: tellingFirst(files), nFiles, nKnown: nFiles };
  } finally {
    blobs.close();
  }
}

/** Files of which more can be said than that they changed come first. */
function tellingFirst(files: readonly ChangedFile[]): ChangedFile[] {
  const tells = ({ definitions }: ChangedFile): boolean => definitions.length > 0;
  return [...files.filter(tells), ...files.filter((file) => !tells(file))];
}

async function changedFile(
  context: ChangedContext,
  reader: FileVersions,
  { path, oldPath, oldBlob, status }: FileChanged,
): Promise<ChangedFile> {
  const before = await reader.of(oldBlob, oldPath ?? path);
  const present = status === "D" ? undefined : await presentOf(context, path);
  const kept = seenOf(before?.definitions ?? [], context.hashText);
  const definitions = differences(kept, present?.definitions ?? [], context.hashText);
  const change =
    status === "A" || status === "C"
      ? "added"
      : status === "D"
        ? "deleted"
        : status === "R"
          ? "renamed"
          : "changed";
  return {
    path,
    change,
    ...(change === "renamed" && oldPath !== undefined ? { oldPath } : {}),
    definitions,
  };
}

/** A file of today as it is on disk, by the rules of today. */
async function presentOf(
  { folder, rules, syntax }: ChangedContext,
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

/** Definitions of the same name in the same place are compared in order. */
function differences(
  before: readonly SeenDefinition[],
  after: readonly DefinitionVersion[],
  hashText: (text: string) => string,
): ChangedDefinition[] {
  const keyOf = ({ name, container }: { name: string; container: string }): string =>
    `${container}\0${name}`;
  const waiting = Map.groupBy(before, keyOf);
  const now = seenOf(after, hashText);
  const changes: ChangedDefinition[] = [];
  for (const [idx, definition] of after.entries()) {
    const { name, container, kind, startLine, endLine } = definition;
    const was = waiting.get(keyOf(definition))?.shift();
    const change = was === undefined ? "added" : changeOf(was, now[idx] as SeenDefinition);
    if (change !== undefined)
      changes.push({ name, container, kind, change, lines: { startLine, endLine } });
  }
  for (const { name, container, kind } of [...waiting.values()].flat())
    changes.push({ name, container, kind, change: "removed" });
  return withoutHolders(changes);
}

function changeOf(before: SeenDefinition, after: SeenDefinition): DefinitionChange | undefined {
  return (["signature", "body", "comment"] as const).find((part) => before[part] !== after[part]);
}

/**
 * A class whose method changed has another body: the method says it better. Of one that came or went, what is in it
 * came or went with it.
 */
function withoutHolders(changes: readonly ChangedDefinition[]): ChangedDefinition[] {
  const inner = new Set(changes.map(({ container }) => container));
  const whole = new Set(
    changes
      .filter(({ change }) => change === "added" || change === "removed")
      .map(({ name, container, change }) => `${change} ${pathOf(name, container)}`),
  );
  return changes.filter(
    ({ name, container, change }) =>
      !(change === "body" && inner.has(pathOf(name, container))) &&
      !whole.has(`${change} ${container}`),
  );
}

function pathOf(name: string, container: string): string {
  return container === "" ? name : `${container}.${name}`;
}
