import * as vscode from "vscode";
import type { ChatSession } from "../chat/chatSession.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { compareTrace } from "../../protocol/methods.ts";
import { maxTraceLength, traceFileText, type SavedTrace } from "../../protocol/savedTrace.ts";
import type { Wording } from "../wording.ts";
import { traceReport, unusableText } from "./traceReport.ts";

const scheme = "lore-trace";

/** Saves what the recall of an answer saw, and shows how it differs from asking now, in a read-only document. */
export class Traces implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #memory: MemorySession;
  readonly #chat: ChatSession;
  readonly #wording: Wording;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #provider: vscode.Disposable;
  readonly #uri: vscode.Uri;
  #report = "";

  constructor(memory: MemorySession, chat: ChatSession, wording: Wording) {
    this.#memory = memory;
    this.#chat = chat;
    this.#wording = wording;
    this.#uri = vscode.Uri.from({ scheme, path: `/${wording.t("Lore Trace")}.txt` });
    this.#provider = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  dispose(): void {
    this.#provider.dispose();
    this.#changed.dispose();
  }

  provideTextDocumentContent(): string {
    return this.#report;
  }

  /** Saves the trace of an answer to a file that the user names. */
  async save(turnId: string | undefined, file?: vscode.Uri): Promise<void> {
    const trace = await this.#traceOf(turnId);
    if (trace === undefined) return;
    const chosen = file ?? (await askForFile());
    if (chosen === undefined) return;
    await vscode.workspace.fs.writeFile(chosen, new TextEncoder().encode(traceFileText(trace)));
  }

  /** “Save the Trace of the Last Answer”: into the file that a keybinding names, or one that the user does. */
  saveTo(file: unknown): Promise<void> {
    return this.save(undefined, file instanceof vscode.Uri ? file : undefined);
  }

  /** Asks the question of an answer again and shows how the places differ. */
  async compare(turnId: string): Promise<void> {
    const trace = await this.#traceOf(turnId);
    if (trace !== undefined) await this.#compareText(traceFileText(trace));
  }

  /** “Ask a Saved Trace Again”: the file that a keybinding names, or one that the user chooses. */
  async compareWith(file: unknown): Promise<void> {
    const chosen =
      file instanceof vscode.Uri
        ? file
        : (await vscode.window.showOpenDialog({ filters: filters() }))?.[0];
    if (chosen === undefined) return;
    const { size } = await vscode.workspace.fs.stat(chosen);
    if (size > maxTraceLength) {
      this.#say(unusableText({ kind: "unusable", reason: "damaged", detail: "" }, this.#wording.t));
      return;
    }
    await this.#compareText(new TextDecoder().decode(await vscode.workspace.fs.readFile(chosen)));
  }

  async #compareText(text: string): Promise<void> {
    const comparison = await this.#memory.client.request(compareTrace, { trace: text });
    if (comparison.kind === "unusable") {
      this.#say(unusableText(comparison, this.#wording.t));
      return;
    }
    this.#report = traceReport(comparison, this.#wording);
    this.#changed.fire(this.#uri);
    const document = await vscode.workspace.openTextDocument(this.#uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async #traceOf(turnId: string | undefined): Promise<SavedTrace | undefined> {
    const trace = await this.#chat.shown.traceOf(turnId);
    if (trace === undefined)
      this.#say(
        vscode.l10n.t("There is no answer whose question can be asked again. Ask one first."),
      );
    return trace;
  }

  #say(sentence: string): void {
    void vscode.window.showInformationMessage(sentence);
  }
}

function filters(): Record<string, string[]> {
  return { [vscode.l10n.t("Traces")]: ["json"] };
}

async function askForFile(): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return vscode.window.showSaveDialog({
    filters: filters(),
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, "lore-trace.json") }),
  });
}
