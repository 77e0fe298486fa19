import * as vscode from "vscode";
import type { MemorySession } from "../memory/memorySession.ts";
import { relativeTo } from "../roots.ts";
import { nameAt } from "../commands/codeAtCursor.ts";

/** No kind of the editor's own: it changes nothing. */
const loreKind = vscode.CodeActionKind.Empty.append("lore");

/**
 * Offers to explain an error where the editor offers to mend it, and, where the user asks for actions, to find the uses of
 * a name. Nothing is computed for an offer.
 */
export class CodeActions implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #memory: MemorySession;
  readonly #registration: vscode.Disposable;

  constructor(memory: MemorySession) {
    this.#memory = memory;
    this.#registration = vscode.languages.registerCodeActionsProvider({ scheme: "file" }, this, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, loreKind],
    });
  }

  dispose(): void {
    this.#registration.dispose();
  }

  provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    { diagnostics, triggerKind }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const { state, roots } = this.#memory;
    if (state.kind !== "open" || relativeTo(roots, document.uri.fsPath) === undefined) return [];
    const errors = diagnostics.filter(
      ({ severity }) => severity === vscode.DiagnosticSeverity.Error,
    );
    const actions = errors.slice(0, 1).map((error) => explainAction(document.uri, error, errors));
    const isAsked = triggerKind === vscode.CodeActionTriggerKind.Invoke;
    if (isAsked && nameAt(document, range.start) !== undefined) actions.push(usesAction());
    return actions;
  }
}

function explainAction(
  uri: vscode.Uri,
  error: vscode.Diagnostic,
  all: readonly vscode.Diagnostic[],
): vscode.CodeAction {
  const title = vscode.l10n.t("Explain with Lore");
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [...all];
  action.command = {
    title,
    command: "lore.explainError",
    arguments: [new vscode.Location(uri, error.range)],
  };
  return action;
}

function usesAction(): vscode.CodeAction {
  const title = vscode.l10n.t("Find Where This Is Used");
  const action = new vscode.CodeAction(title, loreKind);
  action.command = { title, command: "lore.whoUses" };
  return action;
}
