import * as methods from "../../protocol/methods.ts";
import type { ConversationPart } from "../../protocol/context.ts";
import type { Conversation, Turn } from "../../protocol/types.ts";
import { isMemoryError } from "../memory/memoryClient.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import type { FoundTurn } from "../../protocol/webviewMessages.ts";
import type { ChatKeeper } from "./chatKeeper.ts";

/** Turns of the open conversation; without one, nothing. */
export interface OpenTurns {
  readonly conversation: Conversation | undefined;
  readonly turns: readonly Turn[];
  /** Turns before the first of `turns`. */
  readonly nEarlier: number;
  readonly branches?: readonly methods.QuestionBranches[];
  readonly pinned?: readonly methods.PinnedTurn[];
}

/** What is less relevant has a word of the query and is about something else. */
const minRelevance = 0.3;

const nothing: OpenTurns = { conversation: undefined, turns: [], nEarlier: 0 };

/** Reads conversations from the server. What is not there (no memory, deleted elsewhere) reads as nothing. */
export class ConversationReader {
  readonly #memory: MemorySession;
  readonly #keeper: ChatKeeper;

  constructor(memory: MemorySession, keeper: ChatKeeper) {
    this.#memory = memory;
    this.#keeper = keeper;
  }

  /** The last turns of the open conversation, or those before a turn of it. */
  async read(page: Omit<methods.ReadConversationParams, "conversationId">): Promise<OpenTurns> {
    const conversationId = this.#keeper.conversationId;
    if (conversationId === undefined || this.#memory.state.kind !== "open") return nothing;
    try {
      const { client } = this.#memory;
      return await client.request(methods.readConversation, { conversationId, ...page });
    } catch (error) {
      if (isMemoryError(error, "serverLost")) return nothing;
      if (!isMemoryError(error, "conversationNotFound")) throw error;
      // Deleted elsewhere or with the folder's memory; a turn that is gone says nothing about the rest.
      if (page.before === undefined) this.#keeper.keepConversation(undefined);
      return nothing;
    }
  }

  /** What a conversation is about, part by part. */
  async parts(conversationId: string): Promise<readonly ConversationPart[]> {
    try {
      const { client } = this.#memory;
      return (await client.request(methods.conversationParts, { conversationId })).parts;
    } catch (error) {
      if (isMemoryError(error, "serverLost") || isMemoryError(error, "conversationNotFound"))
        return [];
      throw error;
    }
  }

  /** Makes the branch that holds a turn the one that is read. A turn that is gone changes nothing. */
  async chooseBranch(conversationId: string, turnId: string): Promise<void> {
    try {
      await this.#memory.client.request(methods.chooseBranch, { conversationId, turnId });
    } catch (error) {
      if (!isMemoryError(error, "serverLost") && !isMemoryError(error, "conversationNotFound"))
        throw error;
    }
  }

  /** What was said about a query, best first; nothing while no memory is open. */
  async search(query: string, limit: number): Promise<readonly FoundTurn[]> {
    if (this.#memory.state.kind !== "open") return [];
    try {
      const { turns } = await this.#memory.client.request(methods.searchTurns, { query, limit });
      return turns
        .filter(({ relevance }) => relevance >= minRelevance)
        .map(({ conversationId, turnId, title, role, text, createdMs }) => ({
          ...{ conversationId, turnId, title, role, text, createdMs },
        }));
    } catch (error) {
      if (isMemoryError(error, "serverLost")) return [];
      throw error;
    }
  }

  /** Every conversation, the one that changed last first. */
  async list(): Promise<readonly Conversation[]> {
    if (this.#memory.state.kind !== "open") return [];
    try {
      return (await this.#memory.client.request(methods.listConversations, {})).conversations;
    } catch (error) {
      if (isMemoryError(error, "serverLost")) return [];
      throw error;
    }
  }
}
