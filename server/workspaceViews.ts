/** What follows the memory of the workspace sees of it, and how much of the workspace is remembered. */
import { defaultMaxCommits } from "../protocol/history.ts";
import type { Coverage, MemorySettings, RootStatus } from "../protocol/types.ts";
import { stoppedBy } from "./answer/wording.ts";
import type { DeepWorkspace } from "./deepMemory.ts";
import type { HistoryWorkspace } from "./history/historyCalls.ts";
import type { StoreStatus } from "./ingest/ingestCalls.ts";
import type { RootLinks } from "./rootLinks.ts";

/** A workspace as it is now; neither folder nor settings before it is opened. */
export interface WorkspaceView {
  readonly storeDir: string | undefined;
  readonly settings: MemorySettings | undefined;
  readonly isTrusted: boolean;
  readonly isPaused: boolean;
  /** Absolute paths, the most recent first. */
  readonly openEditors: readonly string[];
  readonly links: RootLinks;
}

/** What the deep memory follows. Nothing is open in it while the workspace is not trusted. */
export function deepWorkspaceOf(view: WorkspaceView): DeepWorkspace {
  const { storeDir, settings, isTrusted, isPaused, openEditors, links } = view;
  return {
    storeDir: isTrusted ? storeDir : undefined,
    settings: settings?.deepMemory,
    maxFileBytes: settings?.maxFileBytes ?? 0,
    isPaused,
    openEditors,
    // One that hangs as well: what is remembered of it is kept.
    roots: links.remembered.map(({ root, store, hangs }) => ({
      rootId: root.id,
      folder: root.folder,
      storeFile: store.storeFile,
      generation: store.generation,
      isReady: !hangs && store.storeFile !== "" && isFilled(store.status),
    })),
    isFilling: links.all.some(
      ({ store, hangs }) => !hangs && notYetFilled.includes(store.status.state),
    ),
  };
}

/** What the histories follow. Nothing is open in it while the workspace is not trusted. */
export function historyWorkspaceOf(view: WorkspaceView): HistoryWorkspace {
  const { storeDir, settings, isTrusted, isPaused, openEditors, links } = view;
  const roots = links.remembered.filter((link) => !link.hangs);
  return {
    storeDir: isTrusted ? storeDir : undefined,
    maxCommits: settings?.maxCommits ?? defaultMaxCommits,
    isPaused,
    roots: roots.map(({ root }) => ({ rootId: root.id, folder: root.folder })),
    activeFile: openEditors[0],
    rules: {
      exclude: settings?.exclude ?? [],
      include: settings?.include ?? [],
      maxFileBytes: settings?.maxFileBytes ?? 0,
    },
  };
}

/** Returns the numbers of files of these roots, or of all of them. */
export function coverageOf(
  stores: readonly StoreStatus[],
  rootIds: readonly string[] | undefined,
): Coverage {
  const sum = { filesSeen: 0, remembered: 0, pending: 0, skipped: 0, failed: 0 };
  const asked = stores
    .map(({ status }) => status)
    .filter(({ root }) => rootIds === undefined || rootIds.includes(root.id));
  for (const status of asked) {
    sum.filesSeen += status.filesSeen;
    sum.remembered += status.remembered;
    sum.pending += status.pending;
    sum.skipped += total(status.skipped);
    sum.failed += total(status.failed);
  }
  const stopped = stoppedBy(asked);
  return stopped === undefined ? sum : { ...sum, stopped };
}

/** Until then reading files and filling the memory of words come first. */
const notYetFilled: readonly RootStatus["state"][] = ["opening", "scanning", "filling"];

/** True when all files are known and can be found; the syntax pass may go on. */
function isFilled({ state }: RootStatus): boolean {
  return state === "refining" || state === "ready";
}

function total(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce<number>((sum, n) => sum + (n ?? 0), 0);
}
