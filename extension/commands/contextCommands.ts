import * as vscode from "vscode";
import type { ContextResult } from "../../protocol/context.ts";
import { context } from "../../protocol/methods.ts";
import type { ChatKeeper } from "../chat/chatKeeper.ts";
import type { MemorySession } from "../memory/memorySession.ts";

/** What a language model can read beside a task of its own; the same as on the command line. */
const maxTokens = 6_000;

/**
 * “Copy Context for a Question”: puts what is remembered for a question, the open conversation included, on the clipboard
 * as a prompt for any language model. With the question as argument (a keybinding, another extension) nothing is asked.
 */
export async function copyContext(
  memory: MemorySession,
  keeper: ChatKeeper,
  argument: unknown,
): Promise<ContextResult | undefined> {
  const question =
    typeof argument === "string"
      ? argument
      : await vscode.window.showInputBox({
          title: vscode.l10n.t("Copy Context for a Question"),
          placeHolder: vscode.l10n.t("For example: how are failed requests retried?"),
        });
  if (question === undefined || question.trim() === "") return undefined;
  await memory.whenOpen();
  const { conversationId } = keeper;
  const found = await memory.client.request(context, {
    question,
    maxTokens,
    ...(conversationId === undefined ? {} : { conversationId }),
  });
  await vscode.env.clipboard.writeText(found.prompt);
  void vscode.window.showInformationMessage(
    found.items.length === 0
      ? vscode.l10n.t("Nothing that is remembered fits the question; only the question was copied.")
      : vscode.l10n.t(
          "Copied {0} tokens of notes, conversation and code with citations. Paste them into any language model.",
          found.nTokens.toLocaleString(),
        ),
  );
  return found;
}
