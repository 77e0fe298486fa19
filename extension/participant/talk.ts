import type * as vscode from "vscode";
import * as methods from "../../protocol/methods.ts";
import type { Citation, SelectedCode } from "../../protocol/types.ts";
import { isMemoryError } from "../memory/memoryClient.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { absolutePath } from "../roots.ts";
import { speaksOfLast } from "./pointing.ts";

/** The part of `vscode.ChatContext` that is looked at. */
export type TalkHistory = readonly (object | { readonly result: vscode.ChatResult })[];

/**
 * One of the editor's chats as a conversation of Lore's. Each answer says in its metadata, which the editor keeps with it,
 * which conversation that is.
 */
export class Talk {
  readonly #memory: MemorySession;
  #conversationId: string | undefined;

  /** `history`: what came before in the editor's chat. */
  constructor(memory: MemorySession, history: TalkHistory) {
    this.#memory = memory;
    for (const turn of history) {
      const metadata = "result" in turn ? turn.result.metadata : undefined;
      const kept: unknown = metadata?.["conversationId"];
      if (typeof kept === "string") this.#conversationId = kept;
    }
  }

  /** The conversation, `undefined` as long as none was begun. */
  get conversationId(): string | undefined {
    return this.#conversationId;
  }

  /**
   * Does something in the conversation; one that was deleted, or never begun, is begun anew.
   * Errors: those of `run`.
   */
  async within<T>(run: (conversationId: string) => Promise<T>): Promise<T> {
    if (this.#conversationId !== undefined) {
      try {
        return await run(this.#conversationId);
      } catch (error) {
        if (!isMemoryError(error, "conversationNotFound")) throw error;
      }
    }
    const { conversation } = await this.#memory.client.request(methods.createConversation, {});
    this.#conversationId = conversation.id;
    return run(conversation.id);
  }

  /** The definition that the last answer was about, when a question speaks of it without naming it. */
  async codeOfLast(question: string): Promise<SelectedCode | undefined> {
    if (this.#conversationId === undefined || !speaksOfLast(question)) return undefined;
    const main = await this.#lastDefinition(this.#conversationId);
    if (main === undefined) return undefined;
    const { client, roots } = this.#memory;
    const { checks } = await client.request(methods.checkCitations, { citations: [main] });
    const [check] = checks;
    if (check?.kind !== "current" && check?.kind !== "moved") return undefined;
    const root = roots.find(({ id }) => id === main.rootId);
    const file = root && absolutePath(root, main.path);
    if (file === undefined) return undefined;
    const { start, end } = check.citation.range;
    const endLine = end.character === 0 ? Math.max(end.line, start.line + 1) : end.line + 1;
    return { file, text: check.text, range: { startLine: start.line, endLine } };
  }

  async #lastDefinition(conversationId: string): Promise<Citation | undefined> {
    try {
      const { turns } = await this.#memory.client.request(methods.readConversation, {
        conversationId,
        lastTurns: 1,
      });
      return turns
        .at(-1)
        ?.citations.find(({ symbol, commit }) => symbol !== undefined && commit === undefined);
    } catch (error) {
      if (isMemoryError(error, "conversationNotFound")) return undefined;
      throw error;
    }
  }
}
