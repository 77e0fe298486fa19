/** What can be asked of Lore where the cursor is, or about a file or folder of the explorer. The chat shows the answer. */
import * as vscode from "vscode";
import { changed } from "../../protocol/methods.ts";
import type { AskResult } from "../../protocol/methods.ts";
import type { SymbolKind } from "../../protocol/types.ts";
import type { ChatSession } from "../chat/chatSession.ts";
import type { ChatView } from "../chat/chatView.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { problemAt } from "../editor/problemAt.ts";
import { relativeTo } from "../roots.ts";
import { definitionAt, nameAt } from "./codeAtCursor.ts";
import {
  changesQuestion,
  explainQuestion,
  problemQuestion,
  usesQuestion,
} from "./editorQuestions.ts";
import { selectedCode } from "./selectedCode.ts";

/** Lines before and after a problem that go along with it. */
const nContextLines = 5;

/** What these commands act on. */
export interface EditorTargets {
  readonly memory: MemorySession;
  readonly chat: ChatSession;
  readonly view: ChatView;
}

/** “Explain”: a file or folder (the argument, of the explorer), else the selected code, else the file of the editor. */
export async function explain(
  targets: EditorTargets,
  argument: unknown,
): Promise<AskResult | undefined> {
  const { memory, chat, view } = targets;
  const editor = vscode.window.activeTextEditor;
  if (!(argument instanceof vscode.Uri)) {
    const selection = editor === undefined ? undefined : selectedCode(editor);
    if (selection !== undefined) {
      await view.reveal();
      return chat.ask("What does this do?", selection);
    }
  }
  const uri = argument instanceof vscode.Uri ? argument : editor?.document.uri;
  const place = uri?.scheme === "file" ? relativeTo(memory.roots, uri.fsPath) : undefined;
  if (uri === undefined || place === undefined) return tellNoPlace();
  const { type } = await vscode.workspace.fs.stat(uri);
  const isFolder = (type & vscode.FileType.Directory) !== 0;
  return askInChat(targets, explainQuestion(place.path, isFolder));
}

/** “Explain This Error”: the worst problem at the cursor, or at the place that a code action names. */
export async function explainProblem(
  targets: EditorTargets,
  argument: unknown,
): Promise<AskResult | undefined> {
  const editor = vscode.window.activeTextEditor;
  // The editor may show another document by the time that an action is chosen.
  const isNamed = argument instanceof vscode.Location;
  const document = isNamed
    ? await vscode.workspace.openTextDocument(argument.uri)
    : editor?.document;
  const at = isNamed ? argument.range : editor?.selection;
  const place = document && placeOf(targets.memory, document.uri);
  if (document === undefined || at === undefined || place === undefined) return tellNoPlace();
  const problem = problemAt(document.uri, at);
  if (problem === undefined) {
    tell(vscode.l10n.t("No error or warning is at the cursor."));
    return undefined;
  }
  const { start } = problem.range;
  const first = Math.max(0, start.line - nContextLines);
  const last = Math.min(document.lineCount - 1, problem.range.end.line + nContextLines);
  const question = problemQuestion({
    message: problem.message,
    source: problem.source ?? "",
    code: codeOf(problem),
    isError: problem.severity === vscode.DiagnosticSeverity.Error,
    path: place.path,
    line: start.line,
    character: start.character,
    lines: document.getText(new vscode.Range(first, 0, last, maxColumn)),
  });
  return askInChat(targets, question);
}

/** “Who Uses This”: the name that the argument is (a code lens), else the one at the cursor. */
export async function whoUses(
  targets: EditorTargets,
  argument: unknown,
): Promise<AskResult | undefined> {
  if (typeof argument === "string" && argument !== "")
    return askInChat(targets, usesQuestion(argument));
  const editor = vscode.window.activeTextEditor;
  const name = editor && nameAt(editor.document, editor.selection.active);
  if (editor === undefined || placeOf(targets.memory, editor.document.uri) === undefined)
    return tellNoPlace();
  if (name === undefined) {
    tell(vscode.l10n.t("Put the cursor into a name first."));
    return undefined;
  }
  return askInChat(targets, usesQuestion(name));
}

/**
 * “What Changed Here”: of the definition around the cursor, else of the file. What changed since the user last looked is
 * said at once; the history of it is asked in the chat.
 */
export async function whatChangedHere(targets: EditorTargets): Promise<AskResult | undefined> {
  const { memory } = targets;
  const editor = vscode.window.activeTextEditor;
  const place = editor && placeOf(memory, editor.document.uri);
  if (editor === undefined || place === undefined) return tellNoPlace();
  await memory.whenOpen();
  const around = await definitionAt(memory, editor.document, editor.selection.active);
  const definition = around !== undefined && hasHistory.has(around.kind) ? around : undefined;
  const since = await changedSinceLook(memory, place, definition?.name);
  if (since !== undefined) tell(since);
  const target = definition === undefined ? place : { name: definition.name };
  return askInChat(targets, changesQuestion(target));
}

/** Definitions whose versions the history tells apart by name; headings and keys are the file's. */
const hasHistory: ReadonlySet<SymbolKind> = new Set<SymbolKind>([
  ...(["function", "method", "class", "interface", "struct", "enum"] as const),
  ...(["type", "module", "variable", "constant", "macro"] as const),
]);

/** A sentence about what is another than when the file was last looked at; `undefined` when nothing is, or that is unknown. */
async function changedSinceLook(
  memory: MemorySession,
  { rootId, path }: { readonly rootId: string; readonly path: string },
  name: string | undefined,
): Promise<string | undefined> {
  const result = await memory.client.request(changed, { rootId, since: "files", limit: 1_000 });
  if (result.kind !== "changed") return undefined;
  const file = result.files.find((each) => each.path === path);
  if (file === undefined) return undefined;
  const { t } = vscode.l10n;
  if (name === undefined) return t("This file has changed since you last looked at it.");
  return file.definitions.some((each) => each.name === name)
    ? t("{0} has changed since you last looked at this file.", name)
    : undefined;
}

async function askInChat({ chat, view }: EditorTargets, question: string): Promise<AskResult> {
  await view.reveal();
  return chat.ask(question);
}

const maxColumn = 1_000_000;

function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === "object" ? code.value : (code ?? ""));
}

function placeOf(
  memory: MemorySession,
  uri: vscode.Uri,
): { readonly rootId: string; readonly path: string } | undefined {
  return uri.scheme === "file" ? relativeTo(memory.roots, uri.fsPath) : undefined;
}

function tellNoPlace(): undefined {
  tell(vscode.l10n.t("Open a file of the workspace first."));
}

function tell(sentence: string): void {
  void vscode.window.showInformationMessage(sentence);
}
