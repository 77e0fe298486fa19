/** The status of a root that this process does not keep at the moment. */
import { MemoryError } from "../../protocol/errors.ts";
import type { Notice } from "../../protocol/notices.ts";
import type { Root, RootStatus } from "../../protocol/types.ts";
import { errorCode } from "../memory/database.ts";
import { MemoryBank } from "../memory/memoryBank.ts";
import { failureNotice } from "./storeNotices.ts";

/** `error`: why it cannot be kept; `undefined` when another process keeps it, whose last committed counts are shown. */
export function waitingStatus(
  root: Root,
  storeFile: string,
  error: MemoryError | undefined,
): RootStatus {
  const status: RootStatus = {
    root,
    state: error === undefined ? "ready" : "failed",
    filesSeen: 0,
    remembered: 0,
    pending: 0,
    skipped: {},
    failed: {},
    ignoredEntries: 0,
    bytesKnown: 0,
    bytesDone: 0,
    nChunks: 0,
    filesSyntaxExact: 0,
    filesFallback: 0,
    filesToRefine: 0,
    storeBytes: 0,
    notices: [error === undefined ? { kind: "readOnly" } : noticeOf(error)],
  };
  return error === undefined ? { ...status, ...committedCounts(storeFile) } : status;
}

function noticeOf(error: MemoryError): Notice {
  return error.errorName === "folderNotFound" ? { kind: "folderUnreadable" } : failureNotice(error);
}

function committedCounts(storeFile: string): Partial<RootStatus> {
  let bank: MemoryBank | undefined;
  try {
    bank = new MemoryBank(storeFile);
    const counts = { skipped: {} as Record<string, number>, failed: {} as Record<string, number> };
    let remembered = 0;
    let filesSeen = 0;
    for (const { outcome, reason, n } of bank.fileCounts()) {
      filesSeen += n;
      if (outcome === "remembered") remembered += n;
      else counts[outcome as "skipped" | "failed"][reason ?? ""] = n;
    }
    return { filesSeen, remembered, ...counts, nChunks: bank.nChunks() };
  } catch (error) {
    // The owner has not made the store yet, or is just replacing it.
    if (error instanceof MemoryError || errorCode(error) !== undefined) return {};
    throw error;
  } finally {
    bank?.close();
  }
}
