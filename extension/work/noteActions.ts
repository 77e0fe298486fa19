/** What the user does with one note or one conversation, wherever it is listed; what deletes asks first. */
import * as vscode from "vscode";
import * as methods from "../../protocol/methods.ts";
import type { Note } from "../../protocol/notes.ts";
import type { Conversation } from "../../protocol/types.ts";
import { showPlace, type CitationOpener } from "../chat/citations.ts";
import type { ChatSession } from "../chat/chatSession.ts";
import { oneLine } from "../displayText.ts";
import type { MemorySession } from "../memory/memorySession.ts";

const maxShownLength = 200;

/** Opens the code that a note cites; what has changed is shown where it stood last. Says so when it cites none. */
export async function openNote(
  { evidence: [evidence] }: Note,
  memory: MemorySession,
  citations: CitationOpener,
): Promise<void> {
  if (evidence === undefined)
    void vscode.window.showInformationMessage(vscode.l10n.t("This note cites no code."));
  else if (evidence.health === "needsCheck") await showPlace(memory, evidence.citation, false);
  else await citations.open(evidence.citation, false);
}

/** Asks for other words and replaces the note by them. Returns whether it did. */
export async function correctNote(note: Note, memory: MemorySession): Promise<boolean> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t("Correct the Note"),
    prompt: vscode.l10n.t("The older version is kept and no longer recalled."),
    value: note.text,
  });
  if (text === undefined || text.trim() === "" || text.trim() === note.text) return false;
  await memory.client.request(methods.correctNote, { id: note.id, text });
  return true;
}

/** Deletes a note after a question. Returns whether it did. */
export async function forgetNote(note: Note, memory: MemorySession): Promise<boolean> {
  const yes = vscode.l10n.t("Forget");
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t("Forget the note “{0}”?", oneLine(note.text, maxShownLength)),
    {
      modal: true,
      detail: vscode.l10n.t(
        "It is deleted from this machine for good, with the older versions that it replaced.",
      ),
    },
    yes,
  );
  if (choice !== yes) return false;
  await memory.client.request(methods.forgetNotes, { id: note.id });
  return true;
}

/** Deletes a conversation after a question. Returns whether it did. */
export async function deleteConversation(
  { id, title }: Pick<Conversation, "id" | "title">,
  chat: ChatSession,
): Promise<boolean> {
  const yes = vscode.l10n.t("Delete");
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t("Delete the conversation “{0}”?", oneLine(title, maxShownLength)),
    {
      modal: true,
      detail: vscode.l10n.t("Its turns are deleted from this machine for good."),
    },
    yes,
  );
  if (choice !== yes) return false;
  await chat.deleteConversation(id);
  return true;
}

/** Asks for another title and gives it to the conversation. */
export async function renameConversation(
  { id, title }: Pick<Conversation, "id" | "title">,
  chat: ChatSession,
): Promise<void> {
  const given = await vscode.window.showInputBox({
    title: vscode.l10n.t("Rename the Conversation"),
    value: title,
  });
  if (given === undefined || given.trim() === "" || given.trim() === title) return;
  await chat.renameConversation(id, given.trim());
}
