/** The commands of the view of conversations and notes. Their argument is a row of it; without one the user chooses. */
import * as vscode from "vscode";
import * as methods from "../../protocol/methods.ts";
import type { Note } from "../../protocol/notes.ts";
import type { Conversation } from "../../protocol/types.ts";
import { ageText } from "../ageText.ts";
import type { CitationOpener } from "../chat/citations.ts";
import type { ChatSession } from "../chat/chatSession.ts";
import type { ChatView } from "../chat/chatView.ts";
import { pickLabel } from "../displayText.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import {
  correctNote,
  deleteConversation,
  forgetNote,
  openNote,
  renameConversation,
} from "./noteActions.ts";

/** What these commands act on. */
export interface WorkTargets {
  readonly memory: MemorySession;
  readonly chat: ChatSession;
  readonly view: ChatView;
  readonly citations: CitationOpener;
}

/** Shows a conversation in the chat; at one of its turns when the argument is `{conversationId, turnId}`. */
export async function openConversation(targets: WorkTargets, argument: unknown): Promise<void> {
  const { chat, view } = targets;
  const { conversationId, turnId } = fieldsOf(argument);
  const id =
    typeof conversationId === "string"
      ? conversationId
      : (await conversationOf(targets, argument))?.id;
  if (id === undefined) return;
  await view.reveal();
  if (typeof turnId === "string") await chat.openTurn(id, turnId);
  else await chat.openConversation(id);
}

/** Gives a conversation another title. */
export async function renameChosen(targets: WorkTargets, argument: unknown): Promise<void> {
  const conversation = await conversationOf(targets, argument);
  if (conversation !== undefined) await renameConversation(conversation, targets.chat);
}

/** Deletes a conversation after a question. */
export async function deleteChosen(targets: WorkTargets, argument: unknown): Promise<void> {
  const conversation = await conversationOf(targets, argument);
  if (conversation !== undefined) await deleteConversation(conversation, targets.chat);
}

/** Opens the code that a note cites. */
export async function openChosenNote(targets: WorkTargets, argument: unknown): Promise<void> {
  const note = await noteOf(targets, argument);
  if (note !== undefined) await openNote(note, targets.memory, targets.citations);
}

/** Replaces a note by other words. */
export async function correctChosenNote(targets: WorkTargets, argument: unknown): Promise<void> {
  const note = await noteOf(targets, argument);
  if (note !== undefined) await correctNote(note, targets.memory);
}

/** Deletes a note after a question. */
export async function forgetChosenNote(targets: WorkTargets, argument: unknown): Promise<void> {
  const note = await noteOf(targets, argument);
  if (note !== undefined) await forgetNote(note, targets.memory);
}

/** Pins a note, or takes the pin away. */
export async function pinChosenNote(
  targets: WorkTargets,
  argument: unknown,
  isPinned: boolean,
): Promise<void> {
  const note = await noteOf(targets, argument);
  if (note !== undefined)
    await targets.memory.client.request(methods.pinNote, { id: note.id, isPinned });
}

/** The conversation of a row as it is now, else the one that the user chooses. */
async function conversationOf(
  { memory }: WorkTargets,
  argument: unknown,
): Promise<Conversation | undefined> {
  await memory.whenOpen();
  const { conversations } = await memory.client.request(methods.listConversations, {});
  const id = fieldsOf(fieldsOf(argument)["conversation"])["id"];
  if (id !== undefined) return conversations.find((each) => each.id === id);
  return choose(
    conversations.map((value) => ({
      label: pickLabel(value.title),
      description: ageText(value.updatedMs, Date.now(), vscode.env.language),
      value,
    })),
    vscode.l10n.t("Choose a Conversation"),
  );
}

/** The note of a row as it is now, else the one that the user chooses. */
async function noteOf({ memory }: WorkTargets, argument: unknown): Promise<Note | undefined> {
  await memory.whenOpen();
  const { notes } = await memory.client.request(methods.listNotes, {});
  const id = fieldsOf(fieldsOf(argument)["note"])["id"];
  if (id !== undefined) return notes.find((each) => each.id === id);
  return choose(
    notes.map((value) => ({ label: pickLabel(value.text), description: "", value })),
    vscode.l10n.t("Choose a Note"),
  );
}

async function choose<T>(
  items: readonly (vscode.QuickPickItem & { readonly value: T })[],
  title: string,
): Promise<T | undefined> {
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("There is none yet."));
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.value;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
