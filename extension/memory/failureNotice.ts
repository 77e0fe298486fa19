import * as vscode from "vscode";
import { explainError } from "./explain.ts";
import type { MemorySession } from "./memorySession.ts";

/** Says it once when the memory stops working: one sentence, with a way to try again and one to the log. */
export function noticeFailures(
  memory: MemorySession,
  log: vscode.LogOutputChannel,
): { dispose(): void } {
  let said: string | undefined;
  return memory.onDidChange((state) => {
    if (state.kind !== "failed") {
      // A restart that fails for the same reason is news again only after it had worked in between.
      if (state.kind === "open") said = undefined;
      return;
    }
    if (said === state.errorName) return;
    said = state.errorName;
    const restart = vscode.l10n.t("Restart");
    const openLog = vscode.l10n.t("Open Log");
    void vscode.window
      .showErrorMessage(explainError(state, vscode.l10n.t), restart, openLog)
      .then((choice) => {
        if (choice === restart) void memory.restart();
        if (choice === openLog) log.show();
      });
  });
}
