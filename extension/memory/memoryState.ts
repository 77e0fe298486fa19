import type { ErrorName } from "../../protocol/errors.ts";
import type { Coverage, MemoryStatus } from "../../protocol/types.ts";

/** What the memory of this window is doing, as far as the extension knows. Everything shown derives from it. */
export type MemoryState =
  /** No folder is open. */
  | { readonly kind: "noFolder" }
  /** Folders are open, but none lies on a disk that this machine can read. */
  | { readonly kind: "virtual" }
  /** Switched off by `lore.enabled`. */
  | { readonly kind: "off" }
  /** Restricted Mode: the server is not started, nothing is read or written. */
  | { readonly kind: "restricted" }
  | { readonly kind: "starting" }
  | { readonly kind: "open"; readonly status: MemoryStatus }
  | { readonly kind: "failed"; readonly errorName: ErrorName; readonly detail: string };

/** The state in one word, for the `lore.state` context key and the status bar. */
export type StateName = Exclude<MemoryState["kind"], "open"> | "filling" | "ready" | "paused";

/** Names the state. A memory counts as filling while any folder still is; a paused one is paused. */
export function stateName(state: MemoryState): StateName {
  if (state.kind !== "open") return state.kind;
  const { status } = state;
  if (status.paused) return "paused";
  if (status.roots.some((root) => isFilling(root.state))) return "filling";
  const allFailed = status.roots.length > 0 && status.roots.every((r) => r.state === "failed");
  return allFailed ? "failed" : "ready";
}

function isFilling(state: MemoryStatus["roots"][number]["state"]): boolean {
  return state === "opening" || state === "scanning" || state === "filling";
}

/** Adds up the counts of all folders. */
export function coverageOf(status: MemoryStatus): Coverage {
  let filesSeen = 0;
  let remembered = 0;
  let pending = 0;
  let skipped = 0;
  let failed = 0;
  for (const root of status.roots) {
    filesSeen += root.filesSeen;
    remembered += root.remembered;
    pending += root.pending;
    skipped += sum(root.skipped);
    failed += sum(root.failed);
  }
  return { filesSeen, remembered, pending, skipped, failed };
}

/** How many files of a folder are in memory, of all folders without `rootId`; 0 as long as nothing is open. */
export function rememberedIn(state: MemoryState, rootId: string | undefined): number {
  if (state.kind !== "open") return 0;
  return state.status.roots
    .filter(({ root }) => rootId === undefined || root.id === rootId)
    .reduce((total, { remembered }) => total + remembered, 0);
}

/** Adds up the counts of a record of reasons. */
export function sum(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);
}

/** Bytes done and known over all folders. */
export function bytesOf(status: MemoryStatus): {
  readonly bytesDone: number;
  readonly bytesKnown: number;
} {
  let bytesDone = 0;
  let bytesKnown = 0;
  for (const root of status.roots) {
    bytesDone += root.bytesDone;
    bytesKnown += root.bytesKnown;
  }
  return { bytesDone, bytesKnown };
}
