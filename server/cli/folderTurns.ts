import type { RecallTurns } from "../services.ts";
import { searchTurns } from "../work/turnSearch.ts";
import { keptConversations } from "./keptConversations.ts";
import type { OpenFolder } from "./openFolder.ts";

/** The conversations that are kept beside a folder's memory. */
export interface FolderTurns {
  readonly recall: RecallTurns;
  close(): void;
}

/** Returns what searches them; `undefined` when there are none, and none are made. Errors: those of the store. */
export async function openFolderTurns(folder: OpenFolder): Promise<FolderTurns | undefined> {
  const store = await keptConversations(folder);
  if (store === undefined) return undefined;
  return {
    recall: (params) => searchTurns(store, params, folder.services.clock.nowMs()),
    close: () => store.close(),
  };
}
