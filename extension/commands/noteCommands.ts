import * as vscode from "vscode";
import { remember } from "../../protocol/methods.ts";
import type { NotedLines, RememberResult } from "../../protocol/notes.ts";
import { readCitation } from "../chat/webviewMessageGuard.ts";
import { messageLine } from "../displayText.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { absolutePath } from "../roots.ts";
import type { Translate } from "../wording.ts";
import { definitionAt } from "./codeAtCursor.ts";
import { selectedCode } from "./selectedCode.ts";

const maxShownLength = 200;

/** Code that a note is to cite, and what the question for the sentence calls it. */
interface Evidence {
  readonly lines: NotedLines;
  readonly title: string;
}

/**
 * “Remember This”: keeps a sentence of the user. Its evidence is the selected code, else the definition whose name the
 * cursor is on, else that of a citation in the argument. With the sentence as argument (a keybinding, another extension)
 * nothing is asked.
 */
export async function rememberThis(
  memory: MemorySession,
  argument: unknown,
): Promise<RememberResult | undefined> {
  const editor = vscode.window.activeTextEditor;
  await memory.whenOpen();
  const evidence = citedEvidence(memory, argument) ?? (await editorEvidence(memory, editor));
  const text = typeof argument === "string" ? argument : await askForSentence(evidence);
  if (text === undefined || text.trim() === "") return undefined;
  const document = editor?.document;
  const result = await memory.client.request(remember, {
    text,
    ...(evidence === undefined ? {} : { lines: evidence.lines }),
    ...(document?.uri.scheme === "file" ? { activeFile: document.uri.fsPath } : {}),
  });
  const { sentence, isWarning } = noteOutcome(result, vscode.l10n.t);
  if (isWarning) void vscode.window.showWarningMessage(messageLine(sentence));
  else void vscode.window.showInformationMessage(messageLine(sentence));
  return result;
}

function askForSentence(evidence: Evidence | undefined): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: evidence?.title ?? vscode.l10n.t("Remember This"),
    placeHolder: vscode.l10n.t("For example: we retry three times because the server is slow"),
  });
}

/** An answer's button names the cited place; what else calls the command is not trusted to. */
function citedEvidence({ roots }: MemorySession, argument: unknown): Evidence | undefined {
  if (typeof argument !== "object" || argument === null || !("citation" in argument))
    return undefined;
  const citation = readCitation(argument.citation);
  const root = roots.find(({ id }) => id === citation?.rootId);
  const file = citation && root && absolutePath(root, citation.path);
  if (citation === undefined || file === undefined) return undefined;
  const { start, end } = citation.range;
  const endLine = end.character === 0 ? Math.max(end.line, start.line + 1) : end.line + 1;
  return {
    lines: { file, startLine: start.line, endLine },
    title: titleFor(citation.symbol?.name),
  };
}

async function editorEvidence(
  memory: MemorySession,
  editor: vscode.TextEditor | undefined,
): Promise<Evidence | undefined> {
  if (editor === undefined) return undefined;
  const selected = selectedCode(editor);
  if (selected !== undefined)
    return { lines: { file: selected.file, ...selected.range }, title: titleFor(undefined) };
  const definition = await definitionAt(memory, editor.document, editor.selection.active);
  if (definition === undefined) return undefined;
  const { name, startLine, endLine } = definition;
  return {
    lines: { file: editor.document.uri.fsPath, startLine, endLine },
    title: titleFor(name),
  };
}

function titleFor(name: string | undefined): string {
  return name === undefined
    ? vscode.l10n.t("Remember This About the Selected Code")
    : vscode.l10n.t("Remember This About “{0}”", messageLine(name, 80));
}

/** What came of remembering, as a sentence; a contradiction is a warning. The sentence holds notes' own words. */
export function noteOutcome(
  { note, outcome, superseded, contradicts }: RememberResult,
  t: Translate,
): { readonly sentence: string; readonly isWarning: boolean } {
  const [other] = contradicts;
  if (outcome === "merged") return { sentence: t("This was noted already."), isWarning: false };
  if (superseded !== undefined)
    return { sentence: t("Noted. It replaces: {0}", cut(superseded.text)), isWarning: false };
  return other === undefined
    ? { sentence: t("Noted: {0}", cut(note.text)), isWarning: false }
    : { sentence: t("Noted. It contradicts: {0}", cut(other.text)), isWarning: true };
}

function cut(text: string): string {
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text;
}
