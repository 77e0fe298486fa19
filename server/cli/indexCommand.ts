import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { MemoryError } from "../../protocol/errors.ts";
import { forgetRoot } from "../bank/forgetRoot.ts";
import { forgetHistoryOf } from "../history/rootHistory.ts";
import { acquireStoreLock } from "../memory/storeLock.ts";
import { shareNotes } from "../noteFolders.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import {
  CliError,
  filesOf,
  hasStore,
  nameDeletedFolder,
  nameFolder,
  openFolder,
  type NamedFolder,
  type OpenFolder,
  type Surroundings,
} from "./openFolder.ts";
import type { Command } from "./command.ts";
import { formatMs, formatNouns } from "./numbers.ts";
import { keptConversations } from "./keptConversations.ts";
import { recordStore } from "./storeList.ts";
import { emptyLines, statusJson, stoppedSentence, summaryLines } from "./statusText.ts";
import { safeLine, type Terminal } from "./terminal.ts";
import { waitFor } from "./waiting.ts";

/** `lore index`: remembers the folder and says what became of its files. */
export async function indexFolder(
  command: Extract<Command, { kind: "index" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  const named = nameFolder(command.folder, command, around);
  const folder = await openFolder(named, command, around);
  try {
    const { clock } = folder.services;
    const startedMs = clock.elapsedMs();
    recordStore(named);
    await waitFor(folder, command.refine ? "exact" : "searchable", around);
    const elapsedMs = clock.elapsedMs() - startedMs;
    const status = folder.status();
    const stopped = stoppedSentence(status, named.storeDir);
    if (stopped !== undefined) throw new CliError(stopped, "storeUnavailable");
    if (command.json) {
      terminal.json({ ...statusJson(status, named.storeDir), elapsedMs: Math.round(elapsedMs) });
      return status.remembered === 0 ? exitCodes.nothing : exitCodes.ok;
    }
    if (status.remembered === 0) {
      for (const line of emptyLines(status, terminal)) terminal.line(line);
      return exitCodes.nothing;
    }
    for (const line of summaryLines(status, terminal)) terminal.line(line);
    terminal.line(terminal.style("quiet", `Done in ${formatMs(elapsedMs)}.`));
    return exitCodes.ok;
  } finally {
    await folder.close();
  }
}

/** `lore forget`: deletes the memory of the folder, whether the folder is still there or not. */
export async function forgetFolder(
  command: Extract<Command, { kind: "forget" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  const deleted = nameDeletedFolder(command.folder, command, around);
  const named = deleted ?? nameFolder(command.folder, command, around);
  const { folder } = named.root;
  const exists = hasStore(named);
  if (deleted !== undefined && command.withNotes) throw unknownRepository(deleted);
  let kept: Kept | undefined = { nNotes: 0, nConversations: 0 };
  if (deleted !== undefined) await removeFiles(deleted);
  else if (exists) {
    const opened = await openFolder(named, command, around);
    try {
      kept = await keptBeside(opened, command.withNotes);
      await opened.services.memory.forget(named.root.id);
    } finally {
      await opened.close();
    }
  }
  if (exists) shareNotes(named.storeDir, named.notesDir);
  // A folder that the user named may hold other things; Lore's own holds nothing else.
  if (exists && named.inDefaultPlace) rmSync(named.storeDir, { recursive: true, force: true });
  else if (exists)
    // What an older Lore kept there was moved to where the repository's other folders find it.
    rmSync(path.join(named.storeDir, "conversations", named.root.id), {
      recursive: true,
      force: true,
    });
  if (command.json) terminal.json({ folder, forgotten: exists });
  else if (exists) {
    terminal.line(`Lore has forgotten ${safeLine(folder)}.`);
    for (const line of keptLines(kept, command.withNotes)) terminal.line(line);
  } else terminal.line(`Lore has no memory of ${safeLine(folder)}.`);
  return exists ? exitCodes.ok : exitCodes.nothing;
}

/** What a repository's folders share, and a memory that is forgotten leaves. */
interface Kept {
  readonly nNotes: number;
  readonly nConversations: number;
}

/**
 * Forgets notes and conversations, or counts those that stay; `undefined` when they cannot be counted: on a full disk they
 * cannot be opened, and forgetting is what makes room. Errors: those of the stores when they are to be forgotten.
 */
async function keptBeside(opened: OpenFolder, forget: boolean): Promise<Kept | undefined> {
  try {
    const nConversations = await conversationsOf(opened, forget);
    return { nConversations, nNotes: await notesOf(opened, forget) };
  } catch (error) {
    if (forget || !(error instanceof MemoryError)) throw error;
    return undefined;
  }
}

function keptLines(kept: Kept | undefined, withNotes: boolean): string[] {
  if (kept === undefined)
    return ["Notes and conversations of its repository, if there are any, are kept."];
  const counted = [
    [kept.nNotes, "note"],
    [kept.nConversations, "conversation"],
  ] as const;
  return counted
    .filter(([n]) => n > 0)
    .map(([n, noun]) =>
      withNotes
        ? `${formatNouns(n, noun)} forgotten as well.`
        : `${formatNouns(n, noun)} of its repository ${n === 1 ? "is" : "are"} kept; --notes forgets them as well.`,
    );
}

/** Returns how many notes the folder's repository has, or had when they are to be forgotten. */
async function notesOf({ services, notesDir }: OpenFolder, forget: boolean): Promise<number> {
  if (!existsSync(path.join(notesDir, "work"))) return 0;
  const { notes } = services;
  if (!forget) return (await notes.list({ all: true })).length;
  return (await notes.forgetNotes({ all: true })).nForgotten;
}

/** As `notesOf`, for the conversations. */
async function conversationsOf(folder: OpenFolder, forget: boolean): Promise<number> {
  const store = await keptConversations(folder);
  if (store === undefined) return 0;
  try {
    const all = store.list().filter(({ nTurns }) => nTurns > 0);
    if (forget) store.forgetTurns((turns) => new Set(turns.map(({ id }) => id)));
    return all.length;
  } finally {
    store.close();
  }
}

/** A memory is opened with its folder; without one, its files are deleted unless another process works with them. */
async function removeFiles(deleted: NamedFolder): Promise<void> {
  const files = filesOf(deleted);
  const lock = acquireStoreLock(path.join(files, "owner.lock"));
  if (lock === undefined) throw openElsewhere(deleted);
  lock.release();
  try {
    await forgetRoot(deleted.storeDir, deleted.root.id, undefined, () =>
      rmSync(files, { recursive: true, force: true }),
    );
    forgetHistoryOf(deleted.storeDir, deleted.root.folder);
  } catch (error) {
    if (error instanceof MemoryError && error.errorName === "ownedElsewhere")
      throw openElsewhere(deleted);
    throw error;
  }
}

function unknownRepository({ root }: NamedFolder): CliError {
  return new CliError(
    `${root.folder} is gone, so that Lore cannot tell which repository's notes are meant. Nothing was changed; leave --notes out, or forget them in another working tree.`,
  );
}

function openElsewhere({ root }: NamedFolder): CliError {
  return new CliError(
    `Another Lore has the memory of ${root.folder} open. Close it and run the command again.`,
  );
}
