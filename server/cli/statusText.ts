/** What a memory holds and what it does not, in words. */
import type { FailReason, RootStatus, SkipReason } from "../../protocol/types.ts";
import type { Notice } from "../../protocol/notices.ts";
import { stoppedBy } from "../answer/wording.ts";
import { noticeText } from "./noticeText.ts";
import { formatBytes, formatCount, formatNouns } from "./numbers.ts";
import { safeLine, type Terminal } from "./terminal.ts";
import { isFilling, isFollower } from "./waiting.ts";

const reasonWords: Readonly<Record<SkipReason | FailReason, string>> = {
  binary: "binary",
  tooLarge: "larger than --max-file-mb",
  generated: "generated",
  minified: "minified",
  lockFile: "lock file",
  sourceMap: "source map",
  secret: "secrets",
  notRegularFile: "no regular file",
  symlinkLoop: "link in a circle",
  outsideWorkspace: "outside the folder",
  dataFile: "data",
  duplicateLink: "link to a remembered file",
  unreadable: "not readable",
  changing: "changed while it was read",
  undecodable: "unknown encoding",
  timeout: "took too long",
  ioError: "disk error",
  crashed: "stopped the reader",
};

/** Returns the words for why a file is not in memory. */
export function reasonText(reason: SkipReason | FailReason): string {
  return reasonWords[reason];
}

/** Returns the lines that say what was remembered, skipped and failed; the first is never absent. */
export function summaryLines(status: RootStatus, terminal: Terminal): string[] {
  const { root, remembered, filesSeen, pending, nChunks, storeBytes, notices } = status;
  const lines = [
    `${safeLine(root.folder)}: ${formatCount(remembered)} of ${formatNouns(filesSeen, "file")} in memory, ` +
      `${formatNouns(nChunks, "chunk")}, ${formatBytes(storeBytes)} on disk.`,
  ];
  if (pending > 0) lines.push(`  waiting: ${formatCount(pending)}`);
  lines.push(...reasonLine("skipped", status.skipped), ...reasonLine("failed", status.failed));
  if (status.ignoredEntries > 0) {
    lines.push(
      `  hidden by ignore rules: ${formatNouns(status.ignoredEntries, "file or folder", "files or folders")}`,
    );
  }
  if (status.filesToRefine > 0) {
    lines.push(
      `  by lines until the syntax pass reaches them: ${formatCount(status.filesToRefine)}`,
    );
  }
  if (status.filesFallback > 0) {
    lines.push(`  by lines because they do not parse: ${formatCount(status.filesFallback)}`);
  }
  for (const notice of notices)
    lines.push(terminal.style("warning", `  ${safeLine(noticeText(notice, status))}`));
  return lines;
}

/** Returns the lines for a folder of which nothing is in memory: why, and what to do; never none. */
export function emptyLines(status: RootStatus, terminal: Terminal): string[] {
  const [, ...details] = summaryLines(status, terminal);
  return [emptySentence(status), ...details];
}

/** Returns the lines on what should be known of a memory beside an answer from it, but for `stoppedSentence`. */
export function noticeLines(status: RootStatus, terminal: Terminal): string[] {
  return tellable(status)
    .filter(({ kind }) => kind !== "diskFull" && kind !== "stalled")
    .map((notice) => terminal.style("warning", safeLine(noticeText(notice, status))));
}

/** Returns the notices beside an answer as `--json` prints them. */
export function noticesJson(status: RootStatus): readonly object[] {
  const worded = tellable(status).map((notice) => ({
    ...notice,
    message: noticeText(notice, status),
  }));
  return status.remembered === 0
    ? [...worded, { kind: "nothingRemembered", message: emptySentence(status) }]
    : worded;
}

/** Returns the status as `--json` prints it. */
export function statusJson(status: RootStatus, storeDir: string): object {
  const { root, notices, ...counts } = status;
  const worded = notices.map((notice) => ({ ...notice, message: noticeText(notice, status) }));
  return { folder: root.folder, storeDir, ...counts, notices: worded };
}

/**
 * Returns why a memory could not be written, with what to do; `undefined` when it could. What is in it can be read, and
 * whoever reads an answer has to know first that it may lack something.
 */
export function stoppedSentence(status: RootStatus, storeDir: string): string | undefined {
  const stopped = stoppedBy([status]);
  if (stopped === "diskFull")
    return "The disk is full, so Lore stopped remembering; what it remembered before is kept, and changes since then are not in it. Free some space and run the command again.";
  if (stopped === "unwritable")
    return `The memory in ${safeLine(storeDir)} cannot be written, so changes since it was written last are not in it; what it holds can still be asked. Check its permissions, or name another place with --store.`;
  return undefined;
}

/** Who keeps a memory that is complete matters to nobody who asks it; why it could not be written is told before. */
function tellable(status: RootStatus): readonly Notice[] {
  return status.notices.filter(({ kind }) => kind !== "readOnly" || isFilling(status));
}

function emptySentence(status: RootStatus): string {
  const { root, filesSeen, ignoredEntries, notices, state } = status;
  const folder = safeLine(root.folder);
  if (isFollower(status) && isFilling(status)) return `Nothing of ${folder} is in memory yet.`;
  if (state === "failed") return `Nothing of ${folder} is in memory.`;
  if (filesSeen > 0) return `Nothing in ${folder} could be remembered; the reasons follow.`;
  if (notices.some(({ kind }) => kind === "ignoreHidesAlmostAll")) {
    return `An ignore rule hides everything in ${folder}.`;
  }
  if (ignoredEntries > 0) {
    return `Ignore rules hide everything in ${folder}. Bring files in with --include GLOB, for example --include "**/*".`;
  }
  return `${folder} holds no files.`;
}

function reasonLine(
  outcome: string,
  counts: Readonly<Partial<Record<SkipReason | FailReason, number>>>,
): string[] {
  const entries = (Object.entries(counts) as [SkipReason | FailReason, number][])
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  if (entries.length === 0) return [];
  const total = entries.reduce((sum, [, count]) => sum + count, 0);
  const parts = entries.map(([reason, count]) => `${formatCount(count)} ${reasonText(reason)}`);
  return [`  ${outcome}: ${formatCount(total)} (${parts.join(", ")})`];
}
