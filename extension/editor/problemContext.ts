import * as vscode from "vscode";
import { problemAt } from "./problemAt.ts";

/** Keeps `lore.problemAtCursor` up to date for the `when` clauses of package.json. */
export function followProblemsInContext(): vscode.Disposable {
  let shown: boolean | undefined;
  const show = (): void => {
    const editor = vscode.window.activeTextEditor;
    const isThere =
      editor?.document.uri.scheme === "file" &&
      problemAt(editor.document.uri, editor.selection) !== undefined;
    if (isThere === shown) return;
    shown = isThere;
    void vscode.commands.executeCommand("setContext", "lore.problemAtCursor", isThere);
  };
  show();
  return vscode.Disposable.from(
    vscode.window.onDidChangeTextEditorSelection(show),
    vscode.window.onDidChangeActiveTextEditor(show),
    vscode.languages.onDidChangeDiagnostics(show),
  );
}
