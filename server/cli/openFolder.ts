import { existsSync, readdirSync, realpathSync, statSync, type Stats } from "node:fs";
import path from "node:path";
import { isAbort } from "../rpc/wireError.ts";
import type { MemoryStatus, Root, RootStatus } from "../../protocol/types.ts";
import type { Services } from "../handlers.ts";
import type { Common } from "./options.ts";
import { ProgressBar } from "./progressBar.ts";
import { defaultStoresDir, rootOf, type DataPlaces } from "./storeLocation.ts";
import type { OutputStream } from "./terminal.ts";

/** What the command line takes from the process it runs in. */
export interface Surroundings extends DataPlaces {
  readonly cwd: string;
  readonly out: OutputStream;
  readonly err: OutputStream;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly createServices: () => Promise<Services>;
}

/** A failure that the person at the terminal can understand and mend; the message is a sentence. */
export class CliError extends Error {}

/** A folder as named on the command line, checked. */
export interface NamedFolder {
  readonly root: Root;
  readonly storeDir: string;
  /** True when `storeDir` is Lore's own and not one that the user named. */
  readonly inDefaultPlace: boolean;
}

/** A folder whose memory is open. */
export interface OpenFolder extends NamedFolder {
  readonly services: Services;
  status(): RootStatus;
  close(): Promise<void>;
}

/** Errors: `CliError` when the folder does not exist, is a file or cannot be read. */
export function nameFolder(given: string, common: Common, around: Surroundings): NamedFolder {
  const absolute = path.resolve(around.cwd, given);
  checkFolder(absolute, given);
  const root = rootOf(realpathSync.native(absolute));
  const { storeDir } = common;
  if (storeDir !== undefined) {
    return { root, storeDir: path.resolve(around.cwd, storeDir), inDefaultPlace: false };
  }
  return { root, storeDir: path.join(defaultStoresDir(around), root.id), inDefaultPlace: true };
}

/** True when a memory may lie in the folder's store. */
export function hasStore({ storeDir }: NamedFolder): boolean {
  return existsSync(storeDir) && readdirSync(storeDir).length > 0;
}

/** Opens the memory; filling begins. Errors: those of `memory/open`. */
export async function openFolder(
  folder: NamedFolder,
  common: Common,
  around: Surroundings,
): Promise<OpenFolder> {
  const services = await around.createServices();
  const { memory } = services;
  try {
    services.requireSqlite();
    await memory.open(folder.storeDir, [folder.root], common.settings, true);
  } catch (error) {
    await memory.close();
    throw error;
  }
  return {
    ...folder,
    services,
    status: () => rootStatus(memory.status(), folder.root),
    close: () => memory.close(),
  };
}

/**
 * Waits until all is searchable and, with `refined`, follows the syntax; shows the progress meanwhile.
 * Rejects with AbortError on Ctrl-C.
 */
export async function settle(
  { services: { memory, clock } }: OpenFolder,
  refined: boolean,
  around: Surroundings,
): Promise<void> {
  const bar = new ProgressBar(around.err, () => clock.elapsedMs());
  bar.show(memory.status());
  const stop = memory.onStatusChanged((status) => bar.show(status));
  try {
    await memory.settled(refined, around.signal);
  } finally {
    stop();
    bar.clear();
  }
}

/** Waits until all files of the folder were looked at. Rejects with AbortError on Ctrl-C. */
export async function settleScan(folder: OpenFolder, { signal }: Surroundings): Promise<void> {
  const isScanned = (): boolean => !["opening", "scanning"].includes(folder.status().state);
  if (isScanned()) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = folder.services.memory.onStatusChanged(() => {
    if (isScanned()) resolve();
  });
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    await promise;
  } finally {
    stop();
    signal.removeEventListener("abort", abort);
  }
}

/** True for the rejection that Ctrl-C causes. */
export function isInterrupted(error: unknown, { signal }: Surroundings): boolean {
  return signal.aborted && isAbort(error);
}

function rootStatus({ roots }: MemoryStatus, root: Root): RootStatus {
  const status = roots.find((candidate) => candidate.root.id === root.id);
  if (status === undefined) throw new CliError(`Lore has not opened ${root.folder}.`);
  return status;
}

function checkFolder(absolute: string, given: string): void {
  const stats = statOf(absolute, given);
  if (stats === undefined) throw new CliError(`${given} does not exist.`);
  if (!stats.isDirectory()) {
    throw new CliError(`${given} is not a folder. Name the folder that holds it.`);
  }
  try {
    readdirSync(absolute);
  } catch (error) {
    throw unreadable(error, given);
  }
}

function statOf(absolute: string, given: string): Stats | undefined {
  try {
    return statSync(absolute, { throwIfNoEntry: false });
  } catch (error) {
    throw unreadable(error, given);
  }
}

function unreadable(error: unknown, given: string): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (!/^E[A-Z]+$/.test(code) && code !== "ERR_INVALID_ARG_VALUE") return error;
  return new CliError(`${given} cannot be read (${code}). Check the path and its permissions.`);
}
