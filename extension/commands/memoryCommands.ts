import * as vscode from "vscode";
import { oneLine } from "../displayText.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { rememberedIn } from "../memory/memoryState.ts";
import type { Wording } from "../wording.ts";
import { chooseFolder } from "./folderChoice.ts";

/** What “Rebuild Memory” and “Forget This Folder” may be called with by a keybinding or another extension. */
interface FolderArguments {
  readonly folder?: unknown;
  /** True when the caller has asked the user already. */
  readonly confirmed?: unknown;
}

/**
 * “Rebuild Memory”: throws the memory of a folder (the argument, or a choice) away and fills it again, after a
 * question when there is something to throw away.
 */
export async function rebuildMemory(
  memory: MemorySession,
  allRoots: MemorySession["roots"],
  { count }: Wording,
  argument: unknown,
): Promise<void> {
  const { folder, confirmed } = folderArguments(argument);
  const choice = await chooseFolder(allRoots, folder, vscode.l10n.t("Rebuild Memory"), true);
  if (choice.kind === "none") return;
  const root = choice.kind === "root" ? choice.root : undefined;
  const nFiles = rememberedIn(memory.state, root?.id);
  if (confirmed !== true && nFiles > 0 && !(await confirmRebuild(root?.name, count(nFiles)))) {
    return;
  }
  await memory.rebuild(root?.id);
}

async function confirmRebuild(name: string | undefined, nFiles: string): Promise<boolean> {
  const rebuild = vscode.l10n.t("Rebuild");
  const choice = await vscode.window.showWarningMessage(
    name === undefined
      ? vscode.l10n.t("Rebuild the memory of all folders?")
      : vscode.l10n.t("Rebuild the memory of “{0}”?", oneLine(name)),
    {
      modal: true,
      detail: vscode.l10n.t(
        "Throws away the memory of {0} files and reads them again; until that is done, answers know only a part of them. Conversations stay.",
        nFiles,
      ),
    },
    rebuild,
  );
  return choice === rebuild;
}

/** “Forget This Folder”: deletes what is remembered of a folder from the disk, after a question. */
export async function forgetFolder(memory: MemorySession, argument: unknown): Promise<void> {
  const { folder, confirmed } = folderArguments(argument);
  const title = vscode.l10n.t("Forget This Folder");
  const choice = await chooseFolder(memory.roots, folder, title, false);
  if (choice.kind !== "root") return;
  if (confirmed !== true && !(await confirmForget(choice.root.name))) return;
  await memory.forget(choice.root.id);
}

function folderArguments(argument: unknown): FolderArguments {
  if (argument instanceof vscode.Uri || typeof argument !== "object" || argument === null) {
    return { folder: argument };
  }
  return argument;
}

async function confirmForget(name: string): Promise<boolean> {
  const forget = vscode.l10n.t("Forget");
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t("Forget “{0}”?", oneLine(name)),
    {
      modal: true,
      detail: vscode.l10n.t(
        "Everything Lore remembers of this folder is deleted from this machine. The folder itself, your notes and your conversations stay. Lore remembers it again when it is next opened.",
      ),
    },
    forget,
  );
  return choice === forget;
}
