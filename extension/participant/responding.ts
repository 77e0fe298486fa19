import type * as vscode from "vscode";
import type { MemorySession } from "../memory/memorySession.ts";
import type { Models } from "../models/models.ts";
import type { Wording } from "../wording.ts";

/** What the answering of one request of the editor's chat goes by. */
export interface Responding {
  readonly memory: MemorySession;
  /** Chosen by the user in the editor's chat. */
  readonly model: vscode.LanguageModelChat;
  /** Says whether recalled lines may go to it. */
  readonly models: Pick<Models, "mayBeAsked">;
  readonly stream: vscode.ChatResponseStream;
  readonly token: vscode.CancellationToken;
  readonly wording: Wording;
}
