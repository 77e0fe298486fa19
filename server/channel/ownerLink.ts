/** The other end of `OwnerServer`: a process that uses a store which another one keeps. */
import { connect } from "node:net";
import { serverVersion } from "../version.ts";
import { MessageSocket } from "./messageSocket.ts";
import { readAddress } from "./ownerAddress.ts";
import type { Greeting, GreetingAnswer } from "./ownerServer.ts";

export interface OwnerLinkEvents {
  /** The owner said something that nobody asked for. */
  readonly told: (message: unknown) => void;
  /** The owner is gone, or has closed the store. Not called after `close`. */
  readonly lost: () => void;
}

export type LinkOutcome =
  | { readonly kind: "linked"; readonly link: OwnerLink }
  /** Nobody answers: the owner is just beginning, or has ended. */
  | { readonly kind: "absent" }
  /** The owner is of another version of Lore. */
  | { readonly kind: "otherVersion" };

/** An owner that does not answer for so long is as good as none. */
const greetingMs = 2_000;

export class OwnerLink {
  readonly #messages: MessageSocket;
  readonly #pending = new Map<number, (answer: unknown) => void>();
  #nextId = 1;
  #isOver = false;

  private constructor(messages: MessageSocket) {
    this.#messages = messages;
  }

  /** Connects to the owner of the store in a folder. Never rejects. */
  static connect(folder: string, events: OwnerLinkEvents): Promise<LinkOutcome> {
    const address = readAddress(folder);
    if (address === undefined) return Promise.resolve({ kind: "absent" });
    const { promise, resolve } = Promise.withResolvers<LinkOutcome>();
    const socket = connect(address.path);
    const timer = setTimeout(() => socket.destroy(), greetingMs);
    let link: OwnerLink | undefined;
    const messages = new MessageSocket(socket, {
      said: (message) => {
        clearTimeout(timer);
        if (link !== undefined) return link.#take(message, events);
        const { kind } = (message ?? {}) as Partial<GreetingAnswer>;
        if (kind !== "welcome") return resolve({ kind: "otherVersion" });
        link = new OwnerLink(messages);
        resolve({ kind: "linked", link });
      },
      closed: () => {
        clearTimeout(timer);
        resolve({ kind: "absent" });
        if (link !== undefined) link.#end(events);
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
  }

  /** Resolves with the owner's answer, and with `undefined` when the owner is gone. */
  ask(said: object): Promise<unknown> {
    if (this.#isOver) return Promise.resolve(undefined);
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#messages.send({ id, said });
    });
  }

  close(): void {
    this.#settle();
    this.#messages.close();
  }

  #take(message: unknown, { told }: OwnerLinkEvents): void {
    const {
      id,
      answer,
      told: news,
    } = (message ?? {}) as {
      readonly id?: unknown;
      readonly answer?: unknown;
      readonly told?: unknown;
    };
    if (typeof id !== "number") return this.#isOver ? undefined : told(news);
    this.#pending.get(id)?.(answer);
    this.#pending.delete(id);
  }

  #end({ lost }: OwnerLinkEvents): void {
    if (this.#isOver) return;
    this.#settle();
    lost();
  }

  #settle(): void {
    this.#isOver = true;
    for (const resolve of this.#pending.values()) resolve(undefined);
    this.#pending.clear();
  }
}
