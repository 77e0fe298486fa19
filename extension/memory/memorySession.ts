import { placeOf } from "../../protocol/errorPlace.ts";
import { Emitter, type CancellationToken, type Event } from "vscode-jsonrpc/node";
import { MemoryError } from "../../protocol/errors.ts";
import * as methods from "../../protocol/methods.ts";
import type { MemorySettings, MemoryStatus, Root } from "../../protocol/types.ts";
import { isMemoryError, type MemoryClient } from "./memoryClient.ts";
import { stateName, type MemoryState } from "./memoryState.ts";
import type { ServerProcess } from "./serverProcess.ts";
import type { LogSink } from "./serverLogLine.ts";

/** The server as the session sees it: something that is started and stopped, and reports both. */
export type ServerLink = Pick<ServerProcess, "active" | "start" | "stop" | "onUp" | "onDown">;

/** What the window is like now. Read again on every `refresh`. */
export interface WindowFacts {
  /** Absolute path of the folder that holds the memory. */
  readonly storeDir: string;
  readonly roots: readonly Root[];
  readonly settings: MemorySettings;
  readonly enabled: boolean;
  readonly trusted: boolean;
  /** True when folders are open but none is on disk. */
  readonly onlyVirtualFolders: boolean;
  /** True when the runtime has the database that the server stores its memory in. */
  readonly hasSqlite: boolean;
}

/**
 * The memory of this window: keeps a server open on what the window shows, through restarts of the server
 * and changes of folders, settings and trust, and says in one state how it stands.
 */
export class MemorySession {
  readonly client: MemoryClient;
  readonly #server: ServerLink;
  readonly #readFacts: () => WindowFacts;
  readonly #log: LogSink;
  readonly #changed = new Emitter<MemoryState>();
  readonly #opened = new Emitter<void>();
  /** Fires after `state` changed, also for mere counts. */
  readonly onDidChange: Event<MemoryState> = this.#changed.event;
  /** Fires each time a server has opened the memory: what it must know about the window is to be sent now. */
  readonly onDidOpen: Event<void> = this.#opened.event;
  #state: MemoryState = { kind: "noFolder" };
  /** Folders the user told Lore to forget; they stay out until asked for or opened again. */
  readonly #forgotten = new Set<string>();
  /** What the present server was last told, `undefined` while none has opened the memory. */
  #told: Told | undefined;
  #queue: Promise<void> = Promise.resolve();

  constructor(
    server: ServerLink,
    client: MemoryClient,
    readFacts: () => WindowFacts,
    log: LogSink,
  ) {
    this.client = client;
    this.#server = server;
    this.#readFacts = readFacts;
    this.#log = log;
    server.onUp((connection) => {
      client.attach(connection);
      this.#told = undefined;
      void this.#enqueue(() => this.#follow());
    });
    server.onDown(({ willRestart }) => {
      client.detach();
      this.#told = undefined;
      this.#set(
        willRestart
          ? { kind: "starting" }
          : { kind: "failed", errorName: "serverLost", detail: "" },
      );
    });
    client.onNotification(methods.statusChanged, ({ status }) => {
      if (this.#state.kind === "open") this.#set({ kind: "open", status });
    });
  }

  /** How the memory stands now. */
  get state(): MemoryState {
    return this.#state;
  }

  /** The folders that are or should be remembered: those of the window without the forgotten ones. */
  get roots(): readonly Root[] {
    return this.#readFacts().roots.filter((root) => !this.#forgotten.has(root.id));
  }

  /** Brings the server in line with the window. Resolves when it was told, not when memory is filled. */
  refresh(): Promise<void> {
    return this.#enqueue(() => this.#follow());
  }

  /** Starts the server anew, with a fresh restart budget. */
  restart(): Promise<void> {
    return this.#enqueue(async () => {
      await this.#stopServer();
      await this.#follow();
    });
  }

  /** Stops the server after it closed its store. */
  stop(): Promise<void> {
    return this.#enqueue(() => this.#stopServer());
  }

  /**
   * Resolves when the memory is open, at once when it is already.
   * Errors: `rootNotOpen` when nothing can be opened in this window, `cancelled`, or why opening failed.
   */
  async whenOpen(token?: CancellationToken): Promise<void> {
    while (this.#state.kind === "starting") await this.#nextChange(token);
    if (this.#state.kind === "open") return;
    if (this.#state.kind === "failed") {
      throw new MemoryError(this.#state.errorName, this.#state.detail);
    }
    throw new MemoryError("rootNotOpen", this.#state.kind);
  }

  /**
   * Runs what asks the server once the memory is open, and once more with the server that is started anew when the first one
   * was lost meanwhile: for what does the same when it is done twice. Errors: those of `whenOpen` and of `ask`.
   */
  async askEvenIfLost<T>(ask: () => Promise<T>, token?: CancellationToken): Promise<T> {
    const run = async (): Promise<T> => {
      await this.whenOpen(token);
      return ask();
    };
    return run().catch(async (error: unknown) => {
      if (!isMemoryError(error, "serverLost")) throw error;
      await this.refresh();
      return run();
    });
  }

  /** Stops filling the memory until `resume`. */
  pause(): Promise<void> {
    return this.#command(methods.pause, {});
  }

  /** Goes on filling the memory. */
  resume(): Promise<void> {
    return this.#command(methods.resume, {});
  }

  /** Looks at the whole tree again. */
  rescan(): Promise<void> {
    return this.#command(methods.rescan, {});
  }

  /** Throws away and fills again the memory of one folder, or of all and of the forgotten ones too. */
  async rebuild(rootId: string | undefined): Promise<void> {
    await this.whenOpen();
    const comesBack = rootId === undefined ? this.#forgotten.size > 0 : this.#forgotten.has(rootId);
    if (rootId === undefined) this.#forgotten.clear();
    else this.#forgotten.delete(rootId);
    if (comesBack) await this.refresh();
    if (comesBack && rootId !== undefined) return;
    await this.#command(methods.rebuild, rootId === undefined ? {} : { rootId });
  }

  /** Deletes the memory of one folder and keeps the folder out until it is opened again or rebuilt. */
  async forget(rootId: string): Promise<void> {
    await this.#command(methods.forget, { rootId });
    this.#forgotten.add(rootId);
    await this.refresh();
  }

  async #command<P>(method: methods.RequestMethod<P, MemoryStatus>, params: P): Promise<void> {
    await this.whenOpen();
    const status = await this.client.request(method, params);
    if (this.#state.kind === "open") this.#set({ kind: "open", status });
  }

  async #follow(): Promise<void> {
    const facts = this.#readFacts();
    const obstacle = obstacleIn(facts);
    if (obstacle !== undefined) {
      await this.#stopServer();
      this.#set(obstacle);
      return;
    }
    if (!this.#server.active) {
      this.#set({ kind: "starting" });
      this.#server.start();
      return;
    }
    // Between a crash and the restart nobody listens; the new server is told everything when it is up.
    if (!this.client.attached) return;
    if (this.#told === undefined) await this.#open(facts);
    else await this.#update(facts, this.#told);
  }

  async #open(facts: WindowFacts): Promise<void> {
    const { storeDir, settings, trusted } = facts;
    const roots = this.roots;
    const params = { protocolVersion: methods.protocolVersion, storeDir, roots, settings, trusted };
    const opened = await this.#tell(
      async () => (await this.client.request(methods.open, params)).status,
    );
    if (!opened) return;
    this.#told = toldAbout(roots, facts);
    this.#opened.fire();
  }

  async #update(facts: WindowFacts, told: Told): Promise<void> {
    const { settings, trusted } = facts;
    const roots = this.roots;
    const now = toldAbout(roots, facts);
    const updated = await this.#tell(async () => {
      let status: MemoryStatus | undefined;
      if (told.settings !== now.settings) {
        status = await this.client.request(methods.configure, { settings, trusted });
      }
      if (told.roots !== now.roots) status = await this.client.request(methods.setRoots, { roots });
      return status;
    });
    if (updated) this.#told = now;
  }

  /** Runs a request that ends in a status. Returns false when it failed and the state says so. */
  async #tell(request: () => Promise<MemoryStatus | undefined>): Promise<boolean> {
    try {
      const status = await request();
      if (status !== undefined) this.#set({ kind: "open", status });
      return true;
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      // The end of the process is reported by `onDown`, which knows whether it comes back.
      if (error.errorName !== "serverLost") {
        this.#log.error(`[rpc] the memory could not be opened: ${error.errorName} ${error.detail}`);
        this.#set({ kind: "failed", errorName: error.errorName, detail: error.detail });
      }
      return false;
    }
  }

  async #stopServer(): Promise<void> {
    this.client.detach();
    this.#told = undefined;
    await this.#server.stop();
  }

  #set(state: MemoryState): void {
    const before = stateName(this.#state);
    this.#state = state;
    if (before !== stateName(state)) this.#log.debug(`[memory] state ${stateName(state)}`);
    this.#changed.fire(state);
  }

  #nextChange(token: CancellationToken | undefined): Promise<void> {
    if (token?.isCancellationRequested === true) {
      return Promise.reject(new MemoryError("cancelled"));
    }
    return new Promise((resolve, reject) => {
      const done = (): void => {
        change.dispose();
        cancel?.dispose();
      };
      const change = this.onDidChange(() => {
        done();
        resolve();
      });
      const cancel = token?.onCancellationRequested(() => {
        done();
        reject(new MemoryError("cancelled"));
      });
    });
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    const run = this.#queue.then(step);
    this.#queue = run.catch((error: unknown) => {
      this.#log.error(`[rpc] ${placeOf(error)}`);
    });
    return run;
  }
}

/** What a server was told, in a form that can be compared. */
interface Told {
  readonly roots: string;
  readonly settings: string;
}

function toldAbout(roots: readonly Root[], facts: WindowFacts): Told {
  return {
    roots: JSON.stringify(roots),
    settings: JSON.stringify([facts.settings, facts.trusted]),
  };
}

/** Why no server may run in this window, `undefined` when one may. */
function obstacleIn(facts: WindowFacts): MemoryState | undefined {
  if (facts.roots.length === 0) return { kind: facts.onlyVirtualFolders ? "virtual" : "noFolder" };
  if (!facts.enabled) return { kind: "off" };
  if (!facts.trusted) return { kind: "restricted" };
  if (!facts.hasSqlite) return { kind: "failed", errorName: "sqliteMissing", detail: "" };
  return undefined;
}
