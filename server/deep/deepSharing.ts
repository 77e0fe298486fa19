/**
 * One deep memory for all windows of a folder: the process that has the bank open answers for the others, so that there
 * is one model and one bank in memory, and what one window encodes serves all.
 */
import type { DeepMemoryStatus, SelfTestProgress } from "../../protocol/deepMemory.ts";
import { placeOf } from "../../protocol/errorPlace.ts";
import { OwnerLink } from "../channel/ownerLink.ts";
import { BackgroundServer } from "../channel/backgroundServer.ts";
import type { Follower } from "../channel/ownerServer.ts";
import { asMemoryError, isStoreFailure } from "../memory/database.ts";
import type { Logger } from "../ports.ts";
import type { ThreadFailure } from "../threadFailure.ts";
import type { DeepCall, DeepReply, DeepRequestName, DeepRequests } from "./deepCalls.ts";

type Request = DeepCall & { readonly kind: "request" };
type Outcome = Extract<DeepReply, { kind: "result" | "failed" }>;

/** What the owner tells by itself. */
type DeepNews =
  | { readonly kind: "status"; readonly status: DeepMemoryStatus }
  /** Of a request of the follower's. */
  | { readonly kind: "progress"; readonly id: number; readonly progress: SelfTestProgress };

const requestNames: readonly string[] = [
  "complete",
  "surprise",
  "selfTest",
] satisfies DeepRequestName[];
const gone: ThreadFailure = {
  ...{ kind: "memory", errorName: "deepMemoryUnavailable", detail: "otherProcess" },
};

/** Requests of other windows get numbers that the window's own never reach. */
const firstForeignId = 2 ** 40;

export interface DeepServerOptions {
  /** Of the bank. */
  readonly folder: string;
  /** Deals with a call as with one of this window; what comes of it is told to `reply`. */
  readonly call: (call: DeepCall) => void;
  readonly log: Logger;
}

/** The owner's side. */
export class DeepServer {
  readonly #options: DeepServerOptions;
  readonly #requests = new Map<number, ForeignRequest>();
  readonly #server: BackgroundServer;
  #status: DeepMemoryStatus | undefined;
  #nextId = firstForeignId;

  constructor(options: DeepServerOptions) {
    this.#options = options;
    const { folder, log } = options;
    this.#server = new BackgroundServer(
      folder,
      {
        joined: (follower) => {
          if (this.#status !== undefined) follower.tell({ kind: "status", status: this.#status });
        },
        said: (follower, said) => this.#answer(follower, said),
        failed: (error) => {
          const stack = placeOf(error);
          log.log("error", "encode", "a request of another window failed", { stack });
          return { kind: "failed", error: gone };
        },
        left: (follower) => this.#cancel((request) => request.follower === follower),
      },
      (error) => {
        if (!isStoreFailure(error)) throw error;
        const { detail } = asMemoryError(error);
        log.log("warn", "encode", "other windows cannot use this deep memory", { detail });
      },
    );
  }

  /** Hands a reply on to the window that it is for. Returns false when it is for this window. */
  reply(reply: DeepReply): boolean {
    if (reply.kind === "status") {
      this.#status = reply.status;
      this.#server.tell({ kind: "status", status: reply.status } satisfies DeepNews);
    }
    if (!("id" in reply)) return false;
    const request = this.#requests.get(reply.id);
    if (request === undefined) return reply.id >= firstForeignId;
    if (reply.kind !== "progress") request.resolve(reply);
    else {
      const news: DeepNews = { kind: "progress", id: request.id, progress: reply.progress };
      request.follower.tell(news);
    }
    return true;
  }

  close(): void {
    this.#server.close();
  }

  async #answer(follower: Follower, said: unknown): Promise<Outcome | Record<string, never>> {
    const { kind, id, name, params } = (said ?? {}) as Partial<Request>;
    if (typeof id !== "number") return {};
    if ((kind as string) === "cancel")
      this.#cancel((request) => request.follower === follower && request.id === id);
    if (kind !== "request" || name === undefined || params === undefined) return {};
    if (!requestNames.includes(name) || this.#server.isClosed)
      return { kind: "failed", id, error: gone };
    const own = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#requests.set(own, { id, follower, resolve });
    this.#options.call({ kind: "request", id: own, name, params });
    const outcome = await promise;
    this.#requests.delete(own);
    return { ...outcome, id };
  }

  #cancel(isMeant: (request: ForeignRequest) => boolean): void {
    for (const [own, request] of this.#requests)
      if (isMeant(request)) this.#options.call({ kind: "cancel", id: own });
  }
}

/** A request of another window. */
interface ForeignRequest {
  /** As that window knows it. */
  readonly id: number;
  readonly follower: Follower;
  readonly resolve: (outcome: Outcome) => void;
}

export interface DeepElsewhereOptions {
  readonly say: (reply: DeepReply) => void;
  /** The process that has the bank open has ended, or let go of it. */
  readonly lost: () => void;
}

/** The side of a window whose bank another process has open. */
export class DeepElsewhere {
  readonly #options: DeepElsewhereOptions;
  /** Requests that nobody waits for any more; their results may be on the way. */
  readonly #cancelled = new Set<number>();
  #link: OwnerLink | undefined;
  #isClosed = false;

  constructor(options: DeepElsewhereOptions) {
    this.#options = options;
  }

  get isLinked(): boolean {
    return this.#link !== undefined;
  }

  /** Returns whether the owner of the bank in a folder could be reached. Never rejects. */
  async reach(folder: string): Promise<boolean> {
    const outcome = await OwnerLink.connect(folder, {
      told: (told) => this.#take(told),
      lost: () => {
        this.#link = undefined;
        this.#options.lost();
      },
    });
    if (outcome.kind !== "linked") return false;
    if (this.#isClosed) outcome.link.close();
    else this.#link = outcome.link;
    return this.isLinked;
  }

  /** Has a request answered there. Resolves when it is. */
  async answer({ id, name, params }: Request): Promise<void> {
    const said: Request = { kind: "request", id, name, params };
    const outcome = (await this.#link?.ask(said)) as Partial<Outcome> | undefined;
    if (this.#cancelled.delete(id))
      this.#options.say({ kind: "failed", id, error: { kind: "aborted" } });
    else if (outcome?.kind === "result")
      this.#options.say({ kind: "result", id, result: resultOf(outcome) });
    else this.#options.say({ kind: "failed", id, error: failureOf(outcome) });
  }

  /** Of a request that waits to be answered. */
  cancel(id: number): void {
    if (this.#link === undefined) return;
    this.#cancelled.add(id);
    this.#link.say({ kind: "cancel", id });
  }

  close(): void {
    this.#isClosed = true;
    this.#link?.close();
    this.#link = undefined;
  }

  #take(told: unknown): void {
    const { kind } = (told ?? {}) as Partial<DeepNews>;
    if (kind === "status" || kind === "progress") this.#options.say(told as DeepNews);
  }
}

function resultOf(outcome: Partial<Outcome>): DeepRequests[DeepRequestName]["result"] {
  return (outcome as Extract<Outcome, { kind: "result" }>).result;
}

/** A process that has ended answers nothing. */
function failureOf(outcome: Partial<Outcome> | undefined): ThreadFailure {
  return outcome?.kind === "failed" && outcome.error !== undefined ? outcome.error : gone;
}
