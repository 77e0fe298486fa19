import * as vscode from "vscode";
import { maxSuffixLength } from "../../protocol/deepMemory.ts";
import { MemoryError, type ErrorName } from "../../protocol/errors.ts";
import { complete } from "../../protocol/methods.ts";
import { schedule } from "../feed/workspaceFeed.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import type { LogSink } from "../memory/serverLogLine.ts";
import { loreSettings } from "../settings.ts";
import { Completer } from "./completer.ts";
import { completionState, explainCompletions, type CompletionState } from "./completionState.ts";
import { isCompletablePlace } from "./place.ts";
import { prefixStart, suffixOf, wholeLines, type Prompt } from "./prompt.ts";
import { RivalWatch } from "./rivalWatch.ts";

/** Ghost text: continues the code at the cursor from the memory of the whole workspace. */
export class InlineCompletions implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  readonly #memory: MemorySession;
  readonly #log: LogSink;
  readonly #completer: Completer;
  readonly #rivals = new RivalWatch();
  readonly #subscriptions: readonly vscode.Disposable[];
  /** What the log said last of the state, and of failures. */
  #said = "";
  #failure: ErrorName | undefined;

  constructor(memory: MemorySession, log: LogSink) {
    this.#memory = memory;
    this.#log = log;
    this.#completer = new Completer(
      (params, token) => memory.client.request(complete, params, token),
      schedule,
    );
    this.#subscriptions = [
      this.#rivals,
      vscode.languages.registerInlineCompletionItemProvider({ scheme: "file" }, this),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Whether code is completed now, and if not why. */
  get state(): CompletionState {
    const configuration = vscode.workspace.getConfiguration();
    const { completions } = loreSettings((name) => configuration.get(name));
    return completionState(completions, this.#rivals.active, this.#memory.state);
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    if (!this.#isWanted(document, context)) return [];
    const explicit = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    try {
      const prompt = promptAt(document, position);
      const text = await this.#completer.complete(prompt, explicit, token);
      if (text === undefined) return [];
      return [new vscode.InlineCompletionItem(text, new vscode.Range(position, position))];
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      // Nobody asked for ghost text, so nobody is disturbed when there is none; the status says why.
      if (error.errorName !== "cancelled") this.#noteFailure(error.errorName);
      return [];
    }
  }

  /** “Toggle Completions”: on where they were off, and the other way round, for this workspace if it has its own say. */
  async toggle(): Promise<void> {
    const { kind } = this.state;
    const turnOn = kind === "offBySetting" || kind === "rival";
    const configuration = vscode.workspace.getConfiguration("lore");
    const hasOwn = configuration.inspect("completions")?.workspaceValue !== undefined;
    const target = hasOwn
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.Global;
    await configuration.update("completions", turnOn ? "on" : "off", target);
    void vscode.window.showInformationMessage(explainCompletions(this.state, vscode.l10n.t));
  }

  #isWanted(document: vscode.TextDocument, context: vscode.InlineCompletionContext): boolean {
    const editor = vscode.window.activeTextEditor;
    const place = {
      trusted: vscode.workspace.isTrusted,
      scheme: document.uri.scheme,
      file: document.uri.fsPath,
      suggestionChosen: context.selectedCompletionInfo !== undefined,
      selections: editor?.document === document ? editor.selections : undefined,
    };
    if (!isCompletablePlace(place, this.#memory.roots)) return false;
    const { state } = this;
    this.#say(explainCompletions(state, vscode.l10n.t));
    return state.kind === "on";
  }

  /** Writes a sentence into the log, once as long as it stays true. */
  #say(sentence: string): void {
    if (sentence === this.#said) return;
    this.#said = sentence;
    this.#log.info(`[complete] ${sentence}`);
  }

  #noteFailure(failure: ErrorName): void {
    if (failure === this.#failure) return;
    this.#failure = failure;
    this.#log.warn(`[complete] no completion: ${failure}`);
  }
}

function promptAt(document: vscode.TextDocument, position: vscode.Position): Prompt {
  // Never the whole text: it may be large, and this happens at every key.
  const offset = document.offsetAt(position);
  const start = prefixStart(offset);
  const before = new vscode.Range(document.positionAt(start), position);
  const behind = new vscode.Range(position, document.positionAt(offset + maxSuffixLength));
  return {
    file: document.uri.fsPath,
    line: position.line,
    languageId: document.languageId,
    prefix: wholeLines(document.getText(before), start),
    suffix: suffixOf(document.getText(behind)),
  };
}
