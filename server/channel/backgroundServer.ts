/**
 * An owner's end of the channel that begins to listen in the background: the owner works before it does, and where it
 * cannot listen at all.
 */
import { OwnerServer, type OwnerServerEvents } from "./ownerServer.ts";

export class BackgroundServer {
  #server: OwnerServer | undefined;
  #isClosed = false;

  /** `failed` is told why it cannot listen; what it throws is thrown where nobody catches it. */
  constructor(folder: string, events: OwnerServerEvents, failed: (error: unknown) => void) {
    void this.#listen(folder, events, failed);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** 0 while it does not listen. */
  get nFollowers(): number {
    return this.#server?.nFollowers ?? 0;
  }

  /** Tells every follower. */
  tell(message: object): void {
    this.#server?.tell(message);
  }

  /** What was told before still arrives. */
  close(): void {
    this.#isClosed = true;
    this.#server?.close();
  }

  async #listen(
    folder: string,
    events: OwnerServerEvents,
    failed: (error: unknown) => void,
  ): Promise<void> {
    try {
      this.#server = await OwnerServer.open(folder, events);
      if (this.#isClosed) this.#server.close();
    } catch (error) {
      failed(error);
    }
  }
}
