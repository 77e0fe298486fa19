/**
 * The owner's end of the channel between the processes that have one store open: it answers what the others ask, and
 * tells them what is new. A connection that ends tells either side that the other is gone, however it went.
 */
import { timingSafeEqual } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { serverVersion } from "../version.ts";
import { MessageSocket } from "./messageSocket.ts";
import { newAddress, publishAddress, withdrawAddress, type OwnerAddress } from "./ownerAddress.ts";

/** Another process, as the owner sees it; the object itself is its name. */
export interface Follower {
  tell(message: object): void;
}

export interface OwnerServerEvents {
  /** A process that may ask has connected. */
  readonly joined: (follower: Follower) => void;
  /** It said something. What is returned is the answer when it waits for one. */
  readonly said: (follower: Follower, message: unknown) => object | Promise<object>;
  /** `said` threw or rejected, which ends nothing. Returns the answer. Must not throw. */
  readonly failed: (error: unknown) => object;
  /** It is gone. */
  readonly left: (follower: Follower) => void;
}

/** The first line of whoever connects, and the answer. */
export interface Greeting {
  /** Processes of other versions do not talk with each other: they may mean other things. */
  readonly version: string;
  readonly token: string;
}
export type GreetingAnswer = { readonly kind: "welcome" | "otherVersion" };

/** Whoever has connected has this long to say who it is. */
const greetingMs = 5_000;

export class OwnerServer {
  readonly #folder: string;
  readonly #address: OwnerAddress;
  readonly #server: Server;
  readonly #events: OwnerServerEvents;
  readonly #open = new Map<MessageSocket, Follower | undefined>();
  #isClosed = false;

  private constructor(folder: string, events: OwnerServerEvents) {
    this.#folder = folder;
    this.#events = events;
    this.#address = newAddress();
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /**
   * Listens, and says in the folder of the store where. Only the owner of the store may call it.
   * Rejects with errors of the system.
   */
  static async open(folder: string, events: OwnerServerEvents): Promise<OwnerServer> {
    const opened = new OwnerServer(folder, events);
    await opened.#listen();
    return opened;
  }

  /** Tells every follower. */
  tell(message: object): void {
    for (const follower of this.#open.values()) follower?.tell(message);
  }

  get nFollowers(): number {
    return [...this.#open.values()].filter((follower) => follower !== undefined).length;
  }

  /** What was told before still arrives. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    withdrawAddress(this.#folder, this.#address);
    this.#server.close();
    for (const socket of this.#open.keys()) socket.close();
  }

  async #listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    this.#server.listen(this.#address.path, resolve);
    try {
      await promise;
      publishAddress(this.#folder, this.#address);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#server.off("error", reject);
    // Too many open files: whoever could not connect tries again.
    this.#server.on("error", () => undefined);
  }

  #accept(socket: Socket): void {
    const timer = setTimeout(() => socket.destroy(), greetingMs);
    const messages = new MessageSocket(socket, {
      said: (message) => {
        clearTimeout(timer);
        const follower = this.#open.get(messages);
        if (follower === undefined) this.#greet(messages, message);
        else void this.#answer(messages, follower, message);
      },
      closed: () => {
        clearTimeout(timer);
        const follower = this.#open.get(messages);
        this.#open.delete(messages);
        if (follower !== undefined) this.#events.left(follower);
      },
    });
    this.#open.set(messages, undefined);
    if (this.#isClosed) messages.close();
  }

  #greet(messages: MessageSocket, message: unknown): void {
    const { version, token } = (message ?? {}) as Partial<Greeting>;
    if (!isSame(token, this.#address.token)) return messages.close();
    const kind = version === serverVersion ? "welcome" : "otherVersion";
    messages.send({ kind } satisfies GreetingAnswer);
    if (kind === "otherVersion") return messages.close();
    const follower: Follower = { tell: (told) => messages.send({ told }) };
    this.#open.set(messages, follower);
    this.#events.joined(follower);
  }

  async #answer(messages: MessageSocket, follower: Follower, message: unknown): Promise<void> {
    const { id, said, isAlive } = (message ?? {}) as {
      readonly id?: unknown;
      readonly said?: unknown;
      readonly isAlive?: unknown;
    };
    if (isAlive !== undefined) return messages.send({ isAlive: "!" });
    const answer = await this.#outcome(follower, said);
    if (typeof id === "number") messages.send({ id, answer });
  }

  async #outcome(follower: Follower, said: unknown): Promise<object> {
    try {
      return await this.#events.said(follower, said);
    } catch (error) {
      return this.#events.failed(error);
    }
  }
}

function isSame(given: unknown, token: string): boolean {
  if (typeof given !== "string") return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
