import { existsSync } from "node:fs";
import path from "node:path";
import { hasConversations } from "../conversationFolders.ts";
import type { ConversationStore } from "../workServices.ts";
import type { NamedFolder, OpenFolder } from "./openFolder.ts";

/**
 * Opens the conversations about a folder, which are held in the editor; `undefined` when there are none, and none are
 * made. Errors: those of the store.
 */
export async function keptConversations({
  services,
  storeDir,
  notesDir,
  root,
}: NamedFolder & Pick<OpenFolder, "services">): Promise<ConversationStore | undefined> {
  const isEmpty = [storeDir, notesDir].every((dir) =>
    ["work", "conversations"].every((name) => !existsSync(path.join(dir, name))),
  );
  if (isEmpty) return undefined;
  const folder = await services.conversationFolder(storeDir, [root]);
  return hasConversations(folder) ? services.openConversations(folder).store : undefined;
}

/**
 * Does something with the conversations about a folder and closes them; returns `undefined` where there are none. Errors:
 * those of the store and of what is done.
 */
export async function withKeptConversations<R>(
  folder: Parameters<typeof keptConversations>[0],
  act: (conversations: ConversationStore) => R | Promise<R>,
): Promise<R | undefined> {
  const conversations = await keptConversations(folder);
  if (conversations === undefined) return undefined;
  try {
    return await act(conversations);
  } finally {
    conversations.close();
  }
}
