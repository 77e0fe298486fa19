import * as vscode from "vscode";
import { whoWrote } from "../../protocol/methods.ts";
import type { Citation, Root } from "../../protocol/types.ts";
import type { WhoWroteParams, WhoWroteResult } from "../../protocol/whoWrote.ts";
import type { ChatSession } from "../chat/chatSession.ts";
import { messageLine } from "../displayText.ts";
import type { CommitDocument } from "../history/commitDocument.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { relativeTo } from "../roots.ts";

/**
 * “Who Wrote This”: of a citation of the chat, as the page's menu names it, else of the selection or the line with the
 * cursor. Returns what was found, `undefined` when there is nothing to ask about.
 */
export async function whoWroteThis(
  memory: MemorySession,
  chat: ChatSession,
  commits: CommitDocument,
  argument: unknown,
): Promise<WhoWroteResult | undefined> {
  const { t } = vscode.l10n;
  const cited = await citedPlace(chat, argument);
  const asked = cited === undefined ? editorPlace(memory.roots) : placeOf(cited);
  if (asked === undefined) {
    void vscode.window.showInformationMessage(
      t("Put the cursor into a file of this window, or choose a citation of the chat."),
    );
    return undefined;
  }
  await memory.whenOpen();
  const result = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: t("Looking up who wrote this"),
      cancellable: true,
    },
    (_progress, token) => memory.client.request(whoWrote, asked, token),
  );
  void tell(result, commits);
  return result;
}

/** The page's text is not trusted: it only says which of the stored citations is meant. */
async function citedPlace(chat: ChatSession, argument: unknown): Promise<Citation | undefined> {
  if (typeof argument !== "object" || argument === null) return undefined;
  const { loreTurn, loreCitation } = argument as Readonly<Record<string, unknown>>;
  if (typeof loreTurn !== "string" || typeof loreCitation !== "number") return undefined;
  return chat.shown.citationOf(loreTurn, loreCitation);
}

function placeOf({ rootId, path, range, commit }: Citation): WhoWroteParams {
  const { start, end } = range;
  const endLine = end.character === 0 ? Math.max(end.line, start.line + 1) : end.line + 1;
  return {
    ...{ rootId, path, startLine: start.line, endLine },
    ...(commit === undefined ? {} : { commit }),
  };
}

function editorPlace(roots: readonly Root[]): WhoWroteParams | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.uri.scheme !== "file") return undefined;
  const place = relativeTo(roots, editor.document.uri.fsPath);
  if (place === undefined) return undefined;
  const { start, end } = editor.selection;
  const endLine = end.character === 0 && end.line > start.line ? end.line : end.line + 1;
  return { ...place, startLine: start.line, endLine };
}

async function tell(result: WhoWroteResult, documents: CommitDocument): Promise<void> {
  const { t } = vscode.l10n;
  if (result.kind !== "written") {
    void vscode.window.showInformationMessage(
      result.kind === "notCommitted"
        ? t("These lines are in no commit yet.")
        : t(
            "Git cannot tell who wrote these lines: the file is hidden, gone, or in no repository.",
          ),
    );
    return;
  }
  const [newest] = result.commits;
  if (newest === undefined) return;
  const { commit } = newest;
  const day = new Date(commit.authoredMs).toISOString().slice(0, 10);
  const open = t("Show Commit");
  const words = [
    t("{0} on {1}: {2}", messageLine(commit.author, 80), day, messageLine(commit.subject, 200)),
    ...(result.commits.length > 1
      ? [t("{0} more commits wrote lines of it.", String(result.commits.length - 1))]
      : []),
    ...(result.nNotCommitted > 0
      ? [t("{0} lines are in no commit yet.", String(result.nNotCommitted))]
      : []),
  ];
  const choice = await vscode.window.showInformationMessage(words.join(" "), open);
  if (choice === open) await documents.show(result.commits);
}
