/** The thread's side of the histories: one after the other is brought up to date, and questions are answered beside it. */
import { MemoryError } from "../../protocol/errors.ts";
import type { FileAtParams, RecallAtParams, RecallAtResult } from "../../protocol/asOf.ts";
import type { HistoryStatus, PastParams, PastResult } from "../../protocol/history.ts";
import type { ForgetWorkParams } from "../../protocol/savedMemory.ts";
import type { WhoWroteParams, WhoWroteResult } from "../../protocol/whoWrote.ts";
import type { SyntaxChunker } from "../ingest/syntax/syntaxChunker.ts";
import type { ChangedParams, ChangedResult } from "../../protocol/changed.ts";
import { relativeTo } from "../ingest/rootPath.ts";
import { asMemoryError, isDamage } from "../memory/database.ts";
import type { Clock, FileSystem, Logger } from "../ports.ts";
import type { HistoryExtentParams, HistoryExtents } from "../services.ts";
import type { ThreadFailure } from "../threadFailure.ts";
import {
  noExtents,
  noHistory,
  type HistoryCall,
  type HistoryReply,
  type HistoryRequestName,
  type HistoryRequests,
  type HistoryWorkspace,
} from "./historyCalls.ts";
import { VersionCache } from "./definitionVersions.ts";
import type {
  Age,
  CommitAbout,
  CommitsAboutParams,
  Happened,
  HappenedParams,
} from "../services.ts";
import { commitsAbout } from "./commitsAbout.ts";
import { changedSince, seenNow, type ChangedContext } from "./changedSince.ts";
import { ageOf } from "./ageOf.ts";
import { headOf } from "./historyFill.ts";
import { noteEdits } from "./noteEdits.ts";
import { infoOf, pastOf } from "./past.ts";
import { askedAt } from "./askedAt.ts";
import { recallAt, textAt } from "./recallAt.ts";
import { whoWrote } from "./whoWrote.ts";
import { commitAt } from "./treeAt.ts";
import { isStoreError, RootHistory } from "./rootHistory.ts";

export interface HistoryHostOptions {
  readonly log: Logger;
  readonly clock: Clock;
  /** A question waits this long for a look at the repository. */
  readonly freshenMs: number;
  readonly files: FileSystem;
  readonly hashText: (text: string) => string;
  readonly syntax: SyntaxChunker | undefined;
  readonly say: (reply: HistoryReply) => void;
}

/** The status is told at most this often. */
const saidMs = 200;

export class HistoryHost {
  readonly #options: HistoryHostOptions;
  readonly #histories = new Map<string, RootHistory>();
  readonly #versions = new VersionCache();
  readonly #requests = new Map<number, AbortController>();
  #workspace: HistoryWorkspace | undefined;
  #following: Promise<void> = Promise.resolve();
  #filling: Promise<void> = Promise.resolve();
  #noting: Promise<void> = Promise.resolve();
  #stop = new AbortController();
  #isWaiting = false;
  #saying: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: HistoryHostOptions) {
    this.#options = options;
  }

  /** Resolves when the call was dealt with; never rejects. */
  async call(call: HistoryCall): Promise<void> {
    switch (call.kind) {
      case "follow":
        this.#following = this.#following.then(() => this.#follow(call.workspace));
        return this.#following;
      case "look":
        return this.#look();
      case "saved": {
        const following = this.#following;
        this.#noting = this.#noting.then(() => following).then(() => this.#saved(call.files));
        return this.#noting;
      }
      case "request":
        return this.#answer(call);
      case "cancel":
        return this.#requests.get(call.id)?.abort();
      case "forget": {
        // In the order of the calls: the next one may say that the folder is not open any more, or that it is again.
        const noting = this.#noting;
        this.#following = this.#following.then(() => this.#forget(call.rootId, noting));
        return this.#following;
      }
      case "close":
        return this.#close();
    }
  }

  async #follow(workspace: HistoryWorkspace): Promise<void> {
    const left = this.#workspace?.activeFile;
    if (left !== workspace.activeFile) await this.#turnedFrom(left);
    this.#workspace = workspace;
    const wanted = new Map(workspace.roots.map((root) => [root.rootId, root.folder]));
    for (const [rootId, history] of this.#histories) {
      if (wanted.get(rootId) === history.folder) continue;
      this.#interrupt();
      history.close();
      this.#histories.delete(rootId);
    }
    const { storeDir } = workspace;
    if (storeDir === undefined) return;
    for (const [rootId, folder] of wanted)
      if (!this.#histories.has(rootId))
        this.#histories.set(rootId, new RootHistory(storeDir, folder, () => this.#say()));
    if (workspace.isPaused) this.#interrupt();
    else void this.#look();
  }

  /** One look at all repositories follows the other; those that are asked for meanwhile are one. */
  #look(): Promise<void> {
    if (this.#isWaiting || this.#isClosed) return this.#filling;
    this.#isWaiting = true;
    this.#filling = this.#filling.then(async () => {
      this.#isWaiting = false;
      for (const history of this.#histories.values()) await this.#fill(history);
    });
    return this.#filling;
  }

  async #fill(history: RootHistory): Promise<void> {
    const { isPaused = true, maxCommits = 0 } = this.#workspace ?? {};
    if (isPaused || maxCommits === 0 || this.#isClosed) return;
    const { signal } = this.#stop;
    try {
      await history.fill(maxCommits, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!isStoreError(error)) throw error;
      if (isDamage(error)) history.discard();
      history.fail();
      this.#options.log.log("error", "memory", "the history cannot be kept", {
        code: asMemoryError(error).errorName,
      });
    }
    this.#say();
  }

  async #answer({ id, name, params }: HistoryCall & { kind: "request" }): Promise<void> {
    const controller = new AbortController();
    this.#requests.set(id, controller);
    try {
      await this.#following;
      const result = await this.#result(name, params, controller.signal);
      this.#options.say({ kind: "result", id, result });
    } catch (error) {
      this.#options.say({ kind: "failed", id, error: failureOf(error, controller.signal) });
    } finally {
      this.#requests.delete(id);
    }
  }

  #result(
    name: HistoryRequestName,
    params: HistoryRequests[HistoryRequestName]["params"],
    signal: AbortSignal,
  ): Promise<HistoryRequests[HistoryRequestName]["result"]> {
    switch (name) {
      case "past":
        return this.#past(params as PastParams, signal);
      case "recallAt":
        return this.#recallAt(params as RecallAtParams, signal);
      case "whoWrote":
        return this.#whoWrote(params as WhoWroteParams, signal);
      case "changed":
        return this.#changed(params as ChangedParams, signal);
      case "commitsAbout":
        return this.#commitsAbout(params as CommitsAboutParams, signal);
      case "status":
        return this.#status((params as { rootId: string }).rootId, signal);
      case "happened":
        return this.#happened(params as HappenedParams, signal);
      case "age":
        return this.#age(params as HistoryRequests["age"]["params"], signal);
      case "forgetEdits":
        return this.#forgetEdits(params as ForgetWorkParams, signal);
      case "extent":
        return Promise.resolve(this.#extent(params as HistoryExtentParams));
      case "fileAt":
        return this.#fileAt(params as FileAtParams, signal);
    }
  }

  #whoWrote({ rootId, ...lines }: WhoWroteParams, signal: AbortSignal): Promise<WhoWroteResult> {
    return whoWrote(this.#changedContext(this.#history(rootId), signal), lines);
  }

  async #status(rootId: string, signal: AbortSignal): Promise<HistoryStatus> {
    const history = this.#history(rootId);
    await history.kept(signal);
    return history.status();
  }

  /** What is in memory; an answer does not wait for a look at the repository. */
  async #commitsAbout(
    params: CommitsAboutParams,
    signal: AbortSignal,
  ): Promise<readonly CommitAbout[]> {
    const reader = await this.#history(params.rootId).kept(signal);
    return reader === undefined ? [] : commitsAbout(reader, params);
  }

  async #changed(
    { rootId, ...params }: ChangedParams,
    signal: AbortSignal,
  ): Promise<ChangedResult> {
    const history = this.#history(rootId);
    const seen = await history.seen(signal);
    const changed = await changedSince(this.#changedContext(history, signal), seen, params);
    if (changed !== undefined && changed.kind !== "unknownSince") return changed;
    // Without a repository or a commit no name and no time is known, which is no fault of theirs.
    const head = await headOf(history.folder, signal);
    if (head.kind === "head" && changed !== undefined) return changed;
    return { kind: "failed", status: history.status(head.kind === "head" ? undefined : head.kind) };
  }

  #changedContext({ folder }: RootHistory, signal: AbortSignal): ChangedContext {
    const { files, syntax, hashText, clock } = this.#options;
    const rules = { files, ...(this.#workspace as HistoryWorkspace).rules };
    const nowMs = (): number => clock.nowMs();
    return { folder, rules, syntax, versions: this.#versions, hashText, nowMs, signal };
  }

  /** A file counts as seen as it was when the user turned away from it. */
  async #turnedFrom(file: string | undefined): Promise<void> {
    for (const history of this.#histories.values()) {
      const path = file === undefined ? undefined : relativeTo(history.folder, file);
      if (path === undefined) continue;
      const { signal } = this.#stop;
      try {
        const seen = await history.seen(signal);
        const mark = await seenNow(this.#changedContext(history, signal), path);
        if (mark !== undefined) seen.mark(mark);
      } catch (error) {
        if (signal.aborted) return;
        if (!isStoreError(error)) throw error;
        this.#options.log.log("error", "memory", "what was seen cannot be kept", {
          code: asMemoryError(error).errorName,
        });
      }
    }
  }

  /** Edits are written down one after the other. Never rejects. */
  async #saved(files: readonly string[]): Promise<void> {
    if (this.#workspace?.isPaused !== false) return;
    for (const history of this.#histories.values()) {
      const paths = files.flatMap((file) => relativeTo(history.folder, file) ?? []);
      if (paths.length === 0) continue;
      const { signal } = this.#stop;
      try {
        const log = await history.ownEdits(signal);
        if (log !== undefined) await noteEdits(this.#changedContext(history, signal), log, paths);
      } catch (error) {
        if (signal.aborted) return;
        if (!isStoreError(error)) throw error;
        this.#options.log.log("error", "memory", "what was edited cannot be kept", {
          code: asMemoryError(error).errorName,
        });
      }
    }
  }

  async #age(
    { rootId, name, paths }: HistoryRequests["age"]["params"],
    signal: AbortSignal,
  ): Promise<Age | undefined> {
    const history = this.#history(rootId);
    await this.#freshen(signal);
    const reader = await history.kept(signal);
    return reader === undefined ? undefined : ageOf(reader, name, paths);
  }

  async #happened(
    { rootId, fromMs, toMs, author, limit }: HappenedParams,
    signal: AbortSignal,
  ): Promise<Happened> {
    const history = this.#history(rootId);
    await this.#freshen(signal);
    await this.#noting;
    const reader = await history.kept(signal);
    const commits = reader?.commitsBetween(fromMs / 1000, toMs / 1000, limit, author) ?? [];
    const edits = await history.edits(signal);
    return {
      commits: commits.map((commit) => ({
        commit: infoOf(commit),
        atMs: commit.commitSeconds * 1000,
      })),
      edits: edits.between(fromMs, toMs, limit),
    };
  }

  /** What was saved until now is written down before, so that it goes as well. */
  async #forgetEdits(which: ForgetWorkParams, signal: AbortSignal): Promise<number> {
    await this.#noting;
    let nEdits = 0;
    for (const history of this.#histories.values())
      nEdits += (await history.edits(signal)).forget(which);
    return nEdits;
  }

  async #recallAt(
    { rootId, at, query, limit }: RecallAtParams,
    signal: AbortSignal,
  ): Promise<RecallAtResult> {
    const { files, syntax, clock, hashText } = this.#options;
    const { folder } = this.#history(rootId);
    const commit = await commitAt(folder, at, clock.nowMs(), signal);
    if (commit === undefined) return { kind: "unknownCommit" };
    const rules = { files, ...(this.#workspace as HistoryWorkspace).rules };
    const context = { rootId, folder, rules, syntax, versions: this.#versions, hashText, signal };
    const found = await recallAt(context, commit, (paths) => askedAt(query, paths), limit);
    return found === undefined
      ? { kind: "failed", status: this.#history(rootId).status() }
      : { kind: "recalled", commit, ...found };
  }

  #extent({ rootId, edgesMs, limit }: HistoryExtentParams): HistoryExtents {
    const history = this.#history(rootId);
    const { reader } = history;
    const status = history.status();
    if (reader === undefined) return noExtents(status, edgesMs);
    return {
      status,
      commits: reader.newest(limit).map(infoOf),
      counts: reader.countsBetween(edgesMs.map((ms) => ms / 1_000)),
      bytes: reader.bytes(),
    };
  }

  /** Hidden files are not shown, whatever the commit. */
  async #fileAt(
    { rootId, commit, path }: FileAtParams,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { folder } = this.#history(rootId);
    const rules = { files: this.#options.files, ...(this.#workspace as HistoryWorkspace).rules };
    return textAt(folder, commit, path, rules, signal);
  }

  #history(rootId: string): RootHistory {
    const history = this.#histories.get(rootId);
    if (history === undefined) throw new MemoryError("rootNotOpen");
    return history;
  }

  async #past(params: PastParams, signal: AbortSignal): Promise<PastResult> {
    const history = this.#history(params.rootId);
    await this.#freshen(signal);
    const { reader, folder, prefix } = history;
    if (reader === undefined) return { kind: "unknown", status: history.status() };
    const { syntax } = this.#options;
    const nowMs = (): number => this.#options.clock.nowMs();
    const past = await pastOf(
      { reader, folder, prefix, syntax, versions: this.#versions, nowMs, signal },
      params,
    );
    return { ...past, status: history.status() };
  }

  /** What was committed just now belongs to the answer; a long reading does not hold it up. */
  async #freshen(signal: AbortSignal): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#options.freshenMs);
    await Promise.race([this.#look(), late]);
    clearTimeout(timer);
    signal.throwIfAborted();
  }

  /** `noting` ends when the edits of before are written down. */
  async #forget(rootId: string, noting: Promise<void>): Promise<void> {
    this.#interrupt();
    await this.#filling;
    await noting;
    const history = this.#histories.get(rootId);
    this.#histories.delete(rootId);
    await history?.forget(this.#stop.signal);
    this.#say();
  }

  /** Ends the reading that goes on; what comes next begins anew. */
  #interrupt(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    await this.#following;
    await this.#turnedFrom(this.#workspace?.activeFile);
    await this.#noting;
    this.#interrupt();
    for (const controller of this.#requests.values()) controller.abort();
    await this.#filling;
    clearTimeout(this.#saying);
    for (const history of this.#histories.values()) history.close();
  }

  #say(): void {
    if (this.#isClosed) return;
    this.#saying ??= setTimeout(() => {
      this.#saying = undefined;
      const isOff = this.#workspace?.maxCommits === 0;
      const status = Object.fromEntries(
        [...this.#histories].map(([rootId, history]) => [
          rootId,
          isOff ? ({ state: "off", ...noHistory } as const) : history.status(),
        ]),
      );
      this.#options.say({ kind: "status", status });
    }, saidMs);
  }
}

function failureOf(error: unknown, signal: AbortSignal): ThreadFailure {
  if (signal.aborted) return { kind: "aborted" };
  if (!isStoreError(error)) throw error;
  const { errorName, detail } = asMemoryError(error);
  return { kind: "memory", errorName, detail };
}
