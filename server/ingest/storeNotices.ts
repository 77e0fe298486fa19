/** What the user is told about a store that failed or was made anew. */
import type { Notice } from "../../protocol/types.ts";
import { isDiskFull } from "../memory/database.ts";
import { MemoryError } from "../../protocol/errors.ts";

/** Why the memory is built from the files again. */
export function replacedNotice(why: "damaged" | "otherVersion"): Notice {
  return why === "damaged"
    ? {
        kind: "storeRebuilt",
        message:
          "The memory on disk was damaged. Lore moved it aside and is building it again from your files; nothing else was lost.",
      }
    : {
        kind: "olderSchema",
        message:
          "The memory on disk was made by another version of Lore, so Lore is building it again from your files; nothing else was lost.",
      };
}

/** Why nothing is remembered at the moment. */
export function failureNotice(error: unknown): Notice {
  const isFull =
    isDiskFull(error) || (error instanceof MemoryError && error.errorName === "diskFull");
  return isFull
    ? {
        kind: "diskFull",
        message:
          "The disk is full, so Lore stopped remembering. It goes on by itself when there is room.",
      }
    : {
        kind: "stalled",
        message:
          "Lore cannot write its memory on disk, so it stopped remembering. Check the permissions of its storage folder; Lore tries again by itself.",
      };
}
