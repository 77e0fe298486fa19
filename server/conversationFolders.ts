/**
 * Where the conversations about a folder are: with the notes of its repository, so that clones, working trees and moved
 * folders have the same ones; a folder that git does not know is told by its path.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import path from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import type { Root } from "../protocol/types.ts";
import { repositoryIdentity, workFolderOf } from "./identity/repositoryIdentity.ts";
import type { LeavingConversations, OpenedConversations } from "./memory/conversationStore.ts";
import { withMemoryErrors } from "./memory/database.ts";
import { acquireStoreLock, type StoreLock } from "./memory/storeLock.ts";

export interface ConversationPlaces {
  /** Of the memory of the folder, where an older Lore kept them by the folder's path. */
  readonly storeDir: string;
  /** Where the memory of the work is, which several stores may share. */
  readonly workDir: string;
  /** The first folder of the workspace: they belong to it also when folders are added. */
  readonly root: Root | undefined;
  readonly open: (folder: string) => OpenedConversations;
  readonly openLeaving: (folder: string) => LeavingConversations;
}

const fileName = "conversations.sqlite";
const lockName = "moving.lock";
const lookMs = 25;
/** A window that moves thousands of answers takes some seconds. */
const maxWaitMs = 10_000;

/**
 * Returns the folder of the conversations. Those that are kept by the folder's path, by an older Lore or from before git
 * knew a commit of it, move there; while another window has them open they are used where they are. Errors: those of opening and writing a store.
 */
export async function conversationFolderOf(places: ConversationPlaces): Promise<string> {
  const { storeDir, workDir, root } = places;
  const old = path.join(storeDir, "conversations", root?.id ?? "none");
  if (root === undefined) return old;
  const identity = await repositoryIdentity(root.folder);
  const folder = workFolderOf(workDir, identity);
  const byPath = path.join(workDir, "work", identity.ids.at(-1) as string);
  for (const from of new Set([old, byPath]))
    if (from !== folder && !(await move(from, folder, places))) return from;
  return folder;
}

/** True when conversations are in a folder. */
export function hasConversations(folder: string): boolean {
  return existsSync(path.join(folder, fileName));
}

/**
 * Returns false while another window has them open, as one of an older Lore may: it would go on writing to a file that is
 * deleted. Those of the same ids stay. Those of a newer Lore stay where they are. A process that dies in between leaves
 * both, and the next one begins anew.
 */
async function move(from: string, to: string, places: ConversationPlaces): Promise<boolean> {
  if (!hasConversations(from)) return true;
  const lockFile = path.join(from, lockName);
  const lock = await movingLock(from, lockFile);
  // Another window is still at it, and what it moves is seen when it is there.
  if (lock === undefined) return true;
  let isMoved: boolean | undefined;
  try {
    isMoved = hasConversations(from) ? await moveAlone(from, to, places) : undefined;
  } finally {
    lock.release();
  }
  if (isMoved === true) withMemoryErrors(() => removeEmpty(from));
  return isMoved !== false;
}

/** Returns true when nothing is left to move, false when it cannot be moved now, `undefined` when it is not to be moved. */
async function moveAlone(
  from: string,
  to: string,
  { open, openLeaving }: ConversationPlaces,
): Promise<boolean | undefined> {
  const leaving = openLeaving(from);
  if (leaving.kind === "inUse") return false;
  if (leaving.kind === "newer") return undefined;
  if (leaving.kind === "left") return true;
  const { store: older, remove } = leaving;
  try {
    const { store, notice } = open(to);
    try {
      // A newer Lore would not find them.
      if (notice?.kind === "conversationsNewer") return undefined;
      // One after the other, because all of them may be large.
      for (const conversation of older.kept()) await store.addKept([conversation], setImmediate);
    } finally {
      store.close();
    }
    remove();
    return true;
  } finally {
    older.close();
  }
}

/** Only one window moves; the others wait for it, but not for ever. */
async function movingLock(from: string, lockFile: string): Promise<StoreLock | undefined> {
  for (let waitedMs = 0; waitedMs < maxWaitMs && hasConversations(from); waitedMs += lookMs) {
    const lock = acquireStoreLock(lockFile);
    if (lock !== undefined) return lock;
    await setTimeout(lookMs);
  }
  return undefined;
}

/** What was moved aside because it was damaged stays. */
function removeEmpty(folder: string): void {
  rmSync(path.join(folder, lockName), { force: true });
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
