import type { ModelFaultKind, ModelNotice, Notice } from "../../protocol/notices.ts";
import { oneLine } from "../displayText.ts";
import type { Translate } from "../wording.ts";

/** A notice as one or two sentences for the user: what happened and what to do. It is one line of plain text. */
export function explainNotice(notice: Notice, t: Translate): string {
  switch (notice.kind) {
    case "storeRebuilt":
      return t(
        "The memory on disk was damaged. Lore moved it aside and is building it again from your files; nothing else was lost.",
      );
    case "olderSchema":
      return t(
        "The memory on disk was made by another version of Lore, so Lore is building it again from your files; nothing else was lost.",
      );
    case "conversationsRebuilt":
      return t(
        "The file of the conversations was damaged. It was moved aside and kept, and Lore started a new one.",
      );
    case "conversationsNewer":
      return t(
        "A newer Lore wrote the conversations on this machine. They are kept untouched; update Lore to see them.",
      );
    case "stalled":
      return t(
        "Lore cannot write its memory on disk, so it stopped remembering. Check the permissions of its storage folder; Lore tries again by itself.",
      );
    case "diskFull":
      return t(
        "The disk is full, so Lore stopped remembering. It goes on by itself when there is room.",
      );
    case "ingestEnded":
      return t(
        "Lore stopped remembering because of an error of its own. Run “Lore: Restart Memory Server”.",
      );
    case "readOnly":
      return t(
        "Another window keeps the memory of this folder up to date. This window reads from it and takes over when the other one closes.",
      );
    case "ownerSilent":
      return t(
        "Another Lore process keeps the memory of this folder and does not answer; search goes on with what is remembered. Close that window or terminal, or try again in a minute.",
      );
    case "ownerOtherVersion":
      return t(
        "Another version of Lore keeps the memory of this folder, in a form that this window cannot read. Update Lore and reload all windows.",
      );
    case "forgottenElsewhere":
      return t(
        "The memory of this folder was deleted in another window. “Lore: Rebuild Memory” remembers it again.",
      );
    case "folderUnreadable":
      return t(
        "The folder cannot be read at the moment. Lore keeps what it remembers of it and looks again later.",
      );
    case "folderHangs":
      return t(
        "The file system has not answered for “{0}”, as happens when a network drive is gone. Lore keeps what it remembers of this folder and goes on when it answers; your other folders are not affected.",
        oneLine(notice.path, 200),
      );
    case "modelUnavailable":
      return explainModel(notice, t);
    case "ignoreHidesAlmostAll":
      return explainHidingRule(notice, t);
    default:
      // A server of another version may know notices that this one does not.
      return t("The memory server reports “{0}”.", oneLine((notice as { kind: string }).kind, 60));
  }
}

function explainModel(notice: ModelNotice, t: Translate): string {
  const name = oneLine(notice.file, 60);
  switch (notice.model) {
    case "static":
      return explainLanguageModel(notice.cause, name, t);
    case "encoder":
      return explainReadingModel(notice.cause, name, t);
    case "ranker":
      return t(
        "Places are put in a less exact order, because the ranking model cannot be used ({0}). Install Lore again.",
        name,
      );
  }
}

function explainLanguageModel(cause: ModelFaultKind, name: string, t: Translate): string {
  switch (cause) {
    case "missing":
      return t(
        "Search works by words only, because the language model is not installed ({0}). Install Lore again.",
        name,
      );
    case "otherFormat":
      return t(
        "Search works by words only, because the language model is of another version ({0}). Install Lore again.",
        name,
      );
    case "kernel":
      return t("Search works by words only, because this machine cannot run the language model.");
    default:
      return t(
        "Search works by words only, because the language model is damaged ({0}). Install Lore again.",
        name,
      );
  }
}

function explainReadingModel(cause: ModelFaultKind, name: string, t: Translate): string {
  switch (cause) {
    case "missing":
      return t(
        "Places are put in a less exact order, because the reading model is not installed ({0}). Install Lore again.",
        name,
      );
    case "otherFormat":
    case "otherTokenizer":
      return t(
        "Places are put in a less exact order, because the reading model is of another version ({0}). Install Lore again.",
        name,
      );
    case "runtime":
      return t(
        "Places are put in a less exact order, because this machine cannot run the reading model.",
      );
    case "output":
      return t(
        "Places are put in a less exact order, because the reading model gave a wrong result ({0}). Run “Lore: Restart Memory Server”.",
        name,
      );
    case "thread":
      return t(
        "Places are put in a less exact order, because the reading model ended again and again. Run “Lore: Restart Memory Server”.",
      );
    default:
      return t(
        "Places are put in a less exact order, because the reading model is damaged ({0}). Install Lore again.",
        name,
      );
  }
}

function explainHidingRule(
  { rule, ruleFile, nHidden, nEntries, override }: Notice & { kind: "ignoreHidesAlmostAll" },
  t: Translate,
): string {
  const found = [oneLine(rule, 120), oneLine(ruleFile, 120), nHidden, nEntries] as const;
  return override === undefined
    ? t(
        "The rule “{0}” in {1} hides {2} of {3} entries of this folder. To remember them, change that setting or name them in the setting “lore.include”.",
        ...found,
      )
    : t(
        "The rule “{0}” in {1} hides {2} of {3} entries of this folder. To remember them, add a file .loreignore with the line “{4}”, or name them in the setting “lore.include”.",
        ...found,
        oneLine(override, 120),
      );
}
