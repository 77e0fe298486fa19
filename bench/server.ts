import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import * as methods from "../protocol/methods.ts";
import type { NotificationMethod, RequestMethod } from "../protocol/methods.ts";
import type { MemoryStatus, RootStatus } from "../protocol/types.ts";
import { maxFileBytes } from "./trees.ts";

const benchRootId = "bench";
/** Linux counts processor time in hundredths of a second, on every machine. */
const msPerTick = 10;

/** The built memory server as the extension runs it, with what the system knows of its process. */
export class BenchServer {
  readonly #child: ChildProcess;
  readonly #connection: MessageConnection;
  readonly #launchedMs: number;

  /** Starts the process. Times count from here. */
  constructor(serverModule: string) {
    this.#launchedMs = performance.now();
    this.#child = fork(serverModule, [], {
      execArgv: [],
      env: { ...process.env, LORE_LOG_LEVEL: "warn" },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#connection = createMessageConnection(
      new IPCMessageReader(this.#child),
      new IPCMessageWriter(this.#child),
    );
    this.#connection.listen();
  }

  /** Milliseconds since the process was started. */
  get elapsedMs(): number {
    return performance.now() - this.#launchedMs;
  }

  /** Opens the memory of one folder with default settings. */
  async open(folder: string, storeDir: string, rootId = benchRootId): Promise<RootStatus> {
    const { status } = await this.request(methods.open, {
      protocolVersion: methods.protocolVersion,
      storeDir,
      roots: [{ id: rootId, folder, name: "bench" }],
      settings: { exclude: [], include: [], threads: 0, maxFileBytes },
      trusted: true,
    });
    return rootOf(status);
  }

  async settled(refined: boolean): Promise<RootStatus> {
    return rootOf(await this.request(methods.settled, { refined }));
  }

  async status(): Promise<RootStatus> {
    return rootOf(await this.request(methods.status, {}));
  }

  request<P, R>({ method }: RequestMethod<P, R>, params: P): Promise<R> {
    return this.#connection.sendRequest<R>(method, params);
  }

  notify<P>({ method }: NotificationMethod<P>, params: P): Promise<void> {
    return this.#connection.sendNotification(method, params);
  }

  /** The most memory that the process held at once, all threads together. NaN off Linux. */
  peakRssBytes(): number {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(this.#proc("status"))?.[1] ?? NaN) * 1024;
  }

  /** Memory that the process holds now. NaN off Linux. */
  rssBytes(): number {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(this.#proc("status"))?.[1] ?? NaN) * 1024;
  }

  /** Calls back with each status that the server tells. */
  onStatus(listen: (status: MemoryStatus) => void): void {
    this.#connection.onNotification(methods.statusChanged.method, ({ status }) =>
      listen(status as MemoryStatus),
    );
  }

  /** As `kill -9`. Resolves when the process is gone. */
  async kill(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
    this.#connection.dispose();
  }

  /** Processor time of all threads so far. NaN off Linux. */
  cpuMs(): number {
    const fields = this.#proc("stat").split(") ").at(-1)?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  }

  /** Bytes that the process has read from files so far, its own code and store included. NaN off Linux. */
  readBytes(): number {
    return Number(/^rchar: (\d+)/m.exec(this.#proc("io"))?.[1] ?? NaN);
  }

  /** Closes the channel and waits until the process has ended. */
  async stop(): Promise<void> {
    this.#connection.dispose();
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    const [code] = (await exited) as [number | null];
    if (code !== 0) throw new Error(`the server ended with ${code ?? "a signal"}`);
  }

  #proc(name: string): string {
    if (process.platform !== "linux" || this.#child.pid === undefined) return "";
    return readFileSync(`/proc/${this.#child.pid}/${name}`, "utf8");
  }
}

function rootOf({ roots }: MemoryStatus): RootStatus {
  const [root] = roots;
  if (root === undefined) throw new Error("the folder is not open");
  return root;
}
