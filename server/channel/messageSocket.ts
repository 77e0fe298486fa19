/** Messages over a socket of this machine: JSON, one to a line. */
import type { Socket } from "node:net";

/** A longer line is none of ours: the largest message holds one unsaved file. */
const maxLineLength = 64 * 1024 * 1024;
/** Whoever leaves so much lie takes nothing any more, as a process that was stopped. */
const maxWaitingBytes = 2 * maxLineLength;

export interface MessageEvents {
  /** The other side said something; its shape is not checked. */
  readonly said: (message: unknown) => void;
  /** The connection is over, in whatever way; called once. */
  readonly closed: () => void;
}

export class MessageSocket {
  readonly #socket: Socket;
  readonly #events: MessageEvents;
  #rest = "";

  constructor(socket: Socket, events: MessageEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => this.#take(text));
    // `close` follows, and tells all that there is to know.
    socket.on("error", () => undefined);
    socket.on("close", () => events.closed());
  }

  /** Nothing happens when the connection is over. It ends when the other side has left too much lie. */
  send(message: object): void {
    if (!this.#socket.writable) return;
    this.#socket.write(`${JSON.stringify(message)}\n`);
    if (this.#socket.writableLength > maxWaitingBytes) this.drop();
  }

  /** Sends what was said before, and ends the connection. */
  close(): void {
    this.#socket.destroySoon();
  }

  /** Ends the connection at once, as if the other side had gone. */
  drop(): void {
    this.#rest = "";
    this.#socket.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() as string;
    if (this.#rest.length > maxLineLength) return this.drop();
    for (const line of lines) {
      if (this.#socket.destroyed) return;
      const message = parsed(line);
      if (message === undefined) return this.drop();
      this.#events.said(message);
    }
  }
}

/** `undefined` for a line that is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
