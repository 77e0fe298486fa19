/** Finds out what was edited in files that changed on the disk, and writes it down. */
import { BlobReader } from "../git/blobReader.ts";
import type { ChangedContext } from "./changedSince.ts";
import { differences } from "./definitionChanges.ts";
import { FileVersions } from "./definitionVersions.ts";
import type { EditLog } from "./editLog.ts";
import { presentOf } from "./presentFile.ts";
import { isVisible } from "./recallAt.ts";
import { seenOf, type SeenFile } from "./seenStore.ts";
import { commitAt, filesAt } from "./treeAt.ts";

/** More files at once are no work of hands but of git or a program; the commits tell of it. */
const maxFiles = 50;

/**
 * Writes down the edits of files, by their paths in the root. A file that is as it was committed was not edited but checked
 * out, put back, or committed after an edit that is known. Rejects with the signal's reason when cancelled, and with the
 * store's errors.
 */
export async function noteEdits(
  context: ChangedContext,
  log: EditLog,
  paths: readonly string[],
): Promise<void> {
  if (paths.length > maxFiles) {
    for (const path of paths) log.unlearn(path);
    return;
  }
  for (const path of paths) {
    context.signal.throwIfAborted();
    if (isVisible(path, context.folder, context.rules)) await noteEdit(context, log, path);
  }
}

async function noteEdit(context: ChangedContext, log: EditLog, path: string): Promise<void> {
  const { folder, rules, hashText, nowMs } = context;
  const committed = await committedFile(context, path);
  const known = log.known(path) ?? committed;
  const present = await presentOf(context, path);
  const atMs = nowMs();
  if (present === undefined) {
    const isGone = rules.files.stat(`${folder}/${path}`, false) === undefined;
    log.unlearn(path);
    if (!isGone || known === undefined) return;
    const definitions = differences(known.definitions, [], hashText);
    log.add({ path, firstMs: atMs, lastMs: atMs, change: "deleted", definitions });
    return;
  }
  const contentHash = hashText(present.text);
  if (known?.contentHash === contentHash) return;
  const definitions = seenOf(present.definitions, hashText);
  log.setKnown({ path, seenMs: atMs, contentHash, definitions });
  if (committed?.contentHash === contentHash) return;
  log.add({
    ...{ path, firstMs: atMs, lastMs: atMs, change: known === undefined ? "created" : "changed" },
    definitions: differences(known?.definitions ?? [], present.definitions, hashText),
  });
}

/** The file as it was committed last; `undefined` when it was not, or there is no repository. */
async function committedFile(
  { folder, rules, syntax, versions, hashText, nowMs, signal }: ChangedContext,
  path: string,
): Promise<SeenFile | undefined> {
  const head = await commitAt(folder, "HEAD", nowMs(), signal);
  const tree = head && (await filesAt(folder, head.hash, signal, path));
  const blob = tree?.find((file) => file.path === path)?.blob;
  if (head === undefined || blob === undefined) return undefined;
  const blobs = new BlobReader(folder, rules.maxFileBytes);
  try {
    const version = await new FileVersions(blobs, syntax, versions).of(blob, path);
    if (version === undefined) return undefined;
    const definitions = seenOf(version.definitions, hashText);
    return { path, seenMs: head.authoredMs, contentHash: hashText(version.text), definitions };
  } finally {
    blobs.close();
  }
}
