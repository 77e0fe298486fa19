import * as vscode from "vscode";
import { remember } from "../../protocol/methods.ts";
import type { RememberResult } from "../../protocol/notes.ts";
import { messageLine } from "../displayText.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { selectedCode } from "./selectedCode.ts";

const maxShownLength = 200;

/**
 * “Remember This”: keeps a sentence of the user, with the selected code as its evidence. With the sentence as argument
 * (a keybinding, another extension) nothing is asked.
 */
export async function rememberThis(
  memory: MemorySession,
  argument: unknown,
): Promise<RememberResult | undefined> {
  const editor = vscode.window.activeTextEditor;
  const selected = editor === undefined ? undefined : selectedCode(editor);
  const text =
    typeof argument === "string"
      ? argument
      : await vscode.window.showInputBox({
          title:
            selected === undefined
              ? vscode.l10n.t("Remember This")
              : vscode.l10n.t("Remember This About the Selected Code"),
          placeHolder: vscode.l10n.t(
            "For example: we retry three times because the server is slow",
          ),
        });
  if (text === undefined || text.trim() === "") return undefined;
  await memory.whenOpen();
  const document = editor?.document;
  const result = await memory.client.request(remember, {
    text,
    ...(selected === undefined ? {} : { lines: { file: selected.file, ...selected.range } }),
    ...(document?.uri.scheme === "file" ? { activeFile: document.uri.fsPath } : {}),
  });
  tell(result);
  return result;
}

function tell({ note, outcome, superseded, contradicts }: RememberResult): void {
  const { t } = vscode.l10n;
  const [other] = contradicts;
  if (outcome === "merged") void vscode.window.showInformationMessage(t("This was noted already."));
  else if (superseded !== undefined)
    void vscode.window.showInformationMessage(t("Noted. It replaces: {0}", shown(superseded.text)));
  else if (other !== undefined)
    void vscode.window.showWarningMessage(t("Noted. It contradicts: {0}", shown(other.text)));
  else void vscode.window.showInformationMessage(t("Noted: {0}", shown(note.text)));
}

function shown(text: string): string {
  return messageLine(text, maxShownLength);
}
