/** Opens the file of a folder's conversations, and takes them out of it when they belong elsewhere. */
import path from "node:path";
import { MemoryError } from "../../protocol/errors.ts";
import type { Notice } from "../../protocol/notices.ts";
import type { Clock } from "../ports.ts";
import type { ConversationStore, TextEmbedder } from "../workServices.ts";
import { conversationSteps, verifyConversationTables } from "./conversationSchema.ts";
import {
  asMemoryError,
  eraseDeleted,
  isBusy,
  openDatabase,
  openForReading,
  removeDatabase,
  withMemoryErrors,
  type Database,
  type DatabaseSpec,
} from "./database.ts";
import { SqliteConversations } from "./sqliteConversations.ts";

/** An open store, with what the user should know about how it was opened. */
export interface OpenedConversations {
  readonly store: ConversationStore;
  readonly notice?: Notice;
}

const cacheBytes = 2 * 1024 * 1024;
/** Room on the disk for conversations: thousands of answers. */
const defaultMaxBytes = 256_000_000;

/**
 * Opens or creates `conversations.sqlite` in a folder. A file of an older Lore is brought forward, a damaged
 * one is moved aside and a new one made, and one of a newer Lore is left alone and another one used. Without an embedder turns are found
 * by words alone. `newId` gives unique ids. A store that takes more than `maxBytes` forgets conversations, see `whatToForget`.
 * `presentRoot` is as in `inPresentRoots`.
 * Errors: `sqliteMissing`, `diskFull`, `storeUnavailable`.
 */
export function openConversationStore(
  folder: string,
  clock: Clock,
  embedder?: TextEmbedder,
  newId: () => string = () => crypto.randomUUID(),
  maxBytes = defaultMaxBytes,
  presentRoot: (rootId: string) => string = (rootId) => rootId,
): OpenedConversations {
  const name = path.join(folder, "conversations");
  const found = versionOf(`${name}.sqlite`);
  const present = conversationSteps.length;
  const isNewer = found > present || found < 0;
  const { database, movedAside } = openDatabase(
    specOf(isNewer ? `${name}.v${present}.sqlite` : `${name}.sqlite`),
  );
  // What an upgrade took out of a row would stay in free pages and in the write-ahead log.
  if (found > 0 && found < present) eraseDeleted(database);
  const notice = isNewer ? newerNotice : movedAside === undefined ? undefined : damageNotice;
  return {
    store: new SqliteConversations(database, clock, { embedder, newId, maxBytes, presentRoot }),
    ...(notice === undefined ? {} : { notice }),
  };
}

/** Conversations that leave a folder for another one. */
export type LeavingConversations =
  /** Nobody else can read or write them until `remove` or `close` is called. */
  | { readonly kind: "open"; readonly store: ConversationStore; readonly remove: () => void }
  /** Another window has them open, and would go on writing to a file that is deleted. */
  | { readonly kind: "inUse" }
  /** They are of a newer Lore, which knows what is in them. */
  | { readonly kind: "newer" }
  /** They left before; a process that died in between, or a lock of the file, left the file. */
  | { readonly kind: "left" };

/** What a file says of itself whose conversations are elsewhere: whoever waits to open it must not write there. */
const leftVersion = 2 ** 31 - 1;

/**
 * Opens the `conversations.sqlite` of a folder to take everything out of it. `remove` closes and deletes the file; what the
 * system does not let go of is deleted the next time. Errors: those of `openConversationStore`.
 */
export function openLeavingConversations(folder: string, clock: Clock): LeavingConversations {
  const file = path.join(folder, "conversations.sqlite");
  const found = versionOf(file);
  if (found === leftVersion) {
    removeIfFree(file);
    return { kind: "left" };
  }
  if (found > conversationSteps.length || found < 0) return { kind: "newer" };
  let database: Database;
  try {
    ({ database } = openDatabase({ ...specOf(file), isAlone: true }));
  } catch (error) {
    if (isBusy(error)) return { kind: "inUse" };
    throw error;
  }
  const how = {
    ...{ embedder: undefined, newId: () => crypto.randomUUID(), maxBytes: defaultMaxBytes },
    presentRoot: (rootId: string) => rootId,
  };
  const store = new SqliteConversations(database, clock, how);
  const remove = (): void => {
    withMemoryErrors(() => database.exec(`PRAGMA user_version = ${leftVersion}`));
    store.close();
    removeIfFree(file);
  };
  return { kind: "open", store, remove };
}

/** Windows deletes no file that somebody has just opened. Errors: `storeUnavailable`. */
function removeIfFree(file: string): void {
  try {
    removeDatabase(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EBUSY" && code !== "EPERM") throw asMemoryError(error);
  }
}

function specOf(file: string): DatabaseSpec {
  return {
    file,
    content: {
      kind: "irreplaceable",
      steps: conversationSteps,
      verify: verifyConversationTables,
    },
    synchronous: "FULL",
    cacheBytes,
  };
}

const newerNotice: Notice = { kind: "conversationsNewer" };
const damageNotice: Notice = { kind: "conversationsRebuilt" };

/** 0 when there is no file or it cannot be read, which opening it will deal with. */
function versionOf(file: string): number {
  let database: Database;
  try {
    database = openForReading(file, cacheBytes);
  } catch (error) {
    if (error instanceof MemoryError && error.errorName === "storeUnavailable") return 0;
    throw error;
  }
  try {
    return (database.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
  } catch (error) {
    // A file that is no database opens, and fails at the first statement.
    if (asMemoryError(error).errorName === "storeUnavailable") return 0;
    throw error;
  } finally {
    database.close();
  }
}
