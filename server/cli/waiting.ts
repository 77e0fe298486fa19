/** How long a command waits for the memory before it goes on. */
import { MemoryError } from "../../protocol/errors.ts";
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
  return notices.some(({ kind }) => kind === "readOnly" || kind === "ownerSilent");
}

/** True when another process keeps the memory and does not answer. */
function isOwnerSilent({ notices }: RootStatus): boolean {
  return notices.some(({ kind }) => kind === "ownerSilent");
}

/** An owner that is silent for so long is waited for no more; it may have been at a long step of its work. */
const maxSilentMs = 15_000;

/** True while the memory does not hold everything yet. */
export function isFilling({ state }: RootStatus): boolean {
  return notYet.searchable.includes(state);
}

/**
 * Waits until the memory is that far, with the progress on a terminal; what another process fills is waited
 * for as well. Rejects with AbortError on Ctrl-C. Errors: those of `memory/settled`, with `ownerSilent` when the other
 * process does not answer any more.
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
    // Who only wants to see how far the memory is sees as well that nobody goes on with it.
    if (readiness === "scanned")
      return await statusWhere(folder, () => isReached() || isOwnerSilent(folder.status()), around);
    await statusWhere(folder, () => !isFollower(folder.status()) || isReached(), around);
    // When the other process ended before it was done, this one goes on.
    if (!isFollower(folder.status())) await memory.settled(readiness === "exact", around.signal);
  } finally {
    stop();
    bar.clear();
  }
}

/**
 * Waits until every file can be found, with `refined` as its syntax has it, for so long at most. What fails meanwhile is in
 * the status; only the user's own cancel rejects.
 */
export async function settleAMoment(
  { services }: OpenFolder,
  refined: boolean,
  maxMs: number,
  around: Surroundings,
): Promise<void> {
  const signal = AbortSignal.any([around.signal, AbortSignal.timeout(maxMs)]);
  try {
    await services.memory.settled(refined, signal);
  } catch (error) {
    around.signal.throwIfAborted();
    if (!signal.aborted && !(error instanceof MemoryError)) throw error;
  }
}

async function statusWhere(
  folder: OpenFolder,
  holds: () => boolean,
  { signal }: Surroundings,
): Promise<void> {
  const { memory, clock } = folder.services;
  signal.throwIfAborted();
  if (holds()) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let silentSinceMs: number | undefined;
  const look = (): void => {
    if (holds()) return resolve();
    if (!isOwnerSilent(folder.status())) silentSinceMs = undefined;
    else if (clock.elapsedMs() - (silentSinceMs ??= clock.elapsedMs()) >= maxSilentMs)
      reject(new MemoryError("ownerSilent"));
  };
  look();
  // A silent owner is tried again and again, and each time is told.
  const stop = memory.onStatusChanged(look);
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    stop();
    signal.removeEventListener("abort", abort);
  }
}
