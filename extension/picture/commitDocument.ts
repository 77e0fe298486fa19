import * as vscode from "vscode";
import type { CommitInfo } from "../../protocol/history.ts";
import type { Translate } from "../wording.ts";
import { commitText } from "./commitText.ts";

const scheme = "lore-commit";
const maxKept = 100;

/** Shows remembered commits as read-only documents. */
export class CommitDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #t: Translate;
  readonly #provider: vscode.Disposable;
  readonly #texts = new Map<string, string>();

  constructor(t: Translate) {
    this.#t = t;
    this.#provider = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  dispose(): void {
    this.#provider.dispose();
  }

  /** One that was opened in another session is not known any more. */
  provideTextDocumentContent({ path }: vscode.Uri): string {
    return this.#texts.get(path) ?? this.#t("Open this commit again from “Lore: Show Memory”.");
  }

  async show(commit: CommitInfo): Promise<void> {
    const path = `/${commit.hash.slice(0, 10)}.txt`;
    if (this.#texts.size >= maxKept) this.#texts.clear();
    this.#texts.set(path, commitText(commit, this.#t));
    const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme, path }));
    await vscode.window.showTextDocument(document, { preview: true });
  }
}
