import * as vscode from "vscode";
import type { MemorySession } from "../memory/memorySession.ts";
import type { Wording } from "../wording.ts";
import { FillProgress } from "./fillProgress.ts";
import { statusLine } from "./statusLine.ts";

/** The one status bar item: how the memory of this window stands. A click shows the whole status, or does what helps. */
export class StatusItem implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #wording: Wording;
  readonly #memory: MemorySession;
  readonly #progress = new FillProgress();
  readonly #subscription: { dispose(): void };
  #shown = "";

  constructor(memory: MemorySession, wording: Wording) {
    this.#memory = memory;
    this.#wording = wording;
    this.#item = vscode.window.createStatusBarItem(
      "lore.status",
      vscode.StatusBarAlignment.Left,
      0,
    );
    this.#item.name = "Lore";
    this.#subscription = memory.onDidChange(() => this.#update());
    this.#update();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
  }

  #update(): void {
    const { state } = this.#memory;
    const line = statusLine(state, this.#progress.update(state), this.#wording);
    // Counts arrive several times a second; the item crosses to the window only when it reads differently.
    const shown = JSON.stringify(line);
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (line === undefined) {
      this.#item.hide();
      return;
    }
    const tooltip = new vscode.MarkdownString();
    for (const paragraph of line.tooltip) tooltip.appendText(paragraph).appendMarkdown("\n\n");
    const commands = line.actions.map(({ command }) => command);
    tooltip.isTrusted = { enabledCommands: commands };
    tooltip.appendMarkdown(
      line.actions.map(({ title, command }) => `[${title}](command:${command})`).join(" · "),
    );
    // Where something is to be done, a click does it; else it shows the whole status.
    this.#item.command = commands[0] ?? "lore.showStatus";
    this.#item.text = line.text;
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: `Lore: ${line.spoken}` };
    this.#item.backgroundColor =
      line.tone === "error" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.#item.show();
  }
}
