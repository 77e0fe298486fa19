/** Windows for tests: the server as it is shipped, in processes as the editor starts them, on one folder and one store. */
import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import * as methods from "../../../protocol/methods.ts";
import type { NotesState } from "../../../protocol/notes.ts";
import type { MemorySettings, MemoryStatus, RootStatus } from "../../../protocol/types.ts";

/** Longest wait for an event that must come; only a failing test waits so long. */
const patienceMs = 60_000;
const quietSettings: MemorySettings = {
  exclude: [],
  include: [],
  threads: 1,
  maxFileBytes: 1_000_000,
  deepMemory: { enabled: false, maxDiskBytes: 1_000_000 },
};

export interface Place {
  readonly folder: string;
  readonly storeDir: string;
  /** `root` unless given. */
  readonly rootId?: string;
}

/** One window: a server process with the folder open. */
export class Window implements AsyncDisposable {
  readonly place: Place;
  readonly child: ChildProcess;
  readonly #connection: MessageConnection;
  readonly #looks = new Set<(status: MemoryStatus) => void>();
  #status: MemoryStatus | undefined;
  readonly #gone: Promise<unknown>;

  private constructor(place: Place) {
    this.place = place;
    this.child = fork(path.join(import.meta.dirname, "../../../dist/server.mjs"), [], {
      execArgv: [],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { ...process.env, LORE_LOG_LEVEL: "error" },
    });
    this.#gone = once(this.child, "exit");
    this.#connection = createMessageConnection(
      new IPCMessageReader(this.child),
      new IPCMessageWriter(this.child),
    );
    this.#connection.onNotification(methods.statusChanged.method, ({ status }) =>
      this.#met(status as MemoryStatus),
    );
    this.#connection.listen();
  }

  static async open(place: Place, settings: Partial<MemorySettings> = {}): Promise<Window> {
    const window = new Window(place);
    const opening = window.request(methods.open, {
      protocolVersion: methods.protocolVersion,
      storeDir: place.storeDir,
      roots: [{ id: place.rootId ?? "root", folder: place.folder, name: "root" }],
      settings: { ...quietSettings, ...settings },
      trusted: true,
    });
    try {
      window.#met((await opening).status);
    } catch (error) {
      await window[Symbol.asyncDispose]();
      throw error;
    }
    return window;
  }

  request<P, R>(method: methods.RequestMethod<P, R>, params: P): Promise<R> {
    return this.#connection.sendRequest(method.method, params);
  }

  notify<P>(method: methods.NotificationMethod<P>, params: P): void {
    void this.#connection.sendNotification(method.method, params);
  }

  /** Tells of changed files, as the editor's watcher does. */
  changed(...paths: string[]): void {
    this.notify(methods.filesChanged, {
      changes: paths.map((file) => ({
        file: path.join(this.place.folder, file),
        kind: "changed" as const,
      })),
    });
  }

  /** Paths of the results that show a text. */
  async pathsShowing(text: string): Promise<string[]> {
    const { recalls } = await this.request(methods.search, { query: text, limit: 10 });
    const showing = recalls.filter((recall) => recall.text.includes(text));
    return [...new Set(showing.map(({ citation }) => citation.path))].sort();
  }

  /** Resolves with the first status of the folder that holds, the last one included. */
  async status(holds: (root: RootStatus, whole: MemoryStatus) => boolean): Promise<RootStatus> {
    const { promise, resolve, reject } = Promise.withResolvers<RootStatus>();
    const look = (status: MemoryStatus): void => {
      const [root] = status.roots;
      if (root !== undefined && holds(root, status)) resolve(root);
    };
    this.#looks.add(look);
    const late = new Error("no such status");
    const timer = setTimeout(() => {
      late.message += `; the last one: ${JSON.stringify(this.#status)}`;
      reject(late);
    }, patienceMs);
    if (this.#status !== undefined) look(this.#status);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#looks.delete(look);
    }
  }

  /** Resolves when the window is told that a note needs a check. */
  needsCheck(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error("no note needs a check")), patienceMs);
    const heard = this.#connection.onNotification(methods.notesChanged.method, (state) => {
      if ((state as NotesState).needCheck.length > 0) resolve();
    });
    return promise.finally(() => {
      clearTimeout(timer);
      heard.dispose();
    });
  }

  /** Resolves when the window is told that another one wrote to the conversations. */
  hearsOfConversations(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error("nothing of others was told")), patienceMs);
    const heard = this.#connection.onNotification(methods.conversationsChanged.method, () =>
      resolve(),
    );
    return promise.finally(() => {
      clearTimeout(timer);
      heard.dispose();
    });
  }

  /** As `kill -9`. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.#gone;
  }

  /** As the editor closes a window. */
  async close(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await this.#gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.dispose();
    await this.close();
  }

  #met(status: MemoryStatus): void {
    this.#status = status;
    for (const look of this.#looks) look(status);
  }
}

/** Opens windows one after the other; they close with the list. */
export async function openWindows(
  place: Place,
  n: number,
  settings: Partial<MemorySettings> = {},
): Promise<{ readonly windows: Window[] } & AsyncDisposable> {
  const [first, ...others] = Array.from({ length: n }, () => Window.open(place, settings));
  const opened = await Promise.allSettled([first, ...others]);
  const windows = opened.flatMap((each) =>
    each.status === "fulfilled" ? [each.value as Window] : [],
  );
  const failed = opened.find((each) => each.status === "rejected");
  if (failed !== undefined) {
    await Promise.all(windows.map((window) => window.close()));
    throw failed.reason;
  }
  return {
    windows,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(windows.map((window) => window[Symbol.asyncDispose]()));
    },
  };
}

/** True when another process keeps the memory that a window shows. */
export function isFollower({ notices }: Pick<RootStatus, "notices">): boolean {
  return notices.some(({ kind }) => kind === "readOnly");
}

/** Returns the one window that keeps the memory, and the others, once each of them shows what it is. */
export async function roles(
  windows: readonly Window[],
): Promise<{ readonly owner: Window; readonly followers: Window[] }> {
  const found = await Promise.all(
    windows.map((window) => window.request(methods.status, {}).then(({ roots }) => roots[0])),
  );
  const owners = windows.filter((_, i) => !isFollower(found[i] as RootStatus));
  assert.equal(owners.length, 1, "one window keeps the memory");
  const [owner] = owners as [Window];
  return { owner, followers: windows.filter((window) => window !== owner) };
}
