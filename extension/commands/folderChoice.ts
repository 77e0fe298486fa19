import * as vscode from "vscode";
import type { Root } from "../../protocol/types.ts";
import { pickLabel } from "../displayText.ts";

/** The folder a command is about: one of the window's, all of them, or none because the user backed out. */
export type FolderChoice =
  | { readonly kind: "root"; readonly root: Root }
  | { readonly kind: "all" }
  | { readonly kind: "none" };

/**
 * The folder named by a command's argument (a path or a URI), else the only one, else what the user picks.
 * `offerAll` adds “all folders” to the list.
 */
export async function chooseFolder(
  roots: readonly Root[],
  argument: unknown,
  title: string,
  offerAll: boolean,
): Promise<FolderChoice> {
  const named = argument instanceof vscode.Uri ? argument.fsPath : argument;
  if (typeof named === "string") {
    const root = roots.find(({ folder }) => folder === named);
    return root === undefined ? { kind: "none" } : { kind: "root", root };
  }
  const [only, ...others] = roots;
  if (only === undefined) return { kind: "none" };
  if (others.length === 0) return { kind: "root", root: only };
  const items = roots.map((root) => ({
    label: pickLabel(root.name),
    description: pickLabel(root.folder),
    choice: { kind: "root", root } as FolderChoice,
  }));
  if (offerAll) {
    const label = vscode.l10n.t("All Folders");
    items.unshift({ label, description: "", choice: { kind: "all" } });
  }
  const picked = await vscode.window.showQuickPick(items, { title });
  return picked?.choice ?? { kind: "none" };
}
