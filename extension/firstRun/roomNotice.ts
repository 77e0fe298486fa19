import * as vscode from "vscode";
import type { KeyValues } from "../chat/chatKeeper.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import type { Wording } from "../wording.ts";
import { roomShort } from "./roomNeeded.ts";

const saidKey = "lore.firstRun.roomNoticeSaid";

/** Says once for a workspace that it is too large for the deep memory's room, what is left out, and what one can do. */
export function noticeRoom(
  memory: MemorySession,
  values: KeyValues,
  wording: Wording,
): { dispose(): void } {
  return memory.onDidChange((state) => {
    const short = roomShort(state, wording);
    if (short === undefined || values.get(saidKey) === true) return;
    void values.update(saidKey, true);
    const { t } = vscode.l10n;
    const more = t("Give It {0}", wording.size(short.neededMB * 1_000_000));
    const exclude = t("Leave Folders Out…");
    void vscode.window
      .showInformationMessage(short.sentence, more, exclude, t("Leave It So"))
      .then((choice) => {
        if (choice === more) return giveRoom(short.neededMB);
        if (choice === exclude)
          return vscode.commands.executeCommand("workbench.action.openSettings", "lore.exclude");
        return undefined;
      });
  });
}

function giveRoom(megabytes: number): Thenable<void> {
  return vscode.workspace
    .getConfiguration("lore.deepMemory")
    .update("maxDiskMB", megabytes, vscode.ConfigurationTarget.Global);
}
