import * as vscode from "vscode";
import type { Root, SelectedCode } from "../../protocol/types.ts";
import { relativeTo } from "../roots.ts";
import { withoutReferences, type Written } from "./wish.ts";

/** Longest code that goes into a question, in UTF-16 units; more adds nothing to what is recalled. */
const maxSelectionLength = 20_000;

/**
 * Reads what was written to `@lore` and what was attached: of several files or selections the first, one that is named in
 * the prompt before one that is not. Files outside of the window's folders do not count.
 */
export async function readWritten(
  request: Pick<vscode.ChatRequest, "prompt" | "command" | "references">,
  roots: readonly Root[],
  activeFile: string | undefined,
): Promise<Written> {
  const { command, references } = request;
  const named = references.filter(({ range }) => range !== undefined);
  const prompt = withoutReferences(
    request.prompt,
    named.flatMap(({ range }) => (range === undefined ? [] : [{ range }])),
  );
  let attachedPath: string | undefined;
  let selection: SelectedCode | undefined;
  for (const { value } of [...named, ...references.filter(isByHand)]) {
    if (value instanceof vscode.Uri) attachedPath ??= pathIn(roots, value);
    else selection ??= await codeAt(value, roots);
  }
  const implicit = references.find(({ id }) => id === editorSelectionId);
  const selectedInEditor = implicit && (await codeAt(implicit.value, roots));
  const activePath =
    activeFile === undefined ? undefined : pathIn(roots, vscode.Uri.file(activeFile));
  return {
    command,
    prompt,
    ...(attachedPath === undefined ? {} : { attachedPath }),
    ...(activePath === undefined ? {} : { activePath }),
    ...(selection === undefined ? {} : { selection }),
    ...(selectedInEditor === undefined ? {} : { selectedInEditor }),
  };
}

/** False for what the editor adds to a question without being asked: the visible file, its selection. */
function isByHand({ id }: vscode.ChatPromptReference): boolean {
  return !id.startsWith("vscode.implicit");
}

const editorSelectionId = "vscode.implicit.selection";

function pathIn(roots: readonly Root[], uri: vscode.Uri): string | undefined {
  return uri.scheme === "file" ? relativeTo(roots, uri.fsPath)?.path : undefined;
}

/** The code of a reference, `undefined` when it is none of a file of the window. */
async function codeAt(
  value: vscode.ChatPromptReference["value"],
  roots: readonly Root[],
): Promise<SelectedCode | undefined> {
  if (!(value instanceof vscode.Location) || pathIn(roots, value.uri) === undefined)
    return undefined;
  const { uri, range } = value;
  const document = await vscode.workspace.openTextDocument(uri);
  const text = document.getText(range).slice(0, maxSelectionLength);
  if (text.trim() === "") return undefined;
  const endLine = range.end.character === 0 ? range.end.line : range.end.line + 1;
  return { file: uri.fsPath, text, range: { startLine: range.start.line, endLine } };
}
