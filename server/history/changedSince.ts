/** What changed in meaning: which definitions came, went, or differ in signature, body or comment. */
import type { ChangedFile, ChangedParams, ChangedResult } from "../../protocol/changed.ts";
import type { CommitInfo } from "../../protocol/history.ts";
import { runGit } from "../git/gitCommand.ts";
import { BlobReader } from "../git/blobReader.ts";
import { filesChanged, plainDiff, type FileChanged } from "./commitLog.ts";
import { differences } from "./definitionChanges.ts";
import { FileVersions, type VersionCache } from "./definitionVersions.ts";
import { presentOf, type PresentContext } from "./presentFile.ts";
import { isVisible } from "./recallAt.ts";
import { seenOf, type SeenFile, type SeenStore } from "./seenStore.ts";
import { commitAt } from "./treeAt.ts";

export interface ChangedContext extends PresentContext {
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
