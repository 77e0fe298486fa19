/** What the user does with notes and conversations alike: export, import and forget. */
import * as vscode from "vscode";
import * as methods from "../../protocol/methods.ts";
import type {
  ExportResult,
  ForgetWorkParams,
  ImportResult,
  WorkCounts,
} from "../../protocol/savedMemory.ts";
import type { ChatSession } from "../chat/chatSession.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import type { Wording } from "../wording.ts";

const dayMs = 86_400_000;

/** “Export Memory”: writes notes and conversations to the file that a keybinding names, or one that the user does. */
export async function exportMemory(
  memory: MemorySession,
  wording: Wording,
  argument: unknown,
): Promise<ExportResult | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file =
    argument instanceof vscode.Uri
      ? argument
      : await vscode.window.showSaveDialog({
          filters: filters(),
          ...(folder === undefined
            ? {}
            : { defaultUri: vscode.Uri.joinPath(folder, "lore-memory.jsonl") }),
        });
  if (file === undefined || !isOnDisk(file)) return undefined;
  const title = vscode.l10n.t("Exporting notes and conversations");
  const counts = await withProgress(memory, title, methods.exportMemory, { file: file.fsPath });
  const nLeftOut = counts.leftOut.length;
  tell(
    nLeftOut === 0
      ? vscode.l10n.t("Exported: {0}.", sumOf(counts, wording))
      : vscode.l10n.t(
          "Exported: {0}. Left out, because no import would take it: {1}.",
          sumOf(counts, wording),
          wording.count(nLeftOut),
        ),
  );
  return counts;
}

/** “Import Memory”: adds what a file holds and is not here yet. */
export async function importMemory(
  memory: MemorySession,
  chat: ChatSession,
  wording: Wording,
  argument: unknown,
): Promise<ImportResult | undefined> {
  const file =
    argument instanceof vscode.Uri
      ? argument
      : (await vscode.window.showOpenDialog({ filters: filters() }))?.[0];
  if (file === undefined || !isOnDisk(file)) return undefined;
  const title = vscode.l10n.t("Importing notes and conversations");
  const counts = await withProgress(memory, title, methods.importMemory, { file: file.fsPath });
  await chat.sendState();
  tell(
    isNothing(counts)
      ? vscode.l10n.t("Nothing was added: what the file holds is here already.")
      : vscode.l10n.t("Added: {0}.", sumOf(counts, wording)),
  );
  return counts;
}

/** “Forget Notes and Conversations”: deletes a part of them, or all, after a question. */
export async function forgetWork(
  memory: MemorySession,
  chat: ChatSession,
  wording: Wording,
): Promise<void> {
  const which = await chooseWhat();
  if (which === undefined || !(await confirm(which.label))) return;
  await memory.whenOpen();
  // Whoever forgets does not want to read on what is made of it.
  await chat.stopAll();
  const counts = await memory.client.request(methods.forgetWork, which.params);
  await chat.sendState();
  const { nEdits, nPinnedKept } = counts;
  const kept =
    nPinnedKept === 0
      ? []
      : [
          vscode.l10n.t(
            "Pinned notes that were kept: {0}. Unpin a note first to forget it.",
            wording.count(nPinnedKept),
          ),
        ];
  const forgotten =
    isNothing(counts) && nEdits === 0
      ? vscode.l10n.t("There was nothing to forget.")
      : vscode.l10n.t(
          "Forgotten: {0}, edits in the timeline: {1}.",
          ...[sumOf(counts, wording), wording.count(nEdits)],
        );
  tell([forgotten, ...kept].join(" "));
}

interface Choice {
  readonly label: string;
  readonly params: ForgetWorkParams;
}

async function chooseWhat(): Promise<Choice | undefined> {
  const { t } = vscode.l10n;
  const topic = { label: t("About a topic…") };
  const folder = { label: t("About the code of a folder…") };
  const old = { label: t("Older than 90 days"), params: { beforeMs: Date.now() - 90 * dayMs } };
  const all = { label: t("All notes and conversations"), params: { all: true } as const };
  const picked = await vscode.window.showQuickPick([topic, folder, old, all], {
    title: t("Forget Notes and Conversations"),
  });
  if (picked === topic) {
    const text = await ask(t("What is to be forgotten? For example: retries"));
    return text === undefined ? undefined : { label: text, params: { topic: text } };
  }
  if (picked === folder) {
    const text = await ask(t("Path inside the folder, for example: src/cache"));
    return text === undefined ? undefined : { label: text, params: { folder: text } };
  }
  return [old, all].find((choice) => choice === picked);
}

async function ask(placeHolder: string): Promise<string | undefined> {
  const title = vscode.l10n.t("Forget Notes and Conversations");
  const text = (await vscode.window.showInputBox({ title, placeHolder }))?.trim();
  return text === "" ? undefined : text;
}

async function confirm(what: string): Promise<boolean> {
  const forget = vscode.l10n.t("Forget");
  const detail = vscode.l10n.t(
    "These notes and turns of conversations are deleted from this machine and cannot be brought back; by age, by folder and with everything also which files were edited when. Code and its memory stay.",
  );
  const question = vscode.l10n.t("Forget “{0}”?", what);
  const choice = await vscode.window.showWarningMessage(question, { modal: true, detail }, forget);
  return choice === forget;
}

async function withProgress<R>(
  memory: MemorySession,
  title: string,
  method: methods.RequestMethod<{ file: string }, R>,
  params: { file: string },
): Promise<R> {
  await memory.whenOpen();
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, (_progress, token) =>
    memory.client.request(method, params, token),
  );
}

/** The server reads and writes the file itself, which it can only on its own machine's disk. */
function isOnDisk(file: vscode.Uri): boolean {
  if (file.scheme === "file") return true;
  tell(vscode.l10n.t("Choose a file on the disk of the machine that Lore runs on."));
  return false;
}

function filters(): Record<string, string[]> {
  return { [vscode.l10n.t("Memories of Lore")]: ["jsonl"] };
}

function isNothing({ nNotes, nConversations, nTurns }: WorkCounts): boolean {
  return nNotes + nConversations + nTurns === 0;
}

function sumOf({ nNotes, nConversations, nTurns }: WorkCounts, { count }: Wording): string {
  const counts = [nNotes, nConversations, nTurns].map(count);
  return vscode.l10n.t("notes: {0}, conversations: {1}, turns: {2}", ...counts);
}

function tell(sentence: string): void {
  void vscode.window.showInformationMessage(sentence);
}
