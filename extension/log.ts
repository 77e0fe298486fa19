import * as vscode from "vscode";

/** The one log of the extension and its server. It never holds file text or questions. */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel("Lore", { log: true });
}
