/**
 * The closed list of failures. Expected outcomes (nothing found, stale citation, cancelled) are values,
 * not errors. Codes are JSON-RPC codes outside its reserved range.
 */

export const errorCatalogue = {
  invalidRequest: { code: 1001, sentence: "Lore did not understand the request." },
  rootNotOpen: {
    code: 1002,
    sentence: "This folder is not open in Lore. Open the folder and ask again.",
  },
  folderNotFound: {
    code: 1003,
    sentence: "The folder does not exist or cannot be read. Check the path and its permissions.",
  },
  storeUnavailable: {
    code: 1004,
    sentence:
      "Lore cannot open its memory on disk. Check free space and permissions, then run “Lore: Restart Memory Server”.",
  },
  diskFull: {
    code: 1005,
    sentence:
      "The disk is full, so Lore stopped remembering new files. Free some space; Lore goes on by itself.",
  },
  sqliteMissing: {
    code: 1006,
    sentence:
      "Lore needs an editor that runs on Node 24 (VS Code 1.125 or later). Update the editor.",
  },
  conversationNotFound: {
    code: 1007,
    sentence: "This conversation no longer exists. Start a new one.",
  },
  serverLost: {
    code: 1008,
    sentence:
      "Lore's memory server stopped; what was remembered is kept. If it does not start again by itself, run “Lore: Restart Memory Server”.",
  },
  ownedElsewhere: {
    code: 1009,
    sentence:
      "Another Lore process, such as a second window or a terminal, keeps the memory of this folder. Do this there, or close it first.",
  },
  ownerSilent: {
    code: 1015,
    sentence:
      "Another Lore process keeps the memory of this folder and does not answer; search goes on with what is remembered. Close that window or terminal, or try again in a minute.",
  },
  /** The detail is one of `deepMemoryReasons`; `""` when the model is still being loaded. */
  deepMemoryUnavailable: {
    code: 1010,
    sentence:
      "Lore's deep memory cannot be used at the moment; search and answers work without it. The status says why.",
  },
  noteNotFound: { code: 1011, sentence: "This note no longer exists. “lore notes” lists them." },
  /** The detail says which line and what is wrong with it. */
  memoryFileUnusable: {
    code: 1012,
    sentence:
      "This file cannot be imported, and nothing of it was. Export it again, or mend the line.",
  },
  memoryFileNewer: {
    code: 1013,
    sentence:
      "This file was written by a newer Lore. Update Lore and import it again; nothing was changed.",
  },
  /** The detail is the system's name of the failure, such as EACCES. */
  fileUnavailable: {
    code: 1014,
    sentence: "The file cannot be read or written. Check its path and permissions.",
  },
  cancelled: { code: -32800, sentence: "Cancelled." },
  internal: {
    code: 1099,
    sentence:
      "Something went wrong inside Lore. “Lore: Open Log” shows the details under this request id.",
  },
} as const satisfies Record<string, { code: number; sentence: string }>;

export type ErrorName = keyof typeof errorCatalogue;

/** A failure with a name from the catalogue. `detail` never holds file text or a question. */
export class MemoryError extends Error {
  readonly errorName: ErrorName;
  readonly detail: string;
  constructor(errorName: ErrorName, detail = "") {
    super(errorCatalogue[errorName].sentence);
    this.name = "MemoryError";
    this.errorName = errorName;
    this.detail = detail;
  }
}

/** The wire form of an error's data. */
export interface ErrorData {
  readonly errorName: ErrorName;
  readonly detail: string;
  /** Present on `internal`: the id under which the log holds the stack. */
  readonly requestId?: string;
}

/** Returns the catalogue name of a wire code, `undefined` for a code that is not ours. */
export function errorNameOf(code: number): ErrorName | undefined {
  for (const [name, entry] of Object.entries(errorCatalogue)) {
    if (entry.code === code) return name as ErrorName;
  }
  return undefined;
}
