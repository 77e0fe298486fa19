import * as vscode from "vscode";
import type { AskResult } from "../../protocol/methods.ts";
import type { ChatSession } from "../chat/chatSession.ts";
import type { ChatView } from "../chat/chatView.ts";
import { selectedCode } from "./selectedCode.ts";

/**
 * “Ask”: shows the chat. With a question as argument (a keybinding, another extension) it is asked at once
 * and the answer returned.
 */
export async function ask(
  chat: ChatSession,
  view: ChatView,
  question: unknown,
): Promise<AskResult | undefined> {
  if (typeof question !== "string" || question.trim() === "") {
    await view.reveal();
    return undefined;
  }
  await view.reveal();
  return chat.ask(question);
}

/** “Ask About Selection”: asks what the user wants to know about the selected code and shows the answer. */
export async function askAboutSelection(
  chat: ChatSession,
  view: ChatView,
  question: unknown,
): Promise<AskResult | undefined> {
  const editor = vscode.window.activeTextEditor;
  const selection = editor === undefined ? undefined : selectedCode(editor);
  if (selection === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Select some code first."));
    return undefined;
  }
  const asked =
    typeof question === "string"
      ? question
      : await vscode.window.showInputBox({
          title: vscode.l10n.t("Ask About the Selected Code"),
          placeHolder: vscode.l10n.t("For example: who calls this?"),
        });
  if (asked === undefined || asked.trim() === "") return undefined;
  await view.reveal();
  return chat.ask(asked, selection);
}
