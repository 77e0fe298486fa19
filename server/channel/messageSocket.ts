/** Messages over a socket of this machine: JSON, one to a line. */
import type { Socket } from "node:net";

/** A longer line is none of ours: the largest message holds one unsaved file. */
const maxLineLength = 64 * 1024 * 1024;

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

  /** Nothing happens when the connection is over. */
  send(message: object): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Sends what was said before, and ends the connection. */
  close(): void {
    this.#socket.destroySoon();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() as string;
    if (this.#rest.length > maxLineLength) return this.#refuse();
    for (const line of lines) {
      if (this.#socket.destroyed) return;
      const message = parsed(line);
      if (message === undefined) return this.#refuse();
      this.#events.said(message);
    }
  }

  #refuse(): void {
    this.#rest = "";
    this.#socket.destroy();
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
