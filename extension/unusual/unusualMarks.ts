import * as vscode from "vscode";
import { maxSurpriseLength } from "../../protocol/deepMemory.ts";
import { surprise } from "../../protocol/methods.ts";
import { unusualLines, type UnusualLine } from "../../protocol/unusualLines.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { unusualText } from "./unusualText.ts";

/** “Show Unusual Lines”: marks of lines that the deep memory did not expect, until the file is edited or closed. */
export class UnusualMarks implements vscode.Disposable {
  readonly #memory: MemorySession;
  readonly #look = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("editor.wordHighlightBackground"),
    overviewRulerColor: new vscode.ThemeColor("editorOverviewRuler.warningForeground"),
    overviewRulerLane: vscode.OverviewRulerLane.Right,
  });
  readonly #marked = new Map<vscode.TextDocument, readonly UnusualLine[]>();
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(memory: MemorySession) {
    this.#memory = memory;
    this.#subscriptions = [
      this.#look,
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#unmark(document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => void this.#marked.delete(document)),
      // An editor that is shown again is a new one without marks.
      vscode.window.onDidChangeVisibleTextEditors(() => this.#draw()),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /**
   * Marks the unusual lines of the active editor, or takes the marks away when there are any. Returns the lines that
   * are marked now, `undefined` when there is nothing to look at. Errors: those of `deep/surprise`.
   */
  async toggle(): Promise<readonly UnusualLine[] | undefined> {
    const document = vscode.window.activeTextEditor?.document;
    if (document !== undefined && this.#unmark(document)) return [];
    const obstacle = obstacleIn(document);
    if (document === undefined || obstacle !== undefined) {
      void vscode.window.showInformationMessage(obstacle ?? "");
      return undefined;
    }
    await this.#memory.whenOpen();
    const { version } = document;
    const lines = await this.#find(document);
    if (document.version !== version) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t("The file was edited meanwhile. Ask again for its unusual lines."),
      );
      return [];
    }
    if (lines.length === 0)
      void vscode.window.showInformationMessage(vscode.l10n.t("No line of this file stands out."));
    else this.#marked.set(document, lines);
    this.#draw();
    return lines;
  }

  #find(document: vscode.TextDocument): Thenable<UnusualLine[]> {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t("Lore looks for unusual lines"),
      cancellable: true,
    };
    return vscode.window.withProgress(options, async (_progress, token) => {
      const params = { file: document.uri.fsPath, text: document.getText() };
      const { lines } = await this.#memory.client.request(surprise, params, token);
      return unusualLines(lines, (line) =>
        line < document.lineCount ? document.lineAt(line).text : "",
      );
    });
  }

  /** Returns false when nothing was marked. */
  #unmark(document: vscode.TextDocument): boolean {
    const had = this.#marked.delete(document);
    if (had) this.#draw();
    return had;
  }

  #draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const lines = this.#marked.get(editor.document) ?? [];
      editor.setDecorations(
        this.#look,
        lines.map((line) => ({
          range: editor.document.lineAt(line.line).range,
          hoverMessage: unusualText(line, vscode.l10n.t),
        })),
      );
    }
  }
}

/** Why the lines of a document cannot be looked at, as a sentence. */
function obstacleIn(document: vscode.TextDocument | undefined): string | undefined {
  if (document?.uri.scheme !== "file") return vscode.l10n.t("Open a file of the workspace first.");
  return document.getText().length > maxSurpriseLength
    ? vscode.l10n.t("This file is too large for the deep memory.")
    : undefined;
}
