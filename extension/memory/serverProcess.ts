import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import {
  createMessageConnection,
  Emitter,
  IPCMessageReader,
  IPCMessageWriter,
  type Event,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import { RestartBudget } from "./restartBudget.ts";
import { parseServerLogLine, type LogSink } from "./serverLogLine.ts";

/** What the server process needs from outside. Times are in milliseconds. */
export interface ServerProcessOptions {
  /** Absolute path of the server's bundle. */
  readonly modulePath: string;
  readonly log: LogSink;
  /** Monotonic clock. */
  readonly nowMs: () => number;
  /** Wait before the first restart; it doubles with each further one inside the budget's window. */
  readonly restartDelayMs: number;
  /** How long a server may take to close its store before it is killed. */
  readonly stopTimeoutMs: number;
}

/**
 * The memory server as a child process: starts it, starts it again within the restart budget when it dies,
 * and stops it so that it can close its store. It knows nothing about what the server says.
 */
export class ServerProcess {
  readonly #options: ServerProcessOptions;
  readonly #budget: RestartBudget;
  readonly #up = new Emitter<MessageConnection>();
  readonly #down = new Emitter<{ readonly willRestart: boolean }>();
  /** Fires with a listening connection each time the server was started. */
  readonly onUp: Event<MessageConnection> = this.#up.event;
  /** Fires when the server died by itself; `willRestart` is false when the restart budget is used up. */
  readonly onDown: Event<{ readonly willRestart: boolean }> = this.#down.event;
  #running: { readonly child: ChildProcess; readonly connection: MessageConnection } | undefined;
  #restartTimer: NodeJS.Timeout | undefined;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
    this.#budget = new RestartBudget(options.nowMs);
  }

  /** True while a server runs or is about to be restarted. */
  get active(): boolean {
    return this.#running !== undefined || this.#restartTimer !== undefined;
  }

  /** Starts the server unless it is active already. Failures to start arrive as `onDown`. */
  start(): void {
    if (this.active) return;
    this.#budget.reset();
    this.#launch();
  }

  /** Stops the server: it is asked to close its store first, and killed when that takes too long. */
  async stop(): Promise<void> {
    clearTimeout(this.#restartTimer);
    this.#restartTimer = undefined;
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    const { child, connection } = running;
    connection.dispose();
    if (!isAlive(child)) return;
    const exited = once(child, "exit");
    // The server takes the closed channel as the order to close its store and to exit.
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => {
      this.#options.log.warn("[rpc] the server did not stop in time and was killed");
      child.kill("SIGKILL");
    }, this.#options.stopTimeoutMs);
    await exited;
    clearTimeout(timer);
  }

  #launch(): void {
    const { log, modulePath, nowMs } = this.#options;
    const startedMs = nowMs();
    const child = fork(modulePath, [], {
      env: serverEnvironment(process.env),
      execArgv: [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => {
        const { level, text } = parseServerLogLine(line);
        log[level](text);
      });
    }
    const connection = createMessageConnection(
      new IPCMessageReader(child),
      new IPCMessageWriter(child),
    );
    connection.onError(([error]) => log.warn(`[rpc] connection error ${error.message}`));
    const running = { child, connection };
    this.#running = running;
    const gone = (cause: string): void => {
      if (this.#running !== running) return;
      this.#running = undefined;
      log.error(`[rpc] the server stopped by itself: ${cause}`);
      connection.dispose();
      this.#goDown();
    };
    child.on("error", (error) => {
      // Without a process id it never started, and then there is no exit event either.
      if (child.pid === undefined) gone(error.message);
      else log.warn(`[rpc] server process error ${error.message}`);
    });
    child.once("exit", (code, signal) => gone(signal ?? `exit code ${code}`));
    connection.listen();
    log.debug(
      `[rpc] server started pid=${child.pid ?? "none"} ms=${Math.round(nowMs() - startedMs)}`,
    );
    this.#up.fire(connection);
  }

  #goDown(): void {
    const willRestart = this.#budget.take();
    if (willRestart) {
      const delayMs = this.#options.restartDelayMs * 2 ** (this.#budget.nTaken - 1);
      this.#restartTimer = setTimeout(() => {
        this.#restartTimer = undefined;
        this.#launch();
      }, delayMs);
    }
    this.#down.fire({ willRestart });
  }
}

/**
 * The server's environment: the editor's own, as plain Node, without what the editor set for itself
 * (its arguments and hooks make Node refuse to start or start something else).
 */
export function serverEnvironment(editorEnvironment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(editorEnvironment).filter(
    ([name]) => !name.startsWith("VSCODE_") && name !== "NODE_OPTIONS",
  );
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: "1" };
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
