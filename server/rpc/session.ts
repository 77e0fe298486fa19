import { MemoryError } from "../../protocol/errors.ts";
import * as methods from "../../protocol/methods.ts";
import type { MemoryStatus } from "../../protocol/types.ts";
import type { ConversationStore, MemoryService } from "../services.ts";

/** The parts of the server that a session opens. */
export interface SessionServices {
  readonly memory: MemoryService;
  /** Opens the conversations kept in the store's folder. Errors: `storeUnavailable`, `diskFull`. */
  openConversations(storeDir: string): ConversationStore;
  readonly serverVersion: string;
}

interface Opened {
  readonly storeDir: string;
  trusted: boolean;
}

/** What one connection opened: at most one memory, and its conversations once they are needed. */
export class Session {
  readonly #services: SessionServices;
  #state: "closed" | "opening" | Opened = "closed";
  #conversations: ConversationStore | undefined;

  constructor(services: SessionServices) {
    this.#services = services;
  }

  /** Errors: `invalidRequest` for another protocol version or a second call, and those of the memory. */
  async open(params: methods.OpenParams): Promise<{ serverVersion: string; status: MemoryStatus }> {
    const { protocolVersion, storeDir, roots, settings, trusted } = params;
    if (protocolVersion !== methods.protocolVersion) {
      throw new MemoryError(
        "invalidRequest",
        `the client speaks protocol ${protocolVersion}, the server ${methods.protocolVersion}`,
      );
    }
    if (this.#state !== "closed") {
      throw new MemoryError("invalidRequest", "the memory is open already");
    }
    this.#state = "opening";
    let opened: Opened | undefined;
    try {
      const status = await this.#services.memory.open(storeDir, roots, settings, trusted);
      opened = { storeDir, trusted };
      return { serverVersion: this.#services.serverVersion, status };
    } finally {
      this.#state = opened ?? "closed";
    }
  }

  /** Errors: `rootNotOpen` and those of the memory. */
  async configure({
    settings,
    trusted,
  }: Pick<methods.OpenParams, "settings" | "trusted">): Promise<MemoryStatus> {
    const opened = this.requireOpen();
    const status = await this.#services.memory.configure(settings, trusted);
    opened.trusted = trusted;
    return status;
  }

  /** Errors: `rootNotOpen`. */
  requireOpen(): Opened {
    if (typeof this.#state === "string") throw new MemoryError("rootNotOpen");
    return this.#state;
  }

  /** Errors: `rootNotOpen`, also in Restricted Mode, where the store may not be touched. */
  conversations(): ConversationStore {
    const { storeDir, trusted } = this.requireOpen();
    if (!trusted) throw new MemoryError("rootNotOpen", "the workspace is not trusted");
    this.#conversations ??= this.#services.openConversations(storeDir);
    return this.#conversations;
  }

  close(): void {
    this.#conversations?.close();
    this.#conversations = undefined;
  }
}
