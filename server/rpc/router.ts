/**
 * Ties methods of the protocol to what answers them. The only place where what the server's parts return or
 * throw becomes a message: a request ends with a result, a typed error, "cancelled", "no such method", or with
 * the connection.
 */
import { CancellationToken, type MessageConnection, type ResponseError } from "vscode-jsonrpc/node";
import type { ErrorData } from "../../protocol/errors.ts";
import { placeOf } from "../../protocol/errorPlace.ts";
import * as methods from "../../protocol/methods.ts";
import type { NotificationMethod, RequestMethod } from "../../protocol/methods.ts";
import type { Clock, Logger } from "../ports.ts";
import { ShapeError, type Shape } from "./shape.ts";
import { toWireError } from "./wireError.ts";

export interface RouterOptions {
  readonly connection: MessageConnection;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Throws what every request but `memory/open` ends with while nothing is open. What it returns, a request of this
   * method waits for.
   */
  readonly requireOpen: (method: string) => void | Promise<void>;
}

export class Router {
  readonly #options: RouterOptions;
  readonly #running = new Map<AbortController, Promise<unknown>>();

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** Answers a request with what `handle` returns or throws; its parameters are checked before. */
  answer<P, R>(
    { method }: RequestMethod<P, R>,
    shape: Shape<P>,
    handle: (params: P, signal: AbortSignal) => R | Promise<R>,
  ): void {
    const { connection, clock, log, requireOpen } = this.#options;
    const respond = async (
      received: readonly unknown[],
      signal: AbortSignal,
    ): Promise<R | ResponseError<ErrorData>> => {
      const startedMs = clock.elapsedMs();
      try {
        signal.throwIfAborted();
        const params = shape(onlyParameter(received), "params");
        const found = method === methods.open.method ? undefined : requireOpen(method);
        if (found !== undefined) await found;
        signal.throwIfAborted();
        const result = await handle(params, signal);
        const ms = Math.round(clock.elapsedMs() - startedMs);
        log.log("debug", "rpc", "request answered", { method, ms });
        return result;
      } catch (error) {
        return toWireError(error, method, log);
      }
    };
    connection.onRequest<unknown, ErrorData>(method, async (...args: unknown[]) => {
      const { token, received } = splitArguments(args);
      const abort = new AbortController();
      if (token.isCancellationRequested) abort.abort();
      const cancelled = token.onCancellationRequested(() => abort.abort());
      const response = respond(received, abort.signal);
      this.#running.set(abort, response);
      const result = await response;
      this.#running.delete(abort);
      cancelled.dispose();
      return result;
    });
  }

  /** Hands a notification on; one that is malformed or fails is told in the log alone. */
  follow<P>({ method }: NotificationMethod<P>, shape: Shape<P>, handle: (params: P) => void): void {
    const { connection, log, requireOpen } = this.#options;
    connection.onNotification(method, (...received: unknown[]) => {
      try {
        const params = shape(onlyParameter(received), "params");
        void requireOpen(method);
        handle(params);
      } catch (error) {
        // Nobody waits for an answer, so the log is the only place where it can be told.
        toWireError(error, method, log);
      }
    });
  }

  /** Tells the client something, as long as it is there. */
  notify<P>({ method }: NotificationMethod<P>, params: P): void {
    const { connection, log } = this.#options;
    connection.sendNotification(method, params).catch((error: unknown) => {
      // Only a channel that is gone can fail here, and its end is handled where it is noticed.
      log.log("debug", "rpc", "notification not sent", { method, stack: placeOf(error) });
    });
  }

  /** Cancels running requests and resolves when all have ended. */
  async close(): Promise<void> {
    for (const abort of this.#running.keys()) abort.abort();
    await Promise.all(this.#running.values());
  }
}

/** The library passes the parameters, by position or as one value, and behind them the token. */
function splitArguments(args: readonly unknown[]): {
  readonly token: CancellationToken;
  readonly received: readonly unknown[];
} {
  const last = args.at(-1);
  if (!CancellationToken.is(last)) return { token: CancellationToken.None, received: args };
  return { token: last, received: args.slice(0, -1) };
}

function onlyParameter(received: readonly unknown[]): unknown {
  if (received.length > 1) throw new ShapeError("params must be an object");
  return received[0];
}
