/** What the user is told about a store that failed or was made anew. */
import type { Notice } from "../../protocol/notices.ts";
import { isDiskFull } from "../memory/database.ts";
import { MemoryError } from "../../protocol/errors.ts";

/** Why the memory is built from the files again. */
export function replacedNotice(why: "damaged" | "otherVersion"): Notice {
  return { kind: why === "damaged" ? "storeRebuilt" : "olderSchema" };
}

/** Why nothing is remembered at the moment. */
export function failureNotice(error: unknown): Notice {
  const isFull =
    isDiskFull(error) || (error instanceof MemoryError && error.errorName === "diskFull");
  return { kind: isFull ? "diskFull" : "stalled" };
}
