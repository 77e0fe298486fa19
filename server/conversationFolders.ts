/**
 * Where the conversations about a folder are: with the notes of its repository, so that clones, working trees and moved
 * folders have the same ones; a folder that git does not know is told by its path.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Root } from "../protocol/types.ts";
import { repositoryIdentity, workFolderOf } from "./identity/repositoryIdentity.ts";
import { withMemoryErrors } from "./memory/database.ts";
import type { ConversationStore } from "./services.ts";

export interface ConversationPlaces {
  /** Of the memory of the folder, where an older Lore kept them by the folder's path. */
  readonly storeDir: string;
  /** Where the memory of the work is, which several stores may share. */
  readonly workDir: string;
  /** The first folder of the workspace: they belong to it also when folders are added. */
  readonly root: Root | undefined;
  readonly open: (folder: string) => { readonly store: ConversationStore };
}

const fileName = "conversations.sqlite";

/**
 * Returns the folder of the conversations. Those that are kept by the folder's path, by an older Lore or from before git
 * knew a commit of it, move there. Errors: those of opening and writing a store.
 */
export async function conversationFolderOf(places: ConversationPlaces): Promise<string> {
  const { storeDir, workDir, root, open } = places;
  const old = path.join(storeDir, "conversations", root?.id ?? "none");
  if (root === undefined) return old;
  const identity = await repositoryIdentity(root.folder);
  const folder = workFolderOf(workDir, identity);
  const byPath = path.join(workDir, "work", identity.ids.at(-1) as string);
  for (const from of new Set([old, byPath])) if (from !== folder) await move(from, folder, open);
  return folder;
}

/** True when conversations are in a folder. */
export function hasConversations(folder: string): boolean {
  return existsSync(path.join(folder, fileName));
}

/** Those of the same ids stay. A process that dies in between leaves both, and the next one begins anew. */
async function move(from: string, to: string, open: ConversationPlaces["open"]): Promise<void> {
  if (!hasConversations(from)) return;
  const { store: older } = open(from);
  try {
    const { store } = open(to);
    try {
      // One after the other, because all of them may be large.
      for (const conversation of older.kept()) await store.addKept([conversation], setImmediate);
    } finally {
      store.close();
    }
  } finally {
    older.close();
  }
  withMemoryErrors(() => {
    for (const suffix of ["", "-wal", "-shm"])
      rmSync(path.join(from, fileName) + suffix, { force: true });
    // What was moved aside because it was damaged stays.
    if (existsSync(from) && readdirSync(from).length === 0) rmdirSync(from);
  });
}
