import * as vscode from "vscode";
import { pinNote } from "../../protocol/methods.ts";
import type { Note } from "../../protocol/notes.ts";
import type { MemoryPicture } from "../../protocol/picture.ts";
import type { FromPicturePage, PictureCommand } from "../../protocol/pictureMessages.ts";
import type { CitationOpener } from "../chat/citations.ts";
import type { ChatSession } from "../chat/chatSession.ts";
import type { ChatView } from "../chat/chatView.ts";
import { oneLine } from "../displayText.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { absolutePath } from "../roots.ts";
import type { CommitDocument } from "../history/commitDocument.ts";
import { correctNote, deleteConversation, forgetNote, openNote } from "../work/noteActions.ts";
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
      await withNote(action.id, picture, (note) => openNote(note, memory, targets.citations));
      return false;
    case "pinNote":
      await memory.client.request(pinNote, { id: action.id, isPinned: action.isPinned });
      return true;
    case "correctNote":
      return withNote(action.id, picture, (note) => correctNote(note, memory));
    case "forgetNote":
      return withNote(action.id, picture, (note) => forgetNote(note, memory));
    case "openConversation":
      await chat.openConversation(action.id);
      await view.reveal();
      return false;
    case "deleteConversation": {
      const found = picture.conversations.conversations.find(({ id }) => id === action.id);
      return found !== undefined && deleteConversation(found, chat);
    }
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

/** Does something with a note of the picture that is shown; false when it has no such note. */
async function withNote(
  id: string,
  { notes }: MemoryPicture,
  run: (note: Note) => Promise<boolean | void>,
): Promise<boolean> {
  const found = notes.notes.find(({ note }) => note.id === id)?.note;
  return found !== undefined && (await run(found)) === true;
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
