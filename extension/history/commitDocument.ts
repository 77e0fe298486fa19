import * as vscode from "vscode";
import type { LinesWritten } from "../../protocol/whoWrote.ts";
import type { Wording } from "../wording.ts";
import { commitText } from "./commitText.ts";

const scheme = "lore-commit";

/** Shows the commits that wrote some lines as a read-only document of plain text; it is thrown away when it is closed. */
export class CommitDocument implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #wording: Wording;
  readonly #texts = new Map<string, string>();
  readonly #subscriptions: readonly { dispose(): void }[];

  constructor(wording: Wording) {
    this.#wording = wording;
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === scheme) this.#texts.delete(uri.path);
      }),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async show(commits: readonly LinesWritten[]): Promise<void> {
    const path = `/${commits[0]?.commit.hash.slice(0, 10) ?? ""}.txt`;
    this.#texts.set(path, commitText(commits, this.#wording));
    const uri = vscode.Uri.from({ scheme, path });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  provideTextDocumentContent({ path }: vscode.Uri): string {
    return this.#texts.get(path) ?? "";
  }
}
