/** The history of one root: where it is kept, who may write it, and how far it is. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { HistoryStatus } from "../../protocol/history.ts";
import type { GitFailure } from "../git/gitCommand.ts";
import { repositoryIdentity, workFolderOf } from "../identity/repositoryIdentity.ts";
import { errorCode } from "../memory/database.ts";
import { makeFolder } from "../memory/storeFolder.ts";
import { acquireStoreLock, type StoreLock } from "../memory/storeLock.ts";
import { MemoryError } from "../../protocol/errors.ts";
import { EditLog } from "./editLog.ts";
import { fillHistory } from "./historyFill.ts";
import { HistoryReader } from "./historyReader.ts";
import { SeenStore } from "./seenStore.ts";
import { HistoryWriter } from "./historyWriter.ts";
import { definitionAttributes, definitionSettings } from "./patchSymbols.ts";

type Problem = GitFailure | "noCommits";

/**
 * One checkout's history. Each checkout of a repository has a file of its own beside the others, because what is
 * reachable from its head is its own.
 */
export class RootHistory {
  readonly folder: string;
  readonly #storeDir: string;
  readonly #changed: () => void;
  #place: { readonly file: string; readonly prefix: string } | undefined;
  #lock: StoreLock | undefined;
  #writer: HistoryWriter | undefined;
  #reader: HistoryReader | undefined;
  #seen: SeenStore | undefined;
  #edits: EditLog | undefined;
  #problem: Problem | undefined;
  #state: "waiting" | "reading" | "ready" = "waiting";

  constructor(storeDir: string, folder: string, changed: () => void) {
    this.#storeDir = storeDir;
    this.folder = folder;
    this.#changed = changed;
  }

  /** The root's path inside the repository. */
  get prefix(): string {
    return this.#place?.prefix ?? "";
  }

  /** `undefined` before anything was read. */
  get reader(): HistoryReader | undefined {
    if (this.#reader !== undefined || this.#place === undefined) return this.#reader;
    try {
      this.#reader = new HistoryReader(this.#place.file);
    } catch (error) {
      // Another process keeps it and has not begun yet.
      if (!(error instanceof MemoryError)) throw error;
    }
    return this.#reader;
  }

  /** What is in memory from before, without a look at the repository. Rejects with the signal's reason when cancelled. */
  async kept(signal: AbortSignal): Promise<HistoryReader | undefined> {
    this.#place ??= await this.#find(signal);
    return this.reader;
  }

  /** `problem` is what git said just now, before the history is read for the first time. */
  status(problem = this.#problem): HistoryStatus {
    const reader = this.reader;
    const { head: _head, oldestSeconds, ...extent } = reader?.extent() ?? nothing;
    const state = this.#stateNow(extent.nCommits, problem);
    return { state, ...extent, oldestMs: oldestSeconds * 1000 };
  }

  #stateNow(nCommits: number, problem: Problem | undefined): HistoryStatus["state"] {
    if (problem === undefined) return this.#state;
    // What was read before can still be asked when git is gone or too slow.
    if (nCommits > 0 && problem !== "noRepository" && problem !== "noCommits") return "failed";
    return problem === "timeout" ? "failed" : problem;
  }

  /**
   * Brings the history up to date. Another process that keeps it does so itself. Rejects with the signal's reason when
   * cancelled, and with the store's errors.
   */
  async fill(maxCommits: number, signal: AbortSignal): Promise<void> {
    if (this.#state === "waiting") this.#state = "reading";
    const place = (this.#place ??= await this.#find(signal));
    if (!this.#own(place.file)) {
      this.#state = "ready";
      return this.#changed();
    }
    const writer = (this.#writer ??= new HistoryWriter(place.file));
    const outcome = await fillHistory(writer, {
      ...{ folder: this.folder, prefix: place.prefix, maxCommits, signal },
      settings: definitionSettings(this.#attributesFile(place.file)),
      progress: (of) => {
        this.#state = of === "commits" ? "reading" : "ready";
        this.#changed();
      },
    });
    this.#problem = outcome.kind === "current" ? undefined : outcome.kind;
    this.#state = "ready";
    this.#changed();
  }

  /** What was looked at, in whatever window. Errors: those of the store. */
  async seen(signal: AbortSignal): Promise<SeenStore> {
    const place = (this.#place ??= await this.#find(signal));
    return (this.#seen ??= new SeenStore(besideHistory(place.file, "seen")));
  }

  /** What was saved when, in whatever window. Errors: those of the store. */
  async edits(signal: AbortSignal): Promise<EditLog> {
    const place = (this.#place ??= await this.#find(signal));
    return (this.#edits ??= new EditLog(besideHistory(place.file, "edits")));
  }

  /** As `edits`, to write to; `undefined` while another process does, which hears of the same changes. */
  async ownEdits(signal: AbortSignal): Promise<EditLog | undefined> {
    const place = (this.#place ??= await this.#find(signal));
    return this.#own(place.file) ? this.edits(signal) : undefined;
  }

  /** Says that the store could not be written. */
  fail(): void {
    this.#problem = "failed";
    this.#changed();
  }

  /** Deletes what can be read from git again. */
  discard(): void {
    this.close();
    if (this.#place === undefined) return;
    for (const suffix of ["", "-wal", "-shm", ".lock", ".attributes"])
      rmSync(this.#place.file + suffix, { force: true });
  }

  /** Deletes all that is remembered. Rejects with the signal's reason when cancelled. */
  async forget(signal: AbortSignal): Promise<void> {
    const place = this.#place ?? (await this.#find(signal));
    this.#place = place;
    this.close();
    const others = (["seen", "edits"] as const).map((name) => besideHistory(place.file, name));
    for (const file of [place.file, ...others]) removeFiles(file);
  }

  close(): void {
    this.#reader?.close();
    this.#seen?.close();
    this.#edits?.close();
    this.#writer?.close();
    this.#lock?.release();
    this.#reader = undefined;
    this.#seen = undefined;
    this.#edits = undefined;
    this.#writer = undefined;
    this.#lock = undefined;
  }

  async #find(signal: AbortSignal): Promise<{ file: string; prefix: string }> {
    const identity = await repositoryIdentity(this.folder, signal);
    const checkout = checkoutOf(this.folder);
    const folder = workFolderOf(this.#storeDir, identity);
    return { file: path.join(folder, `history-${checkout}.sqlite`), prefix: identity.prefix };
  }

  #own(file: string): boolean {
    this.#lock ??= acquireStoreLock(`${file}.lock`);
    return this.#lock !== undefined;
  }

  #attributesFile(file: string): string {
    const attributes = `${file}.attributes`;
    makeFolder(path.dirname(file));
    writeFileSync(attributes, definitionAttributes);
    return attributes;
  }
}

/** Tells working trees of one repository apart. */
function checkoutOf(folder: string): string {
  return createHash("sha256").update(folder).digest("hex").slice(0, 16);
}

/**
 * Deletes what is remembered of the past of a folder that is gone, whatever its repository was. Errors: those of the file
 * system.
 */
export function forgetHistoryOf(storeDir: string, folder: string): void {
  const work = path.join(storeDir, "work");
  if (!existsSync(work)) return;
  for (const repository of readdirSync(work)) {
    const history = path.join(work, repository, `history-${checkoutOf(folder)}.sqlite`);
    const others = (["seen", "edits"] as const).map((name) => besideHistory(history, name));
    for (const file of [history, ...others]) removeFiles(file);
  }
}

/** They are irreplaceable, and stay when the history beside them is read anew. */
function besideHistory(historyFile: string, name: "seen" | "edits"): string {
  return historyFile.replace(/history-(\w+)\.sqlite$/, `${name}-$1.sqlite`);
}

/** Removes a file with its journals, and with what was moved aside because it was damaged. */
function removeFiles(file: string): void {
  const folder = path.dirname(file);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (name.startsWith(path.basename(file))) rmSync(path.join(folder, name), { force: true });
}

const nothing = {
  ...{ head: "", nCommits: 0, nWithoutSymbols: 0, isWhole: false, oldestSeconds: 0 },
  ...{ nInRepository: 0, isShallow: false },
};

/** True when the store failed and not the code. */
export function isStoreError(error: unknown): boolean {
  return error instanceof MemoryError || errorCode(error) !== undefined;
}
