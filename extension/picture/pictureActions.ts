import * as vscode from "vscode";
import { correctNote, forgetNotes, pinNote } from "../../protocol/methods.ts";
import type { Note } from "../../protocol/notes.ts";
import type { MemoryPicture } from "../../protocol/picture.ts";
import type { FromPicturePage, PictureCommand } from "../../protocol/pictureMessages.ts";
import { showPlace, type CitationOpener } from "../chat/citations.ts";
import type { ChatSession } from "../chat/chatSession.ts";
import type { ChatView } from "../chat/chatView.ts";
import { oneLine } from "../displayText.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { absolutePath } from "../roots.ts";
import type { CommitDocument } from "../history/commitDocument.ts";
import { globFor } from "./exclusion.ts";

/** What the picture's buttons do, other than showing another part of it. */
export type PictureAction = Exclude<FromPicturePage, { type: "ready" | "show" }>;

export interface ActionTargets {
  readonly memory: MemorySession;
  readonly chat: ChatSession;
  readonly view: ChatView;
  readonly citations: CitationOpener;
  readonly commits: CommitDocument;
}

const commandIds: Readonly<Record<PictureCommand, string>> = {
  selfTest: "lore.selfTest",
  showStatus: "lore.showStatus",
  rememberThis: "lore.rememberThis",
  exportMemory: "lore.exportMemory",
  openLog: "lore.openLog",
};

/**
 * Does what a button of the picture says; what deletes asks first. Returns whether the picture may be another one now.
 * Errors: those of the requests.
 */
export async function act(
  action: PictureAction,
  picture: MemoryPicture,
  targets: ActionTargets,
): Promise<boolean> {
  const { memory, chat, view } = targets;
  switch (action.type) {
    case "openFile":
      await openFile(action.path, picture, memory);
      return false;
    case "exclude":
      return exclude(action.path);
    case "openNote":
      await openNote(noteOf(action.id, picture), targets);
      return false;
    case "pinNote":
      await memory.client.request(pinNote, { id: action.id, isPinned: action.isPinned });
      return true;
    case "correctNote":
      return correct(noteOf(action.id, picture), memory);
    case "forgetNote":
      return forget(noteOf(action.id, picture), memory);
    case "openConversation":
      await chat.openConversation(action.id);
      await view.reveal();
      return false;
    case "deleteConversation":
      return deleteConversation(action.id, picture, chat);
    case "openCommit": {
      const commit = picture.history.commits.find(({ hash }) => hash === action.hash);
      if (commit !== undefined) await targets.commits.show([{ commit, nLines: 0 }]);
      return false;
    }
    case "command":
      await vscode.commands.executeCommand(commandIds[action.command]);
      return true;
  }
}

/** `undefined` when the picture that is shown has no such note. */
function noteOf(id: string, { notes }: MemoryPicture): Note | undefined {
  return notes.notes.find(({ note }) => note.id === id)?.note;
}

async function openFile(
  path: string,
  { rootId }: MemoryPicture,
  memory: MemorySession,
): Promise<void> {
  const root = memory.roots.find(({ id }) => id === rootId);
  const file = root && absolutePath(root, path);
  if (file !== undefined)
    await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: true });
}

/** Code that says what it said is opened by the usual way; what has changed is shown where it stood last. */
async function openNote(
  note: Note | undefined,
  { memory, citations }: ActionTargets,
): Promise<void> {
  const [evidence] = note?.evidence ?? [];
  if (evidence === undefined) return;
  if (evidence.health === "needsCheck") await showPlace(memory, evidence.citation, false);
  else await citations.open(evidence.citation, false);
}

async function correct(note: Note | undefined, memory: MemorySession): Promise<boolean> {
  if (note === undefined) return false;
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t("Correct the Note"),
    prompt: vscode.l10n.t("The older version is kept and no longer recalled."),
    value: note.text,
  });
  if (text === undefined || text.trim() === "" || text.trim() === note.text) return false;
  await memory.client.request(correctNote, { id: note.id, text });
  return true;
}

async function forget(note: Note | undefined, memory: MemorySession): Promise<boolean> {
  if (note === undefined) return false;
  const yes = vscode.l10n.t("Forget");
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t("Forget the note “{0}”?", oneLine(note.text, 200)),
    {
      modal: true,
      detail: vscode.l10n.t(
        "It is deleted from this machine for good, with the older versions that it replaced.",
      ),
    },
    yes,
  );
  if (choice !== yes) return false;
  await memory.client.request(forgetNotes, { id: note.id });
  return true;
}

async function deleteConversation(
  id: string,
  { conversations }: MemoryPicture,
  chat: ChatSession,
): Promise<boolean> {
  const found = conversations.conversations.find((each) => each.id === id);
  if (found === undefined) return false;
  const yes = vscode.l10n.t("Delete");
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t("Delete the conversation “{0}”?", oneLine(found.title, 200)),
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

/** Adds a glob to the workspace's setting, which the memory follows. */
async function exclude(path: string): Promise<boolean> {
  const yes = vscode.l10n.t("Exclude");
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t("Exclude “{0}” from the memory?", oneLine(path, 200)),
    {
      modal: true,
      detail: vscode.l10n.t(
        "It is added to “lore.exclude” in the settings of this workspace. What Lore remembers of these files is forgotten; the files stay. Take it out of the setting to remember them again.",
      ),
    },
    yes,
  );
  if (choice !== yes) return false;
  const configuration = vscode.workspace.getConfiguration("lore");
  const given = configuration.inspect<unknown>("exclude")?.workspaceValue;
  const globs = Array.isArray(given) ? (given as readonly unknown[]) : [];
  const glob = globFor(path);
  if (!globs.includes(glob))
    await configuration.update("exclude", [...globs, glob], vscode.ConfigurationTarget.Workspace);
  return true;
}
