import * as vscode from "vscode";
import * as methods from "../../protocol/methods.ts";
import type { Citation, CitationCheck } from "../../protocol/types.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { conversationMarkdown, type CheckedTurn } from "./conversationMarkdown.ts";

/** Most citations that are checked in one request. */
const maxChecked = 500;

/**
 * Writes the shown branch of a conversation to a file that the user names, as markdown, after every citation was checked.
 * `file` spares the question. Errors: `conversationNotFound`, and those of the file system.
 */
export async function exportConversation(
  memory: MemorySession,
  conversationId: string,
  file?: vscode.Uri,
): Promise<void> {
  await memory.whenOpen();
  const read = await memory.client.request(methods.readConversation, { conversationId });
  const { title } = read.conversation;
  const chosen = file ?? (await askForFile(title));
  if (chosen === undefined) return;
  const turns: CheckedTurn[] = [];
  for (const turn of read.turns) {
    const checks = await checksOf(memory, turn.citations);
    turns.push({ turn, checks, proseChecks: await checksOf(memory, turn.prose?.citations ?? []) });
  }
  const text = conversationMarkdown(title, turns, vscode.l10n.t);
  await vscode.workspace.fs.writeFile(chosen, new TextEncoder().encode(text));
  await vscode.window.showTextDocument(chosen, { preview: true });
}

async function checksOf(
  { client }: MemorySession,
  citations: readonly Citation[],
): Promise<CitationCheck[]> {
  const checks: CitationCheck[] = [];
  for (let from = 0; from < citations.length; from += maxChecked) {
    const some = citations.slice(from, from + maxChecked);
    checks.push(...(await client.request(methods.checkCitations, { citations: some })).checks);
  }
  return checks;
}

function askForFile(title: string): Thenable<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = title
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return vscode.window.showSaveDialog({
    filters: { Markdown: ["md"] },
    ...(folder === undefined
      ? {}
      : { defaultUri: vscode.Uri.joinPath(folder, `${name || "conversation"}.md`) }),
  });
}
