/** The notices of a memory in words for a terminal. */
import type { ModelFaultKind, ModelNotice, Notice } from "../../protocol/notices.ts";
import type { RootStatus } from "../../protocol/types.ts";
import { formatCount, formatNouns } from "./numbers.ts";
import { isFilling } from "./waiting.ts";

/** Returns what happened and what to do, in one or two sentences. Names of rules and files are as they came. */
export function noticeText(notice: Notice, status: RootStatus): string {
  switch (notice.kind) {
    case "storeRebuilt":
      return "The memory on disk was damaged. Lore moved it aside and is building it again from your files; nothing else was lost.";
    case "olderSchema":
      return "The memory on disk was made by another version of Lore, so Lore is building it again from your files; nothing else was lost.";
    case "conversationsRebuilt":
      return "The file of the conversations was damaged. It was moved aside and kept, and Lore started a new one.";
    case "conversationsNewer":
      return "A newer Lore wrote the conversations here. They are kept untouched; update Lore to see them.";
    case "stalled":
      return "Lore cannot write its memory on disk, so it stopped remembering. Check the permissions of its storage folder.";
    case "diskFull":
      return "The disk is full, so Lore stopped remembering. Free some space and run the command again.";
    case "ingestEnded":
      return "Lore stopped remembering because of an error of its own. Run the command again.";
    case "readOnly":
      return readOnlyText(status);
    case "ownerSilent":
      return "Another Lore process, such as an editor window, keeps the memory of this folder and does not answer; what it had remembered is used as it is. Close that window or end that process, and run the command again.";
    case "ownerOtherVersion":
      return "Another version of Lore keeps the memory of this folder, in a form that this one cannot read. Close it or bring both to one version, and run the command again.";
    case "forgottenElsewhere":
      return "The memory of this folder was just deleted by another Lore process, such as an editor window. Run the command again to remember the folder anew.";
    case "folderUnreadable":
      return "The folder cannot be read at the moment. Lore keeps what it remembers of it.";
    case "folderHangs":
      return `The file system does not answer: ${notice.path} cannot be ${askedFor[notice.operation]}. Lore keeps what it remembers of this folder and goes on when it answers.`;
    case "modelUnavailable":
      return modelText(notice);
    case "ignoreHidesAlmostAll": {
      const { rule, ruleFile, nHidden, nEntries, override } = notice;
      const found = `The rule “${rule}” in ${ruleFile} hides ${nHidden} of ${nEntries} entries of this folder.`;
      return override === undefined
        ? `${found} To remember them, bring them in with --include GLOB.`
        : `${found} To remember them, add a file .loreignore with the line “${override}”, or bring them in with --include GLOB.`;
    }
  }
}

function readOnlyText(status: RootStatus): string {
  const other = "Another Lore process, such as an editor window,";
  if (!isFilling(status))
    return `${other} keeps the memory of this folder up to date; this one reads from it.`;
  const { remembered, filesSeen, state } = status;
  if (state === "opening")
    return `${other} is just beginning to remember this folder. Run the command again in a moment.`;
  const far = `${formatCount(remembered)} of ${formatNouns(filesSeen, "file")} so far`;
  return `${other} is still remembering this folder: ${far}. Run the command again for the rest.`;
}

const askedFor = { list: "listed", stat: "looked at", read: "read" } as const;

function modelText({ model, cause, file }: ModelNotice): string {
  switch (model) {
    case "static":
      return `Search works by words only, because ${languageModelText(cause, file)}`;
    case "ranker":
      return `Places are put in a less exact order, because the ranking model cannot be used (${file}). Install Lore again.`;
    case "encoder":
      return `Places are put in a less exact order, because ${readingModelText(cause, file)}`;
  }
}

function languageModelText(cause: ModelFaultKind, file: string): string {
  switch (cause) {
    case "missing":
      return `the language model is not installed (${file}). Install Lore again.`;
    case "otherFormat":
      return `the language model is of another version (${file}). Install Lore again.`;
    case "kernel":
      return "this machine cannot run the language model.";
    default:
      return `the language model is damaged (${file}). Install Lore again.`;
  }
}

function readingModelText(cause: ModelFaultKind, file: string): string {
  switch (cause) {
    case "missing":
      return `the reading model is not installed (${file}). Install Lore again.`;
    case "otherFormat":
    case "otherTokenizer":
      return `the reading model is of another version (${file}). Install Lore again.`;
    case "runtime":
      return "this machine cannot run the reading model.";
    case "output":
      return `the reading model gave a wrong result (${file}). Run the command again.`;
    case "thread":
      return "the reading model ended again and again. Run the command again.";
    default:
      return `the reading model is damaged (${file}). Install Lore again.`;
  }
}
