/** How the deep memory stands, in words for a terminal. */
import type {
  DeepMemoryDetail,
  DeepMemoryRenewal,
  DeepMemoryStatus,
} from "../../protocol/deepMemory.ts";
import { formatBytes, formatCount, formatNouns } from "./numbers.ts";

/** Returns one line: how much of the folder the deep memory holds, and why not more. */
export function deepMemoryLine(status: DeepMemoryStatus): string {
  const reason = status.detail === undefined ? "" : ` ${deepMemoryReason(status.detail)}`;
  return `Deep memory: ${stateText(status)}.${reason}${renewalText(status)}`;
}

function renewalText({ state, renewed }: DeepMemoryStatus): string {
  if (renewed === undefined || state === "ready") return "";
  return ` It is filled anew: ${renewals[renewed]}.`;
}

const renewals: Readonly<Record<DeepMemoryRenewal, string>> = {
  otherModel: "its model is another one",
  damaged: "what was on the disk was damaged",
  otherVersion: "another version of Lore wrote it",
};

/** Returns why the deep memory is off or holds less than everything, as sentences with what to do. */
export function deepMemoryReason(detail: DeepMemoryDetail): string {
  switch (detail.kind) {
    case "disabled":
      return "It is switched off.";
    case "noModel":
      return "Its model is not installed. Search and answers work without it.";
    case "noRuntime":
      return "This machine cannot run its model. Search and answers work without it.";
    case "modelFault":
      return modelFaultText(detail);
    case "diskFull":
      return "The disk is full. What it holds is kept; free some space and run the command again.";
    case "memoryPressure":
      return "The machine is short of memory. It goes on when there is more.";
    case "noRoom":
      return "Its room on disk is used up, so the remaining files are left out.";
    case "tooLarge":
      return "Files of more than 400 kB are mostly data, and are left out.";
    case "storeUnavailable":
      return "It cannot be opened, read or written on disk. Check the permissions of the store's folder.";
    case "otherProcess":
      return "Another Lore process, such as an editor window, keeps it.";
  }
}

function modelFaultText({ cause, file }: DeepMemoryDetail & { kind: "modelFault" }): string {
  const named = file === "" ? cause : `${cause}, ${file}`;
  return `Its model cannot be used (${named}). Install Lore again; search and answers work without it.`;
}

function stateText(status: DeepMemoryStatus): string {
  switch (status.state) {
    case "off":
      return "off";
    case "starting":
      return "starting";
    case "unavailable":
      return "not available";
    case "filling":
      return `${heldText(status)}, filling${speedText(status)}`;
    case "paused":
      return `${heldText(status)}, paused`;
    case "ready":
      return heldText(status);
  }
}

function heldText({
  filesEncoded,
  filesToEncode,
  filesLeftOut,
  tokensEncoded,
  bytesOnDisk,
}: DeepMemoryStatus): string {
  const files = formatNouns(filesEncoded + filesToEncode + filesLeftOut, "file");
  return (
    `${formatCount(filesEncoded)} of ${files}, ` +
    `${formatNouns(tokensEncoded, "token")}, ${formatBytes(bytesOnDisk)} on disk`
  );
}

function speedText({ tokensPerSecond, tokensToEncode }: DeepMemoryStatus): string {
  if (tokensPerSecond <= 0) return "";
  return `, ${formatNouns(tokensToEncode, "token")} to go at ${formatCount(tokensPerSecond)} a second`;
}
