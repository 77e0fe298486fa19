import {
  deepMemoryReasons,
  type DeepMemoryDetail,
  type DeepMemoryReason,
  type DeepMemoryRenewal,
  type DeepMemoryStatus,
} from "../../protocol/deepMemory.ts";
import { oneLine } from "../displayText.ts";
import type { Translate, Wording } from "../wording.ts";

/** Why the deep memory is off or holds less than the workspace: what it means and what to do. */
export function deepMemoryReason(detail: DeepMemoryDetail, t: Translate): string {
  if (detail.kind !== "modelFault") return reasonSentence(detail.kind, t);
  const at = detail.file === "" ? detail.cause : `${detail.cause}, ${detail.file}`;
  return t(
    "The deep memory's model cannot be used ({0}). Install Lore again; search and answers work without it.",
    oneLine(at, 80),
  );
}

/** The same for the reason that a failed request names; `undefined` when it names none. */
export function failureReason(detail: string, t: Translate): string | undefined {
  const reason = deepMemoryReasons.find((known) => known === detail);
  return reason === undefined ? undefined : reasonSentence(reason, t);
}

function reasonSentence(reason: DeepMemoryReason, t: Translate): string {
  switch (reason) {
    case "disabled":
      return t("The deep memory is switched off by the setting “lore.deepMemory.enabled”.");
    case "noModel":
      return t(
        "The deep memory's model is not installed. Install Lore again; search and answers work without it.",
      );
    case "noRuntime":
      return t(
        "This machine cannot run the deep memory's model. Search and answers work without it.",
      );
    case "modelFault":
      return t(
        "The deep memory's model cannot be used. Install Lore again; search and answers work without it.",
      );
    case "diskFull":
      return t(
        "The disk is full, so the deep memory stopped growing; what it holds is kept. It goes on by itself when there is room.",
      );
    case "memoryPressure":
      return t(
        "The machine is short of memory, so the deep memory waits. It goes on by itself when there is more.",
      );
    case "noRoom":
      return t(
        "The deep memory's room on disk is used up, so the remaining files are left out. The setting “lore.deepMemory.maxDiskMB” gives it more.",
      );
    case "tooLarge":
      return t("Files of more than 400 kB are mostly data, and are left out.");
    case "storeUnavailable":
      return t(
        "The deep memory on disk cannot be opened, read or written. Check the permissions of its folder; Lore tries again by itself.",
      );
    case "otherProcess":
      return t(
        "Another window keeps the deep memory of this folder. This window takes over when the other one closes.",
      );
  }
}

/** How the deep memory stands, as one sentence and, where there is one, the reason. */
export function deepMemorySentence(status: DeepMemoryStatus, wording: Wording): string {
  const { t } = wording;
  const sentences = [stateSentence(status, wording)];
  if (status.detail !== undefined) sentences.push(deepMemoryReason(status.detail, t));
  // Who sees that everything is there again need not know why it was not.
  if (status.renewed !== undefined && status.state !== "ready")
    sentences.push(renewalSentence(status.renewed, t));
  return sentences.join(" ");
}

function renewalSentence(renewed: DeepMemoryRenewal, t: Translate): string {
  switch (renewed) {
    case "otherModel":
      return t("It is filled anew, because its model is another one.");
    case "damaged":
      return t("It is filled anew, because what was on the disk was damaged.");
    case "otherVersion":
      return t("It is filled anew, because another version of Lore wrote it.");
  }
}

function stateSentence(status: DeepMemoryStatus, { t, count }: Wording): string {
  const held = count(status.filesEncoded);
  const all = count(status.filesEncoded + status.filesToEncode + status.filesLeftOut);
  switch (status.state) {
    case "off":
      return t("The deep memory is off.");
    case "starting":
      return t("The deep memory is starting.");
    case "unavailable":
      return t("The deep memory is not available.");
    case "filling":
      return t("The deep memory holds {0} of {1} files and is filling.", held, all);
    case "paused":
      return t("The deep memory holds {0} of {1} files and is paused.", held, all);
    case "ready":
      return t("The deep memory holds {0} of {1} files.", held, all);
  }
}
