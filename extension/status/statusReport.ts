import type { FailReason, FileProblem, RootStatus, SkipReason } from "../../protocol/types.ts";
import { oneLine } from "../displayText.ts";
import { explainObstacle } from "../memory/explain.ts";
import { explainNotice } from "../memory/explainNotice.ts";
import { sum, type MemoryState } from "../memory/memoryState.ts";
import type { Wording } from "../wording.ts";
import { deepMemorySection } from "./deepMemoryReport.ts";
import { historyLines } from "./historyReport.ts";
import { countSentence } from "./statusLine.ts";

/** The problems of one folder that are listed, and how many there are in all. */
export interface ListedProblems {
  readonly rootId: string;
  readonly problems: readonly FileProblem[];
  readonly total: number;
}

/**
 * The whole status as plain text: what is remembered, what is not and why, folder by folder. `completions` says whether
 * code is completed.
 */
export function statusReport(
  state: MemoryState,
  listed: readonly ListedProblems[],
  completions: string,
  wording: Wording,
): string {
  const { t } = wording;
  if (state.kind !== "open") {
    return `${explainObstacle(state, t) ?? t("Lore is starting.")}\n`;
  }
  const { status } = state;
  if (status.roots.length === 0) return `${t("Lore remembers no folder of this window.")}\n`;
  const sections = status.roots.map((root) =>
    rootSection(
      root,
      listed.find(({ rootId }) => rootId === root.root.id),
      wording,
    ),
  );
  const head = [
    countSentence(status, wording),
    t("Memory server {0}", oneLine(status.serverVersion)),
  ];
  if (status.paused) head.push(t("Lore is paused: changes are not remembered."));
  const deep =
    status.deep === undefined ? [] : [deepMemorySection(status.deep, completions, wording)];
  head.push(t("By folder, kind, age, strength and health: run “Lore: Show Memory”."));
  return `${[head.join("\n"), ...deep, ...sections].join("\n\n")}\n`;
}

function rootSection(
  root: RootStatus,
  listed: ListedProblems | undefined,
  wording: Wording,
): string {
  const { t, count, size } = wording;
  const lines = [
    `${oneLine(root.root.name)}  ${oneLine(root.root.folder)}`,
    "─".repeat(40),
    stateSentence(root, wording),
    ...root.notices.map((notice) => `! ${explainNotice(notice, t)}`),
    t("Files seen: {0}", count(root.filesSeen)),
    `  ${t("remembered: {0}", count(root.remembered))}`,
    `    ${t("chunked by syntax: {0}", count(root.filesSyntaxExact))}`,
    `    ${t("chunked by lines because they did not parse: {0}", count(root.filesFallback))}`,
    `    ${t("waiting to be chunked by syntax: {0}", count(root.filesToRefine))}`,
    `  ${t("waiting: {0}", count(root.pending))}`,
    `  ${t("skipped: {0}", count(sum(root.skipped)))}`,
    ...reasonLines(root.skipped, wording),
    `  ${t("failed: {0}", count(sum(root.failed)))}`,
    ...reasonLines(root.failed, wording),
    t("Hidden by ignore rules: {0} entries, not counted above", count(root.ignoredEntries)),
    ...(root.state === "ready"
      ? []
      : [t("Bytes done: {0} of {1}", size(root.bytesDone), size(root.bytesKnown))]),
    t("Chunks: {0}, of these found by meaning: {1}", count(root.nChunks), count(root.nEmbedded)),
    t("Size of the memory on disk: {0}", size(root.storeBytes)),
    ...historyLines(root.history, wording),
    ...problemLines(listed, wording),
  ];
  return lines.join("\n");
}

function reasonLines(
  counts: Readonly<Partial<Record<SkipReason | FailReason, number>>>,
  wording: Wording,
): string[] {
  return Object.entries(counts)
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, n]) => `    ${reasonName(reason, wording)}: ${wording.count(n)}`);
}

function problemLines(listed: ListedProblems | undefined, wording: Wording): string[] {
  if (listed === undefined || listed.problems.length === 0) return [];
  const { t, count } = wording;
  const section = (outcome: FileProblem["outcome"], title: string): string[] => {
    const problems = listed.problems.filter((problem) => problem.outcome === outcome);
    return problems.length === 0
      ? []
      : ["", title, ...problems.map((p) => problemLine(p, wording))];
  };
  const left = listed.total - listed.problems.length;
  return [
    ...section("failed", t("Files that failed")),
    ...section("skipped", t("Files that were skipped")),
    ...(left > 0 ? ["", t("… and {0} more", count(left))] : []),
  ];
}

function problemLine(problem: FileProblem, wording: Wording): string {
  const detail = problem.detail === "" ? "" : ` (${oneLine(problem.detail)})`;
  return `  ${oneLine(problem.path, 1_000)}: ${reasonName(problem.reason, wording)}${detail}`;
}

function stateSentence(root: RootStatus, { t }: Wording): string {
  switch (root.state) {
    case "opening":
      return t("Opening the memory");
    case "scanning":
      return t("Listing files");
    case "filling":
      return t("Remembering files; can be asked already");
    case "refining":
      return t("Everything is searchable; chunking by syntax goes on");
    case "ready":
      return t("Up to date");
    case "paused":
      return t("Paused");
    case "failed":
      // What was remembered before the failure can still be asked.
      return root.remembered > 0 ? t("Not kept up to date") : t("Not remembered");
  }
}

/** Why a file is not remembered, in words; a reason that this version does not know is shown as it is. */
export function reasonName(reason: string, { t }: Wording): string {
  const names: Readonly<Record<SkipReason | FailReason, string>> = {
    binary: t("not text"),
    tooLarge: t("larger than “lore.maxFileSizeMB”"),
    generated: t("generated"),
    minified: t("minified"),
    lockFile: t("lock file"),
    sourceMap: t("source map"),
    secret: t("may hold secrets"),
    notRegularFile: t("not a regular file"),
    symlinkLoop: t("symbolic link to a folder around it"),
    outsideWorkspace: t("symbolic link out of the workspace"),
    duplicateLink: t("symbolic link to a file that is remembered at its own place"),
    dataFile: t("data"),
    unreadable: t("cannot be read"),
    changing: t("changed each time it was read"),
    undecodable: t("unknown encoding"),
    timeout: t("took too long"),
    crashed: t("stopped the reader"),
    ioError: t("the disk reported an error"),
  };
  return Object.hasOwn(names, reason) ? names[reason as SkipReason | FailReason] : oneLine(reason);
}
