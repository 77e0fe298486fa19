import * as vscode from "vscode";
import { messageLine } from "../displayText.ts";
import { changeWith } from "./codeChange.ts";

const scheme = "lore-change";

/** Puts code of an answer in the place of the selection of the last active editor, or at its cursor. */
export async function insertCode(code: string): Promise<void> {
  const editor = editorOrMessage();
  if (editor === undefined) return;
  await editor.edit((edit) => edit.replace(editor.selection, code));
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
}

/** Shows what code of an answer would change in a file, beside the file, and changes it only when the user says so. */
export class ProposedChanges implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #subscriptions: readonly { dispose(): void }[];
  #next = 0;

  constructor() {
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === scheme) this.#texts.delete(uri.toString());
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? "";
  }

  /** Opens the editor's own comparison. A file that changed meanwhile is not touched, and the user is told. */
  async propose(code: string): Promise<void> {
    const editor = editorOrMessage();
    if (editor === undefined) return;
    const { document, selection } = editor;
    const text = document.getText();
    const change = changeWith(
      text,
      { start: document.offsetAt(selection.start), end: document.offsetAt(selection.end) },
      code,
    );
    const { version, uri, fileName } = document;
    const name = fileName.replace(/^.*[\\/]/, "");
    const proposed = uri.with({ scheme, query: String(this.#next++), fragment: "" });
    this.#texts.set(
      proposed.toString(),
      text.slice(0, change.start) + change.text + text.slice(change.end),
    );
    const title = vscode.l10n.t("{0}: change from an answer", name);
    await vscode.commands.executeCommand("vscode.diff", uri, proposed, title);
    const apply = vscode.l10n.t("Apply");
    const choice = await vscode.window.showInformationMessage(
      vscode.l10n.t("Apply this change to “{0}”?", messageLine(name)),
      apply,
      vscode.l10n.t("Discard"),
    );
    await closeTab(proposed);
    if (choice !== apply) return;
    const isSame = document.version === version && document.getText() === text;
    const isApplied = isSame && (await applied(document, change));
    if (!isApplied)
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          "“{0}” has changed meanwhile, so nothing was changed. Ask for the change again.",
          messageLine(name),
        ),
      );
  }
}

function applied(
  document: vscode.TextDocument,
  change: { readonly start: number; readonly end: number; readonly text: string },
): Thenable<boolean> {
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(
    document.positionAt(change.start),
    document.positionAt(change.end),
  );
  edit.replace(document.uri, range, change.text);
  return vscode.workspace.applyEdit(edit);
}

/** Closes the comparison with a proposed text, wherever it is open. */
async function closeTab(proposed: vscode.Uri): Promise<void> {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputTextDiff &&
        input.modified.toString() === proposed.toString(),
    );
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs);
}

/** The last active editor of a file; without one the user is told. */
function editorOrMessage(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  const isWritable =
    editor !== undefined &&
    vscode.workspace.fs.isWritableFileSystem(editor.document.uri.scheme) !== false;
  if (editor !== undefined && isWritable && editor.document.uri.scheme !== scheme) return editor;
  void vscode.window.showInformationMessage(
    vscode.l10n.t("Open the file that the code is meant for, and try again."),
  );
  return undefined;
}
