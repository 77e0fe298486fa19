import { existsSync } from "node:fs";
import { conversationDir } from "../rpc/session.ts";
import type { RecallTurns } from "../services.ts";
import { searchTurns } from "../work/turnSearch.ts";
import type { OpenFolder } from "./openFolder.ts";

/** The conversations that are kept beside a folder's memory. */
export interface FolderTurns {
  readonly recall: RecallTurns;
  close(): void;
}

/**
 * Opens the conversations about a folder, which are held in the editor; `undefined` when there are none, and none are
 * made. Errors: those of the store.
 */
export function openFolderTurns({ services, storeDir, root }: OpenFolder): FolderTurns | undefined {
  const dir = conversationDir(storeDir, [root]);
  if (!existsSync(dir)) return undefined;
  const { store } = services.openConversations(dir);
  return {
    recall: (params) => searchTurns(store, params, services.clock.nowMs()),
    close: () => store.close(),
  };
}
