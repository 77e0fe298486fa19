/** A root as the ingest thread has it open, and its status. */
import { statSync } from "node:fs";
import type { MemoryError } from "../../protocol/errors.ts";
import type { Root } from "../../protocol/types.ts";
import type { StoreLock } from "../memory/storeLock.ts";
import type { FollowedStore } from "./followedStore.ts";
import type { StoreStatus } from "./ingestCalls.ts";
import type { RootIngester } from "./rootIngester.ts";
import type { SharedIngester } from "./sharedIngester.ts";
import type { OwnerStatus } from "../memory/ownerStatus.ts";
import { blankStatus, failedStatus, unkeptStatus } from "./waitingStatus.ts";

/**
 * A root of the workspace: kept by this process, read while another keeps it, failed, or forgotten in another window.
 * Those that are read or failed are tried again.
 */
export type OpenRoot = KeptRoot | FollowedRoot | FailedRoot | ForgottenRoot;
export interface KeptRoot {
  readonly kind: "kept";
  readonly root: Root;
  readonly storeFile: string;
  readonly ingester: RootIngester;
  /** For this process and those that follow. */
  readonly shared: SharedIngester;
  readonly lock: StoreLock;
  readonly stopWatching: () => void;
}
interface FollowedRoot {
  readonly kind: "followed";
  readonly root: Root;
  readonly storeFile: string;
  readonly store: FollowedStore;
}
interface FailedRoot {
  readonly kind: "failed";
  readonly root: Root;
  readonly storeFile: string;
  readonly error: MemoryError;
  /** What was committed last, where the store can be read although it cannot be kept. */
  readonly last: OwnerStatus | undefined;
  readonly generation: number;
}

interface ForgottenRoot {
  readonly kind: "forgotten";
  readonly root: Root;
  readonly storeFile: string;
  readonly generation: number;
}

/** Returns the status of a root as it is now. */
export function statusOf(open: OpenRoot): Omit<StoreStatus, "storeFile"> {
  switch (open.kind) {
    case "kept":
      return { status: open.ingester.status(), generation: open.ingester.generation };
    case "followed": {
      // Looking at the store finds out whether it is still the same file.
      const status = open.store.status();
      return { status, generation: open.store.generation };
    }
    case "forgotten":
      return {
        status: blankStatus(open.root, "failed", [{ kind: "forgottenElsewhere" }]),
        generation: open.generation,
      };
    case "failed":
      if (open.last !== undefined)
        return {
          status: unkeptStatus(open.root, open.error, open.last, sizeOf(open.storeFile)),
          generation: open.generation,
        };
      return {
        status: failedStatus(open.root, open.error),
        generation: open.generation,
        error: { errorName: open.error.errorName, detail: open.error.detail },
      };
  }
}

/** Returns the bytes of a store on the disk, its journal included. */
export function sizeOf(file: string): number {
  let bytes = 0;
  for (const suffix of ["", "-wal"])
    bytes += statSync(file + suffix, { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}
