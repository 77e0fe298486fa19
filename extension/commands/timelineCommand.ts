import * as vscode from "vscode";
import { timeline } from "../../protocol/methods.ts";
import type { TimelineEvent } from "../../protocol/timeline.ts";
import { absolutePath } from "../roots.ts";
import type { ChatSession } from "../chat/chatSession.ts";
import type { ChatView } from "../chat/chatView.ts";
import type { CommitDocument } from "../history/commitDocument.ts";
import { messageLine } from "../displayText.ts";
import { timelineItems } from "../history/timelineItems.ts";
import type { MemorySession } from "../memory/memorySession.ts";

const maxEvents = 300;

/** “Show Timeline”: lists what happened when; a choice opens the file, the commit or the conversation. Returns the choice. */
export async function showTimeline(
  memory: MemorySession,
  chat: ChatSession,
  view: ChatView,
  commits: CommitDocument,
): Promise<TimelineEvent | undefined> {
  const { t } = vscode.l10n;
  await memory.whenOpen();
  const result = await memory.client.request(timeline, { limit: maxEvents });
  if (result.kind !== "timeline" || result.events.length === 0) {
    void vscode.window.showInformationMessage(
      t(
        "Nothing is in memory yet of what happened here: no commit, no saved file, no question and no note.",
      ),
    );
    return undefined;
  }
  const choice = await vscode.window.showQuickPick(
    timelineItems(result.events, vscode.env.language, t),
    {
      title: result.isCut
        ? t("Timeline: the last {0} things", String(result.events.length))
        : t("Timeline"),
      matchOnDescription: true,
      matchOnDetail: true,
    },
  );
  if (choice !== undefined) await open(choice.event);
  return choice?.event;

  async function open(event: TimelineEvent): Promise<void> {
    switch (event.kind) {
      case "commit":
        return commits.show([{ commit: event.commit, nLines: 0 }]);
      case "edit":
        return openFile(memory, event.rootId, event.edit.path);
      case "turn":
        await chat.openConversation(event.conversationId);
        return view.reveal();
      case "note":
        // A question that the server understands, and therefore in no other language.
        return view.reveal(`What did I note about ${event.text}?`);
    }
  }
}

async function openFile(memory: MemorySession, rootId: string, path: string): Promise<void> {
  const root = memory.roots.find(({ id }) => id === rootId);
  const file = root === undefined ? undefined : absolutePath(root, path);
  if (file === undefined) return;
  const uri = vscode.Uri.file(file);
  try {
    await vscode.workspace.fs.stat(uri);
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError)) throw error;
    void vscode.window.showInformationMessage(
      vscode.l10n.t("“{0}” is no longer there.", messageLine(path)),
    );
    return;
  }
  await vscode.window.showTextDocument(uri, { preview: true });
}
