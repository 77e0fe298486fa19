import * as vscode from "vscode";
import { oneLine } from "../displayText.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { chooseFolder } from "./folderChoice.ts";

/** “Rebuild Memory”: throws the memory of a folder (the argument, or a choice) away and fills it again. */
export async function rebuildMemory(
  memory: MemorySession,
  allRoots: MemorySession["roots"],
  argument: unknown,
): Promise<void> {
  const choice = await chooseFolder(allRoots, argument, vscode.l10n.t("Rebuild Memory"), true);
  if (choice.kind === "none") return;
  await memory.rebuild(choice.kind === "root" ? choice.root.id : undefined);
}

/** What “Forget This Folder” may be called with by a keybinding or another extension. */
interface ForgetArguments {
  readonly folder?: unknown;
  /** True when the caller has asked the user already. */
  readonly confirmed?: unknown;
}

/** “Forget This Folder”: deletes what is remembered of a folder from the disk, after a question. */
export async function forgetFolder(memory: MemorySession, argument: unknown): Promise<void> {
  const { folder, confirmed } = forgetArguments(argument);
  const title = vscode.l10n.t("Forget This Folder");
  const choice = await chooseFolder(memory.roots, folder, title, false);
  if (choice.kind !== "root") return;
  if (confirmed !== true && !(await confirmForget(choice.root.name))) return;
  await memory.forget(choice.root.id);
}

function forgetArguments(argument: unknown): ForgetArguments {
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
        "Everything Lore remembers of this folder is deleted from this machine. The folder itself is not touched. Lore remembers it again when it is next opened.",
      ),
    },
    forget,
  );
  return choice === forget;
}
