/**
 * One function for each method of `protocol/methods.ts`. The only place where what the server's parts
 * return or throw becomes a message: a request ends with a result, a typed error, "cancelled", "no such
 * method", or with the connection.
 */
import { CancellationToken, type MessageConnection, type ResponseError } from "vscode-jsonrpc/node";
import type { ErrorData } from "../protocol/errors.ts";
import { placeOf } from "../protocol/errorPlace.ts";
import * as methods from "../protocol/methods.ts";
import type { NotificationMethod, RequestMethod } from "../protocol/methods.ts";
import type { Citation, CitationCheck, ExhaustiveResult } from "../protocol/types.ts";
import type { Clock, Logger } from "./ports.ts";
import { ask } from "./rpc/askRequest.ts";
import { params as shapes } from "./rpc/params.ts";
import { Session, type SessionServices } from "./rpc/session.ts";
import { nothing, ShapeError, type Shape } from "./rpc/shape.ts";
import { toWireError } from "./rpc/wireError.ts";
import type { AnswerService, RecallService, SourceReader } from "./services.ts";

/** What the handlers call. */
export interface Services extends SessionServices {
  readonly recall: RecallService;
  readonly answers: AnswerService;
  /** Scans every remembered file. Rejects with AbortError when cancelled. */
  exhaustive(params: methods.ExhaustiveParams, signal: AbortSignal): Promise<ExhaustiveResult>;
  /** One check for each citation, in order. */
  checkCitations(citations: readonly Citation[]): CitationCheck[];
  /** The files in memory and their present text. */
  readonly source: SourceReader;
  readonly clock: Clock;
}

/** Ends what the handlers began; the connection itself stays. */
export interface Registration {
  /** Cancels running requests, waits for them and closes the conversations. */
  close(): Promise<void>;
}

/** Answers every method of the protocol on this connection. */
export function registerHandlers(
  connection: MessageConnection,
  services: Services,
  log: Logger,
): Registration {
  const { memory, recall, answers, clock } = services;
  const tellStatus = (): void =>
    notify(methods.statusChanged, { status: session.withNotice(memory.status()) });
  const session = new Session(services, tellStatus);
  const running = new Map<AbortController, Promise<unknown>>();

  const answer = <P, R>(
    { method }: RequestMethod<P, R>,
    shape: Shape<P>,
    handle: (params: P, signal: AbortSignal) => R | Promise<R>,
  ): void => {
    const respond = async (
      received: readonly unknown[],
      signal: AbortSignal,
    ): Promise<R | ResponseError<ErrorData>> => {
      const startedMs = clock.elapsedMs();
      try {
        signal.throwIfAborted();
        const params = shape(onlyParameter(received), "params");
        if (method !== methods.open.method) session.requireOpen();
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
      running.set(abort, response);
      const result = await response;
      running.delete(abort);
      cancelled.dispose();
      return result;
    });
  };

  const follow = <P>(
    { method }: NotificationMethod<P>,
    shape: Shape<P>,
    handle: (params: P) => void,
  ): void => {
    connection.onNotification(method, (...received: unknown[]) => {
      try {
        const params = shape(onlyParameter(received), "params");
        session.requireOpen();
        handle(params);
      } catch (error) {
        // Nobody waits for an answer, so the log is the only place where it can be told.
        toWireError(error, method, log);
      }
    });
  };

  answer(methods.open, shapes.open, (params) => session.open(params));
  answer(methods.setRoots, shapes.setRoots, ({ roots }) => memory.setRoots(roots));
  answer(methods.configure, shapes.configure, (params) => session.configure(params));
  answer(methods.rescan, nothing, (_params, signal) => memory.rescan(signal));
  answer(methods.status, nothing, () => session.withNotice(memory.status()));
  answer(methods.settled, shapes.settled, ({ refined }, signal) => memory.settled(refined, signal));
  answer(methods.problems, shapes.problems, ({ rootId, offset, limit }) =>
    memory.problems(rootId, offset, limit),
  );
  answer(methods.pause, nothing, () => memory.pause());
  answer(methods.resume, nothing, () => memory.resume());
  answer(methods.rebuild, shapes.rebuild, ({ rootId }) => memory.rebuild(rootId));
  answer(methods.forget, shapes.forget, ({ rootId }) => memory.forget(rootId));

  follow(methods.filesChanged, shapes.filesChanged, ({ changes }) => memory.filesChanged(changes));
  follow(methods.documentChanged, shapes.documentChanged, ({ file, version, text }) =>
    memory.documentChanged(file, version, text),
  );
  follow(methods.documentClosed, shapes.documentClosed, ({ file }) => memory.documentClosed(file));
  follow(methods.openEditors, shapes.openEditors, ({ files }) => memory.openEditors(files));

  answer(methods.search, shapes.search, (params, signal) => recall.search(params, signal));
  answer(methods.exhaustive, shapes.exhaustive, (params, signal) =>
    services.exhaustive(params, signal),
  );
  answer(methods.ask, shapes.ask, (params, signal) => {
    const progress = (markdown: string, citations: readonly Citation[]): void =>
      notify(methods.answerProgress, { askId: params.askId, markdown, citations });
    return ask(params, signal, { answers, session, clock, log, progress });
  });
  answer(methods.checkCitations, shapes.checkCitations, ({ citations }) => ({
    checks: services.checkCitations(citations),
  }));

  answer(methods.listConversations, nothing, () => ({
    conversations: session.conversations().list(),
  }));
  answer(methods.createConversation, nothing, () => ({
    conversation: session.conversations().create(),
  }));
  answer(methods.readConversation, shapes.conversation, ({ conversationId }) =>
    session.conversations().read(conversationId),
  );
  answer(methods.renameConversation, shapes.renameConversation, ({ conversationId, title }) => ({
    conversation: session.conversations().rename(conversationId, title),
  }));
  answer(methods.deleteConversation, shapes.conversation, ({ conversationId }) => {
    session.conversations().delete(conversationId);
    return {};
  });

  const notify = <P>({ method }: NotificationMethod<P>, params: P): void => {
    connection.sendNotification(method, params).catch((error: unknown) => {
      // Only a channel that is gone can fail here, and its end is handled where it is noticed.
      log.log("debug", "rpc", "notification not sent", { method, stack: placeOf(error) });
    });
  };
  const stopStatus = memory.onStatusChanged(tellStatus);

  const close = async (): Promise<void> => {
    stopStatus();
    for (const abort of running.keys()) abort.abort();
    await Promise.all(running.values());
    session.close();
  };
  connection.onClose(() => void close());
  return { close };
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
