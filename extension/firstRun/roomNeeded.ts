import type { DeepMemoryStatus } from "../../protocol/deepMemory.ts";
import type { MemoryState } from "../memory/memoryState.ts";
import type { Wording } from "../wording.ts";

/** What a repository that is too large for the deep memory's room leaves out, and the room that would hold all of it. */
export interface RoomShort {
  readonly sentence: string;
  /** For `lore.deepMemory.maxDiskMB`, in whole steps of 256 MB: what the files that are held take, and as much for each that is not. */
  readonly neededMB: number;
}

const stepMB = 256;
/** Files differ in size, and a full memory is a slow one. */
const margin = 1.15;

/** Returns what is left out for want of room, `undefined` when nothing is, or when more is still being read. */
export function roomShort(state: MemoryState, wording: Wording): RoomShort | undefined {
  const deep = state.kind === "open" ? state.status.deep : undefined;
  if (deep?.state !== "ready" || deep.detail?.kind !== "noRoom") return undefined;
  return { sentence: sentenceOf(deep, wording), neededMB: neededMB(deep) };
}

function sentenceOf(deep: DeepMemoryStatus, { t, count, size }: Wording): string {
  return t(
    "Search and answers know every file of this workspace. Code is completed from {0} of {1} files: the deep memory's room of {2} is used up, and files that were not opened or changed lately are left out.",
    count(deep.filesEncoded),
    count(deep.filesEncoded + deep.filesLeftOut),
    size(deep.budgetBytes),
  );
}

function neededMB({ bytesOnDisk, filesEncoded, filesLeftOut }: DeepMemoryStatus): number {
  const share = (filesEncoded + filesLeftOut) / Math.max(1, filesEncoded);
  return Math.ceil((bytesOnDisk * share * margin) / 1_000_000 / stepMB) * stepMB;
}
