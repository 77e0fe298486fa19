import type * as vscode from "vscode";
import type { SelectedCode } from "../../protocol/types.ts";

/** Longest selection that goes into a question, in UTF-16 units; more adds nothing to what is recalled. */
const maxSelectionLength = 20_000;

/** The code selected in an editor, `undefined` when nothing or only blanks are selected or it is not a file. */
export function selectedCode(editor: vscode.TextEditor): SelectedCode | undefined {
  const { document, selection } = editor;
  if (document.uri.scheme !== "file" || selection.isEmpty) return undefined;
  const text = document.getText(selection).slice(0, maxSelectionLength);
  if (text.trim() === "") return undefined;
  // A selection of whole lines ends at the start of the line after them.
  const endLine = selection.end.character === 0 ? selection.end.line : selection.end.line + 1;
  return {
    file: document.uri.fsPath,
    text,
    range: { startLine: selection.start.line, endLine },
  };
}
