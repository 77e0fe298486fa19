import {
  ConnectionError,
  ErrorCodes,
  ResponseError,
  type CancellationToken,
  type Disposable,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import { errorNameOf, MemoryError, type ErrorData, type ErrorName } from "../../protocol/errors.ts";
import type { NotificationMethod, RequestMethod } from "../../protocol/methods.ts";
import type { LogSink } from "./serverLogLine.ts";

type Handler = (params: never) => void;

/**
 * Typed calls to the memory server. It outlives connections: listeners stay when the server is restarted,
 * and a request that was under way when the connection went ends with `serverLost`.
 */
export class MemoryClient {
  readonly #log: LogSink;
  readonly #handlers = new Map<string, Set<Handler>>();
  #connection: MessageConnection | undefined;

  constructor(log: LogSink) {
    this.#log = log;
  }

  /** True while there is a connection to send on. */
  get attached(): boolean {
    return this.#connection !== undefined;
  }

  /** Sends everything from now on over this connection, and listens to it. */
  attach(connection: MessageConnection): void {
    this.#connection = connection;
    for (const method of this.#handlers.keys()) this.#listen(connection, method);
  }

  /** Forgets the connection: requests end with `serverLost`, notifications are dropped. */
  detach(): void {
    this.#connection = undefined;
  }

  /**
   * Sends a request and returns its result.
   * Errors: a `MemoryError` of the catalogue, `cancelled` when the token was cancelled, `serverLost` when
   * there is no server or it went away.
   */
  async request<P, R>(
    method: RequestMethod<P, R>,
    params: P,
    token?: CancellationToken,
  ): Promise<R> {
    const connection = this.#connection;
    if (connection === undefined) throw new MemoryError("serverLost");
    try {
      return token === undefined
        ? await connection.sendRequest<R>(method.method, params)
        : await connection.sendRequest<R>(method.method, params, token);
    } catch (error) {
      throw toMemoryError(error);
    }
  }

  /** Sends a notification, or drops it when there is no server: a new server is told everything anyway. */
  notify<P>(method: NotificationMethod<P>, params: P): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    connection.sendNotification(method.method, params).catch((error: unknown) => {
      // Only the channel can fail here, and its end is reported by the process.
      this.#log.debug(`[rpc] notification ${method.method} not sent: ${describe(error)}`);
    });
  }

  /** Calls `handler` for each notification of this method, from this and every later server. */
  onNotification<P>(method: NotificationMethod<P>, handler: (params: P) => void): Disposable {
    let handlers = this.#handlers.get(method.method);
    if (handlers === undefined) {
      handlers = new Set();
      this.#handlers.set(method.method, handlers);
      if (this.#connection !== undefined) this.#listen(this.#connection, method.method);
    }
    const added = handlers;
    added.add(handler);
    return { dispose: () => void added.delete(handler) };
  }

  #listen(connection: MessageConnection, method: string): void {
    connection.onNotification(method, (params: unknown) => {
      for (const handler of this.#handlers.get(method) ?? []) handler(params as never);
    });
  }
}

/** Turns what a request was rejected with into the failure it stands for. */
function toMemoryError(error: unknown): MemoryError {
  if (error instanceof MemoryError) return error;
  if (error instanceof ConnectionError) return new MemoryError("serverLost", error.message);
  if (error instanceof ResponseError) {
    if (error.code === ErrorCodes.PendingResponseRejected) return new MemoryError("serverLost");
    const data = error.data as Partial<ErrorData> | undefined;
    const name = errorNameOf(error.code);
    if (name === undefined)
      return new MemoryError("internal", `code ${error.code}: ${error.message}`);
    return new MemoryError(name, data?.requestId ?? data?.detail ?? "");
  }
  // Writing to a channel that just closed fails with the system's own error.
  return new MemoryError("serverLost", describe(error));
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True when `error` is the failure of this name. */
export function isMemoryError(error: unknown, name: ErrorName): boolean {
  return error instanceof MemoryError && error.errorName === name;
}
