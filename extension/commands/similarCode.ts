import * as vscode from "vscode";
import { search } from "../../protocol/methods.ts";
import type { Recall } from "../../protocol/types.ts";
import { editorRange, placeUri, showPlace } from "../chat/citations.ts";
import { pickLabel } from "../displayText.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { selectedCode } from "./selectedCode.ts";
import { similarPlaces, tellingLine } from "./similarPlaces.ts";

const maxPlaces = 30;

interface PlaceItem extends vscode.QuickPickItem {
  readonly recall: Recall;
}

/** “Find Similar Code”: recalls what resembles the selected code and lists it, best first. */
export async function findSimilarCode(memory: MemorySession): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const selected = editor === undefined ? undefined : selectedCode(editor);
  if (editor === undefined || selected === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Select some code first."));
    return;
  }
  await memory.whenOpen();
  const pick = vscode.window.createQuickPick<PlaceItem>();
  pick.title = vscode.l10n.t("Code Similar to the Selection");
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.busy = true;
  pick.show();
  const cancel = new vscode.CancellationTokenSource();
  const closed = new Promise<void>((resolve) => pick.onDidHide(() => resolve()));
  void closed.then(() => cancel.cancel());
  try {
    const found = await memory.client.request(
      search,
      { query: selected.text, limit: maxPlaces, activeFile: selected.file },
      cancel.token,
    );
    const recalls = similarPlaces(found.recalls, memory.roots, selected);
    pick.busy = false;
    pick.items = recalls.map(placeItem);
    if (recalls.length === 0) pick.placeholder = vscode.l10n.t("Nothing in memory resembles it.");
    actOn(pick, memory, editor, recalls);
    await closed;
  } finally {
    pick.dispose();
    cancel.dispose();
  }
}

function actOn(
  pick: vscode.QuickPick<PlaceItem>,
  memory: MemorySession,
  editor: vscode.TextEditor,
  recalls: readonly Recall[],
): void {
  const peekAll: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("references"),
    tooltip: vscode.l10n.t("Peek All"),
  };
  if (recalls.length > 0) pick.buttons = [peekAll];
  pick.onDidTriggerButton(() => {
    pick.hide();
    const locations = recalls.flatMap(({ citation }) => {
      const uri = placeUri(memory, citation);
      return uri === undefined ? [] : [new vscode.Location(uri, editorRange(citation.range))];
    });
    const { document, selection } = editor;
    void vscode.commands.executeCommand(
      "editor.action.peekLocations",
      document.uri,
      selection.start,
      locations,
      "peek",
    );
  });
  pick.onDidTriggerItemButton(({ item }) => void showPlace(memory, item.recall.citation, true));
  pick.onDidAccept(() => {
    const item = pick.selectedItems[0];
    pick.hide();
    if (item !== undefined) void showPlace(memory, item.recall.citation, false);
  });
}

function placeItem(recall: Recall): PlaceItem {
  const { path, range, symbol } = recall.citation;
  return {
    label: pickLabel(symbol?.name ?? path.slice(path.lastIndexOf("/") + 1)),
    description: pickLabel(`${path}:${range.start.line + 1}`),
    detail: pickLabel(tellingLine(recall)),
    buttons: [
      {
        iconPath: new vscode.ThemeIcon("split-horizontal"),
        tooltip: vscode.l10n.t("Open to the Side"),
      },
    ],
    recall,
  };
}
