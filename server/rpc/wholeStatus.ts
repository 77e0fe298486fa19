/** The status of the memory with the parts of those that accompany it. */
import type { MemoryStatus } from "../../protocol/types.ts";
import type { DeepMemoryService, HistoryService } from "../services.ts";

/** Returns the status with that of the deep memory, where there is one, and of each root's history. */
export function wholeStatus(
  status: MemoryStatus,
  { deep, history }: { readonly deep?: DeepMemoryService; readonly history: HistoryService },
): MemoryStatus {
  const roots = status.roots.map((root) => ({ ...root, history: history.status(root.root.id) }));
  return { ...status, roots, ...(deep === undefined ? {} : { deep: deep.status() }) };
}
