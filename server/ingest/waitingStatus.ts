/** The status of a root that this process does not keep at the moment. */
import type { MemoryError } from "../../protocol/errors.ts";
import type { Notice } from "../../protocol/notices.ts";
import type { Root, RootStatus } from "../../protocol/types.ts";
import type { OwnerStatus } from "../memory/ownerStatus.ts";
import { failureNotice } from "./storeNotices.ts";

/** Returns the status of a root of which nothing is known. */
export function blankStatus(
  root: Root,
  state: RootStatus["state"],
  notices: readonly Notice[],
): RootStatus {
  return {
    root,
    state,
    filesSeen: 0,
    remembered: 0,
    pending: 0,
    skipped: {},
    failed: {},
    ignoredEntries: 0,
    bytesKnown: 0,
    bytesDone: 0,
    nChunks: 0,
    nEmbedded: 0,
    filesSyntaxExact: 0,
    filesFallback: 0,
    filesToRefine: 0,
    storeBytes: 0,
    notices,
  };
}

/** Returns the status of a root whose store can be read and not kept: what it holds, and why it is not kept. */
export function unkeptStatus(
  root: Root,
  error: MemoryError,
  last: OwnerStatus,
  storeBytes: number,
): RootStatus {
  const { notices } = failedStatus(root, error);
  const kinds = new Set(notices.map(({ kind }) => kind));
  const others = last.notices.filter(({ kind }) => !kinds.has(kind));
  return { ...last, root, state: "failed", storeBytes, notices: [...notices, ...others] };
}

/** Returns the status of a root that cannot be kept, and why. */
export function failedStatus(root: Root, error: MemoryError): RootStatus {
  const notice =
    error.errorName === "folderNotFound"
      ? ({ kind: "folderUnreadable" } as const)
      : failureNotice(error);
  return blankStatus(root, "failed", [notice]);
}
