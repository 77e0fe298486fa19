/** How long a command waits for the memory before it goes on. */
import type { MemoryStatus, RootStatus } from "../../protocol/types.ts";
import type { OpenFolder, Surroundings } from "./openFolder.ts";
import { ProgressBar, progressText } from "./progressBar.ts";

/**
 * What a command needs: `scanned`, that every file was looked at; `searchable`, that every file can be found;
 * `exact`, that the chunks follow the syntax as well.
 */
export type Readiness = "scanned" | "searchable" | "exact";

type State = RootStatus["state"];

const notYet: Readonly<Record<Readiness, readonly State[]>> = {
  scanned: ["opening", "scanning"],
  searchable: ["opening", "scanning", "filling"],
  exact: ["opening", "scanning", "filling", "refining"],
};

/** True when another process keeps the memory and this one only reads it. */
export function isFollower({ notices }: RootStatus): boolean {
  return notices.some(({ kind }) => kind === "readOnly");
}

/** True while the memory does not hold everything yet. */
export function isFilling({ state }: RootStatus): boolean {
  return notYet.searchable.includes(state);
}

/**
 * Waits until the memory is that far, with the progress on a terminal; what another process fills is waited
 * for as well. Rejects with AbortError on Ctrl-C. Errors: those of `memory/settled`.
 */
export async function waitFor(
  folder: OpenFolder,
  readiness: Readiness,
  around: Surroundings,
): Promise<void> {
  const { memory, clock } = folder.services;
  const bar = new ProgressBar(around.err, () => clock.elapsedMs());
  const show = (status: MemoryStatus): void => bar.show((width) => progressText(status, width));
  show(memory.status());
  const stop = memory.onStatusChanged(show);
  const isReached = (): boolean => !notYet[readiness].includes(folder.status().state);
  try {
    if (readiness === "scanned") return await statusWhere(folder, isReached, around);
    await statusWhere(folder, () => !isFollower(folder.status()) || isReached(), around);
    // When the other process ended before it was done, this one goes on.
    if (!isFollower(folder.status())) await memory.settled(readiness === "exact", around.signal);
  } finally {
    stop();
    bar.clear();
  }
}

async function statusWhere(
  { services: { memory } }: OpenFolder,
  holds: (status: MemoryStatus) => boolean,
  { signal }: Surroundings,
): Promise<void> {
  signal.throwIfAborted();
  if (holds(memory.status())) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = memory.onStatusChanged((status) => {
    if (holds(status)) resolve();
  });
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    stop();
    signal.removeEventListener("abort", abort);
  }
}
