import { MemoryError } from "../../protocol/errors.ts";
import * as methods from "../../protocol/methods.ts";
import type { Notice } from "../../protocol/notices.ts";
import type { MemoryStatus, Root } from "../../protocol/types.ts";
import type { MemoryService } from "../services.ts";
import type { ConversationStore } from "../workServices.ts";

/** Conversations on disk, and what the user should know about how they were opened. */
export interface OpenedConversations {
  readonly store: ConversationStore;
  readonly notice?: Notice;
}

/** The parts of the server that a session opens. */
export interface SessionServices {
  readonly memory: MemoryService;
  /** Finds the folder of the conversations about a workspace. Errors: `storeUnavailable`, `diskFull`. */
  conversationFolder(storeDir: string, roots: readonly Root[]): Promise<string>;
  /** Opens the conversations kept in a folder. Errors: `storeUnavailable`, `diskFull`. */
  openConversations(folder: string): OpenedConversations;
  /** Errors: `sqliteMissing` when this Node has no SQLite. */
  requireSqlite(): void;
  readonly serverVersion: string;
}

interface Opened {
  readonly storeDir: string;
  readonly roots: readonly Root[];
  trusted: boolean;
}

/** What one connection opened: at most one memory, and its conversations once they are needed. */
export class Session {
  readonly #services: SessionServices;
  readonly #noticed: () => void;
  #state: "closed" | "opening" | Opened = "closed";
  #conversations: OpenedConversations | undefined;
  #folder: string | undefined;
  #finding: Promise<string> | undefined;

  /** `noticed` is called when `withNotice` has something new to say. */
  constructor(services: SessionServices, noticed: () => void) {
    this.#services = services;
    this.#noticed = noticed;
  }

  /** Errors: `invalidRequest` for another protocol version or a second call, `sqliteMissing`, and those of
   * the memory. */
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
    this.#services.requireSqlite();
    this.#state = "opening";
    let opened: Opened | undefined;
    try {
      const status = await this.#services.memory.open(storeDir, roots, settings, trusted);
      opened = { storeDir, roots, trusted };
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

  /**
   * Resolves when it is known where the conversations are, which git is asked for once; at once in Restricted Mode.
   * Errors: `rootNotOpen`, `storeUnavailable`, `diskFull`.
   */
  async whenFound(): Promise<void> {
    const { storeDir, roots, trusted } = this.requireOpen();
    if (!trusted || this.#folder !== undefined) return;
    this.#finding ??= this.#services.conversationFolder(storeDir, roots);
    try {
      this.#folder = await this.#finding;
    } finally {
      this.#finding = undefined;
    }
  }

  /**
   * To be called after `whenFound` has resolved, as for each request that may need them.
   * Errors: `rootNotOpen`, also in Restricted Mode, where the store may not be touched.
   */
  conversations(): ConversationStore {
    const { trusted } = this.requireOpen();
    if (!trusted || this.#folder === undefined)
      throw new MemoryError("rootNotOpen", "the workspace is not trusted");
    if (this.#conversations === undefined) {
      this.#conversations = this.#services.openConversations(this.#folder);
      if (this.#conversations.notice !== undefined) this.#noticed();
    }
    return this.#conversations.store;
  }

  /** True when another process has written to the conversations, if they were needed here. Errors: `storeUnavailable`. */
  takeNews(): boolean {
    return this.#conversations?.store.takeNews() === true;
  }

  /** The status with what the user should know of the conversations, said at the first root. */
  withNotice(status: MemoryStatus): MemoryStatus {
    const notice = this.#conversations?.notice;
    const [first, ...rest] = status.roots;
    if (notice === undefined || first === undefined) return status;
    return { ...status, roots: [{ ...first, notices: [...first.notices, notice] }, ...rest] };
  }

  close(): void {
    this.#conversations?.store.close();
    this.#conversations = undefined;
  }
}
