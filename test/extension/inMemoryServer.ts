import { PassThrough } from "node:stream";
import {
  createMessageConnection,
  Emitter,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import type { ServerLink } from "../../extension/memory/memorySession.ts";
import { errorCatalogue, type ErrorName } from "../../protocol/errors.ts";
import type { NotificationMethod, RequestMethod } from "../../protocol/methods.ts";
import type { MemoryStatus, Root, RootStatus } from "../../protocol/types.ts";

/** A request or notification that arrived, in order. */
export interface Received {
  readonly method: string;
  readonly params: unknown;
}

/**
 * The far end of the extension's channel, in this process: answers with what a test tells it to and keeps
 * what it was sent.
 */
export class InMemoryServer implements ServerLink {
  readonly #up = new Emitter<MessageConnection>();
  readonly #down = new Emitter<{ readonly willRestart: boolean }>();
  readonly onUp = this.#up.event;
  readonly onDown = this.#down.event;
  readonly received: Received[] = [];
  readonly #answers = new Map<string, (params: never, token: CancellationToken) => unknown>();
  readonly #waiting = new Set<() => void>();
  #ends: { near: MessageConnection; far: MessageConnection } | undefined;
  nStarts = 0;

  get active(): boolean {
    return this.#ends !== undefined;
  }

  /** Answers a request from now on. */
  on<P, R>(
    method: RequestMethod<P, R>,
    answer: (
      params: P,
      token: CancellationToken,
    ) => R | ResponseError<unknown> | Promise<R | ResponseError<unknown>>,
  ): void {
    this.#answers.set(method.method, answer);
  }

  start(): void {
    this.nStarts++;
    const toFar = new PassThrough();
    const toNear = new PassThrough();
    const near = createMessageConnection(
      new StreamMessageReader(toNear),
      new StreamMessageWriter(toFar),
    );
    const far = createMessageConnection(
      new StreamMessageReader(toFar),
      new StreamMessageWriter(toNear),
    );
    far.onRequest((method, params, token) => {
      this.#keep({ method, params });
      const answer = this.#answers.get(method);
      if (answer === undefined) return new ResponseError(-32601, `no answer for ${method}`);
      return answer(params as never, token);
    });
    far.onNotification((method, params) => this.#keep({ method, params }));
    near.listen();
    far.listen();
    this.#ends = { near, far };
    this.#up.fire(near);
  }

  stop(): Promise<void> {
    this.#ends?.near.dispose();
    this.#ends?.far.dispose();
    this.#ends = undefined;
    return Promise.resolve();
  }

  /** Ends as a process does that dies; `willRestart` is what its keeper decided. */
  async die(willRestart: boolean): Promise<void> {
    await this.stop();
    this.#down.fire({ willRestart });
    if (willRestart) this.start();
  }

  /** Sends a notification to the extension. */
  async notify<P>(method: NotificationMethod<P>, params: P): Promise<void> {
    await this.#ends?.far.sendNotification(method.method, params);
  }

  /** The parameters of each request or notification of this method so far. */
  paramsOf(method: { readonly method: string }): unknown[] {
    return this.received.filter((r) => r.method === method.method).map(({ params }) => params);
  }

  /** Resolves when `n` messages of this method have arrived. */
  async hasReceived(method: { readonly method: string }, n = 1): Promise<void> {
    while (this.paramsOf(method).length < n) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #keep(received: Received): void {
    this.received.push(received);
    for (const resume of this.#waiting) resume();
    this.#waiting.clear();
  }
}

/** The wire form of a failure of the catalogue. */
export function failure(errorName: ErrorName, detail = ""): ResponseError<unknown> {
  const { code, sentence } = errorCatalogue[errorName];
  return new ResponseError(code, sentence, { errorName, detail });
}

/** A folder of a test. */
export function testRoot(name: string): Root {
  return { id: `id-${name}`, folder: `/work/${name}`, name };
}

/** A folder's counts: everything remembered unless `change` says otherwise. */
export function rootStatus(root: Root, change: Partial<RootStatus> = {}): RootStatus {
  return {
    root,
    state: "ready",
    filesSeen: 10,
    remembered: 10,
    pending: 0,
    skipped: {},
    failed: {},
    ignoredEntries: 0,
    bytesKnown: 1_000,
    bytesDone: 1_000,
    nChunks: 20,
    nEmbedded: 20,
    filesSyntaxExact: 10,
    filesFallback: 0,
    filesToRefine: 0,
    storeBytes: 500,
    notices: [],
    ...change,
  };
}

/** The status of a memory of these folders. */
export function memoryStatus(roots: readonly RootStatus[], paused = false): MemoryStatus {
  return { roots, paused, serverVersion: "1.2.3" };
}
