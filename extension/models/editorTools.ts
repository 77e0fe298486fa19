import * as vscode from "vscode";
import type { ChatMessage, ToolOffer } from "../../server/endpoint/chatMessages.ts";

/** Returns the tools that the model may call now. */
export function editorTools(offer: ToolOffer | undefined): vscode.LanguageModelChatTool[] {
  if (offer?.mayCall !== true) return [];
  return offer.tools.map(({ name, description, input }) => ({
    ...{ name, description, inputSchema: input },
  }));
}

/** Returns messages as the editor takes them, which knows no system message. */
export function editorMessages(
  messages: readonly ChatMessage[],
): vscode.LanguageModelChatMessage[] {
  return messages.map((message) => {
    switch (message.role) {
      case "assistant": {
        const calls = message.calls.map(
          ({ id, name, input }) => new vscode.LanguageModelToolCallPart(id, name, inputOf(input)),
        );
        const said = message.content === "" ? [] : [new vscode.LanguageModelTextPart(message.content)];
        return vscode.LanguageModelChatMessage.Assistant([...said, ...calls]);
      }
      case "tool":
        return vscode.LanguageModelChatMessage.User([
          new vscode.LanguageModelToolResultPart(message.callId, [
            new vscode.LanguageModelTextPart(message.content),
          ]),
        ]);
      default:
        return vscode.LanguageModelChatMessage.User(message.content);
    }
  });
}

/** True when a model's provider refused a request because the model knows no tools. */
export function isAboutTools(error: unknown): boolean {
  return error instanceof Error && /\btools?\b|function.?call/i.test(error.message);
}

/** The editor gave it as an object. */
function inputOf(input: string): object {
  return JSON.parse(input) as object;
}
