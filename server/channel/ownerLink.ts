/** The other end of `OwnerServer`: a process that uses a store which another one keeps. */
import { connect } from "node:net";
import { serverVersion } from "../version.ts";
import { MessageSocket } from "./messageSocket.ts";
import { readAddress } from "./ownerAddress.ts";
import type { Greeting, GreetingAnswer } from "./ownerServer.ts";

export interface OwnerLinkEvents {
  /** The owner said something that nobody asked for. */
  readonly told: (message: unknown) => void;
  /** The owner is gone, has closed the store, or no longer answers. Not called after `close`. */
  readonly lost: (how: LinkLoss) => void;
}

/** `silent`: the process is there, but its thread does nothing, as one that was stopped or whose drive hangs. */
export type LinkLoss = "ended" | "silent";

export type LinkOutcome =
  | { readonly kind: "linked"; readonly link: OwnerLink }
  /** Nobody answers: the owner is just beginning, or has ended. */
  | { readonly kind: "absent" }
  /** Somebody listens and does not answer. */
  | { readonly kind: "silent" }
  /** The owner is of another version of Lore. */
  | { readonly kind: "otherVersion" };

/** An owner that does not answer for so long is as good as none. */
const greetingMs = 2_000;
/**
 * An answer may take as long as its work. While something is expected of the owner, it is asked so often whether it still
 * runs, which it says between two steps of its work.
 */
const lookMs = 3_000;
/** Looks without a word after which the owner is silent. They are counted, so that a machine's sleep is not. */
const maxSilentLooks = 5;

export class OwnerLink {
  readonly #messages: MessageSocket;
  readonly #pending = new Map<number, (answer: unknown) => void>();
  #nextId = 1;
  #looking: NodeJS.Timeout | undefined;
  #nSilentLooks = 0;
  #isWatched = false;
  /** Something was said since the owner's last word. */
  #isUnheard = false;
  #isOver = false;

  readonly #events: OwnerLinkEvents;

  private constructor(messages: MessageSocket, events: OwnerLinkEvents) {
    this.#messages = messages;
    this.#events = events;
  }

  /** Connects to the owner of the store in a folder. Never rejects. */
  static connect(folder: string, events: OwnerLinkEvents): Promise<LinkOutcome> {
    const address = readAddress(folder);
    if (address === undefined) return Promise.resolve({ kind: "absent" });
    const { promise, resolve } = Promise.withResolvers<LinkOutcome>();
    const socket = connect(address.path);
    const timer = setTimeout(() => {
      resolve({ kind: socket.connecting ? "absent" : "silent" });
      socket.destroy();
    }, greetingMs);
    let link: OwnerLink | undefined;
    const messages = new MessageSocket(socket, {
      said: (message) => {
        clearTimeout(timer);
        if (link !== undefined) return link.#take(message);
        const { kind } = (message ?? {}) as Partial<GreetingAnswer>;
        if (kind !== "welcome") return resolve({ kind: "otherVersion" });
        link = new OwnerLink(messages, events);
        resolve({ kind: "linked", link });
      },
      closed: () => {
        clearTimeout(timer);
        resolve({ kind: "absent" });
        if (link !== undefined) link.#end("ended");
      },
    });
    socket.once("connect", () =>
      messages.send({ version: serverVersion, token: address.token } satisfies Greeting),
    );
    return promise;
  }

  /** Says something that nobody waits for. */
  say(said: object): void {
    this.#messages.send({ said });
    this.#isUnheard = true;
    this.#lookOrRest();
  }

  /** With `true` the owner is expected to do something, and its silence noticed, until it is called with `false`. */
  watch(isExpected: boolean): void {
    this.#isWatched = isExpected;
    this.#lookOrRest();
  }

  /** Resolves with the owner's answer, and with `undefined` when the owner is gone or silent. */
  ask(said: object): Promise<unknown> {
    if (this.#isOver) return Promise.resolve(undefined);
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#messages.send({ id, said });
      this.#lookOrRest();
    });
  }

  close(): void {
    this.#settle();
    this.#messages.close();
  }

  #take(message: unknown): void {
    this.#nSilentLooks = 0;
    this.#isUnheard = false;
    this.#hear(message);
    this.#lookOrRest();
  }

  #hear(message: unknown): void {
    const { id, answer, told, isAlive } = (message ?? {}) as {
      readonly id?: unknown;
      readonly answer?: unknown;
      readonly told?: unknown;
      readonly isAlive?: unknown;
    };
    if (isAlive !== undefined) return;
    if (typeof id !== "number") return this.#isOver ? undefined : this.#events.told(told);
    this.#pending.get(id)?.(answer);
    this.#pending.delete(id);
  }

  /** Nothing is polled of which nothing is expected. */
  #lookOrRest(): void {
    const isExpected = this.#pending.size > 0 || this.#isWatched || this.#isUnheard;
    if (!isExpected || this.#isOver) return this.#stopLooking();
    this.#looking ??= setInterval(() => this.#look(), lookMs).unref();
  }

  #look(): void {
    if (++this.#nSilentLooks > maxSilentLooks) {
      this.#end("silent");
      return this.#messages.drop();
    }
    this.#messages.send({ isAlive: "?" });
  }

  #stopLooking(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
    this.#nSilentLooks = 0;
  }

  #end(how: LinkLoss): void {
    if (this.#isOver) return;
    this.#settle();
    this.#events.lost(how);
  }

  #settle(): void {
    this.#isOver = true;
    this.#stopLooking();
    for (const resolve of this.#pending.values()) resolve(undefined);
    this.#pending.clear();
  }
}
