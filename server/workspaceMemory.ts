/**
 * The memory of all open roots as the main thread sees it: calls go to the root's ingest thread, reading goes
 * straight to the stores, so that a question never waits for the writer.
 */
import { MemoryError } from "../protocol/errors.ts";
import type { FileChange } from "../protocol/methods.ts";
import type {
  Coverage,
  MemorySettings,
  MemoryStatus,
  Root,
  RootStatus,
} from "../protocol/types.ts";
import type { IngestAction, ProblemPage } from "./ingest/ingestCalls.ts";
import { IngestLink } from "./ingestLink.ts";
import type { EncoderOutcome } from "./encoderParts.ts";
import type { ModelNotice, Notice } from "../protocol/notices.ts";
import type { ModelFault } from "./model/modelFault.ts";
import type { RankerOutcome } from "./model/rankerModel.ts";
import type { OpenBank } from "./memory/memoryBank.ts";
import type { Logger, LogLevel } from "./ports.ts";
import type { DeepWorkspace } from "./deepMemory.ts";
import type { HistoryWorkspace } from "./history/historyCalls.ts";
import type { MemoryService } from "./services.ts";
import type { RankingEncoder } from "./rankingEncoder.ts";
import { RootLinks } from "./rootLinks.ts";
import { parseThreadsPerRoot } from "./threads.ts";
import { serverVersion } from "./version.ts";
import {
  coverageOf,
  deepWorkspaceOf,
  historyWorkspaceOf,
  type WorkspaceView,
} from "./workspaceViews.ts";

interface Opened {
  readonly storeDir: string;
  readonly roots: readonly Root[];
  readonly settings: MemorySettings;
}

export interface WorkspaceMemoryOptions {
  readonly log: Logger;
  /** Time without progress after which a file is given up. */
  readonly watchdogMs?: number;
  /** How long after a failure of a store or a folder it is tried again. */
  readonly retryMs?: number;
  /** How long the file system may take for one answer before its root counts as hanging. */
  readonly hangMs?: number;
  /** What the ingest threads write to standard error; `off`: nothing. */
  readonly logLevel?: LogLevel | "off";
  /** Without a model chunks get no embeddings, and the status says why. */
  readonly encoder: EncoderOutcome;
  readonly ranker: RankerOutcome;
  /** Whatever keeps it from being used is in the status, and it ends with the memory. */
  readonly rankingEncoder: RankingEncoder;
}

const defaultWatchdogMs = 60_000;
const defaultRetryMs = 3_000;
const defaultHangMs = 10_000;
/** A question waits this long for a few changed files; a fill of many goes on beside it. */
const freshenMs = 400;
const maxAwaitedChanges = 64;

/** What follows the memory and ends before it. */
export interface Companion {
  /** Roots, their state, settings or open editors changed. */
  workspaceChanged(): void;
  /** These files, by absolute path, may have another text than before. */
  filesTouched?(files: readonly string[]): void;
  /** These files, by absolute path, changed on the disk. */
  filesSaved?(files: readonly string[]): void;
  /** Forgets a root, with `forgetMemory` for everything else. Errors: `ownedElsewhere`, when nothing is forgotten. */
  forget?(rootId: string, forgetMemory: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export class WorkspaceMemory implements MemoryService {
  readonly #options: WorkspaceMemoryOptions;
  readonly #companions: Companion[] = [];
  readonly #links = new RootLinks();
  readonly #listeners = new Set<(status: MemoryStatus) => void>();
  readonly #overlays = new Map<string, string>();
  #openEditors: readonly string[] = [];
  #opened: Opened | undefined;
  /** Settled when the roots are those that were wanted last; whoever wanted them hears of failures. */
  #opening: Promise<unknown> = Promise.resolve();
  #trusted = false;
  #paused = false;
  /** Pauses and resumptions of this window that are not done everywhere yet. */
  #nPausing = 0;
  #closed = false;
  #changedLately = false;

  constructor(options: WorkspaceMemoryOptions) {
    this.#options = options;
    options.rankingEncoder.onUnavailable(() => this.#tellListeners());
  }

  accompany(companion: Companion): void {
    this.#companions.push(companion);
  }

  async open(
    storeDir: string,
    roots: readonly Root[],
    settings: MemorySettings,
    trusted: boolean,
  ): Promise<MemoryStatus> {
    this.#opened = { storeDir, roots, settings };
    this.#trusted = trusted;
    return this.#openStores();
  }

  async setRoots(roots: readonly Root[]): Promise<MemoryStatus> {
    if (this.#opened === undefined) throw new MemoryError("invalidRequest", "open first");
    this.#opened = { ...this.#opened, roots };
    return this.#openStores();
  }

  async configure(settings: MemorySettings, trusted: boolean): Promise<MemoryStatus> {
    if (this.#opened === undefined) throw new MemoryError("invalidRequest", "open first");
    const wasTrusted = this.#trusted;
    this.#opened = { ...this.#opened, settings };
    this.#trusted = trusted;
    if (!trusted) for (const file of [...this.#overlays.keys()]) this.documentClosed(file);
    if (trusted !== wasTrusted) return this.#openStores();
    return this.#statusAfter({ kind: "configure", settings: this.#settingsPerRoot });
  }

  filesChanged(changes: readonly FileChange[]): void {
    this.#changedLately = true;
    const files = changes.map((change) => change.file);
    this.#links.send({ kind: "filesChanged", files });
    for (const companion of this.#companions) companion.filesSaved?.(files);
    this.#touched(files);
  }

  documentChanged(file: string, _version: number, text: string): void {
    if (!this.#trusted) return;
    this.#changedLately = true;
    this.#overlays.set(file, text);
    this.#links.send({ kind: "overlay", file, text });
    this.#touched([file]);
  }

  documentClosed(file: string): void {
    if (!this.#overlays.delete(file)) return;
    this.#links.send({ kind: "overlay", file, text: undefined });
    this.#touched([file]);
  }

  #touched(files: readonly string[]): void {
    for (const companion of this.#companions) companion.filesTouched?.(files);
  }

  openEditors(files: readonly string[]): void {
    this.#openEditors = files;
    this.#links.send({ kind: "openEditors", files });
    this.#tellCompanions();
  }

  rescan(signal: AbortSignal = new AbortController().signal): Promise<MemoryStatus> {
    return this.#statusAfter({ kind: "rescan" }).then(() =>
      // While paused nothing settles, and whoever asked must not wait for it.
      this.#paused ? this.status() : this.settled(false, signal),
    );
  }

  status(): MemoryStatus {
    return {
      roots: this.#links.stores.map((store) => this.#withModelNotices(store.status)),
      paused: this.#paused,
      serverVersion,
    };
  }

  /** The models are everybody's, but only a root can show what they mean. */
  #withModelNotices(status: RootStatus): RootStatus {
    const { encoder, ranker, rankingEncoder } = this.#options;
    const notices: Notice[] = [...status.notices];
    const tell = (model: ModelNotice["model"], { kind: cause, file }: ModelFault): void => {
      notices.push({ kind: "modelUnavailable", model, cause, file });
    };
    if (encoder.kind === "unavailable") tell("static", encoder.fault);
    if (ranker.kind === "unavailable") tell("ranker", ranker.fault);
    if (rankingEncoder.fault !== undefined) tell("encoder", rankingEncoder.fault);
    return { ...status, notices };
  }

  settled(refined: boolean, signal: AbortSignal): Promise<MemoryStatus> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason as Error);
      if (signal.aborted) return abort();
      signal.addEventListener("abort", abort, { once: true });
      this.#statusAfter({ kind: "settled", refined })
        .then(resolve, reject)
        .finally(() => signal.removeEventListener("abort", abort));
    });
  }

  /** Those of a root that hangs are left out. */
  problems(rootId: string | undefined, offset: number, limit: number): Promise<ProblemPage> {
    return this.#links.problems(rootId, offset, limit);
  }

  async pause(): Promise<MemoryStatus> {
    return this.#setPaused(true);
  }

  async resume(): Promise<MemoryStatus> {
    return this.#setPaused(false);
  }

  async #setPaused(isPaused: boolean): Promise<MemoryStatus> {
    this.#nPausing++;
    try {
      this.#paused = isPaused;
      return await this.#statusAfter({ kind: isPaused ? "pause" : "resume" });
    } finally {
      this.#nPausing--;
    }
  }

  /** A window pauses and resumes the memory of a folder for all windows that have it open. */
  #followPause(): void {
    if (this.#nPausing > 0) return;
    const states = this.#links.stores
      .map(({ status }) => status.state)
      .filter((state) => state !== "opening" && state !== "failed");
    if (states.length > 0) this.#paused = states.every((state) => state === "paused");
  }

  async rebuild(rootId: string | undefined): Promise<MemoryStatus> {
    const links = this.#links.select(rootId);
    await Promise.all(links.map((link) => link.call({ kind: "rebuild", rootId: link.root.id })));
    return this.status();
  }

  async forget(rootId: string): Promise<MemoryStatus> {
    const [link] = this.#links.select(rootId);
    if (link?.hangs === true)
      throw new MemoryError("storeUnavailable", "the folder does not answer");
    const forgetMemory = async (): Promise<void> => {
      this.#links.closeBank(rootId);
      await link?.call({ kind: "forget", rootId });
      await this.#links.close(rootId);
    };
    const forget = this.#companions.reduce<() => Promise<void>>(
      (inner, companion) => () => companion.forget?.(rootId, inner) ?? inner(),
      forgetMemory,
    );
    await forget();
    return this.status();
  }

  onStatusChanged(listener: (status: MemoryStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits until changes that are being remembered right now are searchable, but not for long. */
  async freshen(signal: AbortSignal): Promise<void> {
    const busy = this.#links.stores.some(
      ({ status }) => status.state === "filling" && status.pending <= maxAwaitedChanges,
    );
    if (!busy && !this.#changedLately) return;
    this.#changedLately = false;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(freshenMs)]);
    await this.settled(false, limit).catch((error: unknown) => {
      signal.throwIfAborted();
      // What a failed store or a long fill cannot give yet, the coverage of the result says.
      if (!limit.aborted && !(error instanceof MemoryError)) throw error;
    });
  }

  /** Asks for syntax-exact chunks of files that a question returns. False when they did not come in time. */
  refineNow(rootId: string, paths: readonly string[], signal: AbortSignal): Promise<boolean> {
    return this.#links.refineNow(rootId, paths, signal);
  }

  /** Returns the stores to ask, those of `rootIds` or all. A root whose store does not exist yet is left out. */
  banks(rootIds: readonly string[] | undefined): OpenBank[] {
    return this.#links.banks(rootIds);
  }

  storeFile(rootId: string): string | undefined {
    this.#links.select(rootId);
    return this.banks([rootId])[0]?.bank.file;
  }

  /** A reader met damage in a store: whoever writes to it makes a new one. */
  damaged(open: OpenBank): void {
    this.#links.damaged(open);
  }

  coverage(rootIds: readonly string[] | undefined): Coverage {
    return coverageOf(this.#links.stores, rootIds);
  }

  /** What the deep memory follows. */
  deepWorkspace(): DeepWorkspace {
    return deepWorkspaceOf(this.#view);
  }

  /** What the histories follow. */
  historyWorkspace(): HistoryWorkspace {
    return historyWorkspaceOf(this.#view);
  }

  get #view(): WorkspaceView {
    const { storeDir, settings } = this.#opened ?? {};
    return {
      storeDir,
      settings,
      isTrusted: this.#trusted,
      isPaused: this.#paused,
      openEditors: this.#openEditors,
      links: this.#links,
    };
  }

  /** Returns the id of a root that is open: the first one's for that of another folder of the same repository. */
  presentRoot(rootId: string): string {
    if (this.#links.get(rootId) !== undefined) return rootId;
    return this.#opened?.roots[0]?.id ?? rootId;
  }

  /** Returns the unsaved editor text of a file, by absolute path. */
  overlay(file: string): string | undefined {
    return this.#overlays.get(file);
  }

  /** Absolute paths of the open editors, most recent first. */
  get openFiles(): readonly string[] {
    return this.#openEditors;
  }

  /** Bytes of the largest file that is remembered; 0 while nothing is open. */
  get maxFileBytes(): number {
    return this.#opened?.settings.maxFileBytes ?? 0;
  }

  /** True when the files of some root are in memory, so that there is time for other things. */
  get isFilled(): boolean {
    return this.#links.stores.some(({ status }) => status.state === "ready");
  }

  get hangs(): boolean {
    return this.#links.hangs;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // They read from the stores.
    await Promise.all(this.#companions.map((companion) => companion.close()));
    await Promise.all([
      ...this.#links.rootIds.map((rootId) => this.#links.close(rootId)),
      this.#options.rankingEncoder.close(),
    ]);
  }

  /** One after the other. Errors: when none of the roots that are new can be opened, the first one's. */
  #openStores(): Promise<MemoryStatus> {
    const opening = this.#opening.then(() => this.#openStoresNow());
    this.#opening = opening.catch(() => undefined);
    return opening;
  }

  async #openStoresNow(): Promise<MemoryStatus> {
    const { roots } = this.#opened as Opened;
    const wanted = this.#trusted ? roots : [];
    const ids = new Set(wanted.map((root) => root.id));
    const surplus = this.#links.rootIds.filter((rootId) => !ids.has(rootId));
    await Promise.all(surplus.map((rootId) => this.#links.close(rootId)));
    const added = wanted.filter((root) => this.#links.get(root.id) === undefined);
    for (const root of added) this.#addLink(root);
    await this.#statusAfter({ kind: "configure", settings: this.#settingsPerRoot });
    await Promise.all(added.map((root) => this.#openRoot(root)));
    const errors = added.map((root) => this.#links.get(root.id)?.store.error);
    const [first] = errors;
    if (first === undefined || errors.includes(undefined)) return this.status();
    await Promise.all(added.map((root) => this.#links.close(root.id)));
    throw new MemoryError(first.errorName, first.detail);
  }

  get #settingsPerRoot(): MemorySettings {
    const { settings } = this.#opened as Opened;
    return { ...settings, threads: parseThreadsPerRoot(settings.threads, this.#links.size) };
  }

  #addLink(root: Root): void {
    const { log, watchdogMs, retryMs, hangMs, logLevel, encoder } = this.#options;
    const link = new IngestLink({
      root,
      log,
      watchdogMs: watchdogMs ?? defaultWatchdogMs,
      retryMs: retryMs ?? defaultRetryMs,
      hangMs: hangMs ?? defaultHangMs,
      logLevel: logLevel ?? "info",
      encoder: encoder.kind === "ready" ? encoder.parts : undefined,
      changed: () => this.#tellListeners(),
      restarted: () => this.#openAgain(link),
    });
    this.#links.add(link);
  }

  /** Tells a root's new thread everything that is known of the workspace. */
  async #openRoot(root: Root): Promise<void> {
    const link = this.#links.get(root.id);
    const { storeDir } = this.#opened as Opened;
    for (const [file, text] of this.#overlays) link?.send({ kind: "overlay", file, text });
    link?.send({ kind: "openEditors", files: this.#openEditors });
    if (this.#paused) link?.send({ kind: "pause" });
    await link?.call({ kind: "open", storeDir, roots: [root], settings: this.#settingsPerRoot });
  }

  #openAgain(link: IngestLink): void {
    this.#links.closeBank(link.root.id);
    this.#openRoot(link.root).catch((error: unknown) => {
      if (!(error instanceof MemoryError)) throw error;
      this.#options.log.log("error", "ingest", "the memory does not open again", {
        code: error.errorName,
      });
    });
  }

  /** Errors: `internal` after `close`. */
  async #statusAfter(action: IngestAction): Promise<MemoryStatus> {
    if (this.#closed) throw new MemoryError("internal", "the memory was closed");
    await this.#links.call(action);
    this.#tellCompanions();
    return this.status();
  }

  #tellCompanions(): void {
    for (const companion of this.#companions) companion.workspaceChanged();
  }

  #tellListeners(): void {
    this.#followPause();
    this.#tellCompanions();
    for (const listener of this.#listeners) listener(this.status());
  }
}
