import { existsSync, readdirSync, realpathSync, statSync, type Stats } from "node:fs";
import path from "node:path";
import { isAbort } from "../rpc/wireError.ts";
import { MemoryError, type ErrorName } from "../../protocol/errors.ts";
import type { MemoryStatus, Root, RootStatus } from "../../protocol/types.ts";
import type { Services } from "../handlers.ts";
import type { Common } from "./command.ts";
import { forgetQuotes } from "../workMemory.ts";
import { withKeptConversations } from "./keptConversations.ts";
import { program } from "./program.ts";
import { defaultStoresDir, rootOf, type DataPlaces } from "./storeLocation.ts";
import type { OutputStream } from "./terminal.ts";

/** What the command line takes from the process it runs in. */
export interface Surroundings extends DataPlaces {
  readonly cwd: string;
  readonly out: OutputStream;
  readonly err: OutputStream;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /**
   * `statusCommand`: what an answer names as the command that lists what is not in memory. `notesDir`: where notes are,
   * when not in the store.
   */
  readonly createServices: (
    statusCommand: string,
    notesDir: string | undefined,
  ) => Promise<Services>;
}

/** A failure that the person at the terminal can understand and mend; the message is a sentence. */
export class CliError extends Error {
  /** What `--json` calls it. */
  readonly failure: ErrorName | "failed";
  constructor(sentence: string, failure: ErrorName | "failed" = "failed") {
    super(sentence);
    this.failure = failure;
  }
}

/** A folder as named on the command line, checked. */
export interface NamedFolder {
  readonly root: Root;
  readonly storeDir: string;
  /** True when `storeDir` is Lore's own and not one that the user named. */
  readonly inDefaultPlace: boolean;
  /** Where notes are: in the default place all memories share them, so that working trees of a repository do. */
  readonly notesDir: string;
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
  const real = named(realpathSync.native(absolute), common, around);
  // The editor names a folder by the path that it was opened with, be that a link; its memory is to be found.
  const asGiven = named(absolute, common, around);
  return !existsSync(filesOf(real)) && existsSync(filesOf(asGiven)) ? asGiven : real;
}

/**
 * Returns a folder that is deleted while its memory is still there; `undefined` for every other path.
 * Errors: `CliError` when the store's place is no folder or cannot be read.
 */
export function nameDeletedFolder(
  given: string,
  common: Common,
  around: Surroundings,
): NamedFolder | undefined {
  const absolute = path.resolve(around.cwd, given);
  if (existsSync(absolute)) return undefined;
  const gone = named(realPathOfGone(absolute), common, around);
  return hasStore(gone) && existsSync(filesOf(gone)) ? gone : undefined;
}

/** Returns where in the store the memory of this folder lies. */
export function filesOf({ root, storeDir }: NamedFolder): string {
  return path.join(storeDir, root.id);
}

/** Links among the folders above that are still there are followed, as when the memory was made. */
function realPathOfGone(absolute: string): string {
  const above = path.dirname(absolute);
  if (above === absolute) return absolute;
  const real = existsSync(above) ? realpathSync.native(above) : realPathOfGone(above);
  return path.join(real, path.basename(absolute));
}

function named(folder: string, common: Common, around: Surroundings): NamedFolder {
  const root = rootOf(folder);
  const { storeDir } = common;
  if (storeDir !== undefined) {
    const given = path.resolve(around.cwd, storeDir);
    return { root, storeDir: given, inDefaultPlace: false, notesDir: given };
  }
  const notesDir = defaultStoresDir(around);
  return { root, storeDir: path.join(notesDir, root.id), inDefaultPlace: true, notesDir };
}

/** True when a memory may lie in the folder's store. Errors: `CliError` when the store's place is no folder or cannot be read. */
export function hasStore({ storeDir }: NamedFolder): boolean {
  if (!existsSync(storeDir)) return false;
  try {
    return readdirSync(storeDir).length > 0;
  } catch (error) {
    throw unusable(error, storeDir);
  }
}

/** Opens the memory; filling begins. Errors: `CliError` for a place that cannot hold a memory, and those of `memory/open`. */
export async function openFolder(
  folder: NamedFolder,
  common: Common,
  around: Surroundings,
): Promise<OpenFolder> {
  checkStorePlace(folder);
  const services = await around.createServices(
    statusCommandOf(folder, around.platform),
    folder.notesDir === folder.storeDir ? undefined : folder.notesDir,
  );
  const { memory } = services;
  try {
    services.requireSqlite();
    await memory.open(folder.storeDir, [folder.root], common.settings, true);
  } catch (error) {
    await memory.close();
    throw placed(error, folder.storeDir);
  }
  services.notes.onRoomMade((gone) =>
    withKeptConversations({ ...folder, services }, (conversations) =>
      forgetQuotes(conversations, gone),
    ),
  );
  return {
    ...folder,
    services,
    status: () => rootStatus(memory.status(), folder.root),
    close: () => memory.close(),
  };
}

/** True for the rejection that Ctrl-C causes. */
export function isInterrupted(error: unknown, { signal }: Surroundings): boolean {
  return signal.aborted && isAbort(error);
}

/** Returns the command line that shows the status of this very memory, as the platform's shell reads it. */
export function statusCommandOf(
  { root, storeDir, inDefaultPlace }: NamedFolder,
  platform: NodeJS.Platform,
): string {
  const quoted = (word: string): string => {
    if (/^[\p{L}\p{N}_@%+=:,./\\-]+$/u.test(word) && (platform === "win32" || !/\\/.test(word)))
      return word;
    // A path of Windows holds no quotation mark.
    return platform === "win32" ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
  };
  const store = inDefaultPlace ? "" : ` --store ${quoted(storeDir)}`;
  return `${program} status ${quoted(root.folder)}${store}`;
}

function rootStatus({ roots }: MemoryStatus, root: Root): RootStatus {
  const status = roots.find((candidate) => candidate.root.id === root.id);
  if (status === undefined) throw new CliError(`Lore has not opened ${root.folder}.`);
  return status;
}

function checkFolder(absolute: string, given: string): void {
  const stats = statOf(absolute, given);
  if (stats === undefined) {
    throw new CliError(`There is no folder ${given}. Check the path; nothing was changed.`);
  }
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
  const code = systemCode(error);
  if (code === undefined) return error;
  return new CliError(`${given} cannot be read (${code}). Check the path and its permissions.`);
}

/** A file in the way is told before anything is started; what else can go wrong shows when the store is opened. */
function checkStorePlace({ storeDir }: NamedFolder): void {
  let stats: Stats | undefined;
  try {
    stats = statSync(storeDir, { throwIfNoEntry: false });
  } catch (error) {
    throw unusable(error, storeDir);
  }
  if (stats !== undefined && !stats.isDirectory()) throw unusable({ code: "ENOTDIR" }, storeDir);
}

/** Returns the sentence for a folder of memories that the system refuses; what the system did not report comes back. */
export function unusable(error: unknown, storeDir: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  if (code === "ENOTDIR" || code === "EEXIST") {
    return new CliError(
      `No memory can be kept in ${storeDir}: there is a file in its place. Name a folder with --store, or leave --store out.`,
    );
  }
  return new CliError(
    `The folder of the memory, ${storeDir}, cannot be used (${code}). Check its permissions, or name another one with --store.`,
  );
}

/** Says where the store is that the system does not let be opened; other failures have sentences of their own. */
function placed(error: unknown, storeDir: string): unknown {
  const isSystems = error instanceof MemoryError && /^E[A-Z]+$/.test(error.detail);
  return isSystems ? unusable({ code: error.detail }, storeDir) : error;
}

/** The system's name of a failure, such as EACCES; `undefined` for what the system did not report. */
function systemCode(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return /^E[A-Z]+$/.test(code) || code === "ERR_INVALID_ARG_VALUE" ? code : undefined;
}
