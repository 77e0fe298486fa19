import { existsSync } from "node:fs";
import { conversationDir } from "../rpc/session.ts";
import type { ConversationStore } from "../services.ts";
import type { OpenFolder } from "./openFolder.ts";

/**
 * Opens the conversations about a folder, which are held in the editor; `undefined` when there are none, and none are
 * made. Errors: those of the store.
 */
export function keptConversations({
  services,
  storeDir,
  root,
}: OpenFolder): ConversationStore | undefined {
  const folder = conversationDir(storeDir, [root]);
  return existsSync(folder) ? services.openConversations(folder).store : undefined;
}
