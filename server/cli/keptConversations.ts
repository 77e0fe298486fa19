import { existsSync } from "node:fs";
import path from "node:path";
import { hasConversations } from "../conversationFolders.ts";
import type { ConversationStore } from "../services.ts";
import type { OpenFolder } from "./openFolder.ts";

/**
 * Opens the conversations about a folder, which are held in the editor; `undefined` when there are none, and none are
 * made. Errors: those of the store.
 */
export async function keptConversations({
  services,
  storeDir,
  notesDir,
  root,
}: OpenFolder): Promise<ConversationStore | undefined> {
  const isEmpty = [storeDir, notesDir].every((dir) =>
    ["work", "conversations"].every((name) => !existsSync(path.join(dir, name))),
  );
  if (isEmpty) return undefined;
  const folder = await services.conversationFolder(storeDir, [root]);
  return hasConversations(folder) ? services.openConversations(folder).store : undefined;
}
