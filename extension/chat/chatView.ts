import { placeOf } from "../../protocol/errorPlace.ts";
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { MemoryError } from "../../protocol/errors.ts";
import type { ChatCommand, FromWebview, ToWebview } from "../../protocol/webviewMessages.ts";
import { explainError } from "../memory/explain.ts";
import type { MemorySession } from "../memory/memorySession.ts";
import { wasStopped, type ChatSession } from "./chatSession.ts";
import { scriptPage } from "../scriptPage.ts";
import type { CitationOpener } from "./citations.ts";
import type { Traces } from "../trace/traces.ts";
import { insertCode, ProposedChanges } from "./codeChanges.ts";
import { exportConversation } from "./conversationExport.ts";
import { Mentions } from "./mentions.ts";
import { readWebviewMessage } from "./webviewMessageGuard.ts";

/** Id of the chat's view in package.json. */
export const chatViewId = "lore.chat";

const recheckDelayMs = 500;

/** What the chat's buttons run. */
const commandIds: Readonly<Record<ChatCommand, readonly [id: string, argument?: string]>> = {
  showStatus: ["lore.showStatus"],
  openLog: ["lore.openLog"],
  resume: ["lore.resume"],
  openFolder: ["vscode.openFolder"],
  manageTrust: ["workbench.trust.manage"],
  restartServer: ["lore.restartServer"],
  rebuildMemory: ["lore.rebuildMemory"],
  openSettings: ["workbench.action.openSettings", "lore.enabled"],
  chooseModel: ["lore.chooseModel"],
  setEndpointKey: ["lore.setEndpointKey"],
};

/**
 * Shows the chat in a webview. It keeps no page alive while hidden: a page that appears says `ready` and gets
 * the whole state.
 */
export class ChatView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #chat: ChatSession;
  readonly #citations: CitationOpener;
  readonly #traces: Traces;
  readonly #memory: MemorySession;
  readonly #mentions: Mentions;
  readonly #changes = new ProposedChanges();
  readonly #log: vscode.LogOutputChannel;
  readonly #subscriptions: readonly { dispose(): void }[];
  #recheckTimer: NodeJS.Timeout | undefined;
  #view: vscode.WebviewView | undefined;
  /** True from the page's `ready` until it goes away: messages to it arrive. */
  #ready = false;
  /** Sent after the state, to a page that is not there yet. */
  #afterState: ToWebview[] = [];

  constructor(
    extensionUri: vscode.Uri,
    memory: MemorySession,
    chat: ChatSession,
    citations: CitationOpener,
    traces: Traces,
    log: vscode.LogOutputChannel,
  ) {
    this.#extensionUri = extensionUri;
    this.#chat = chat;
    this.#citations = citations;
    this.#traces = traces;
    this.#memory = memory;
    this.#mentions = new Mentions(memory);
    this.#log = log;
    this.#subscriptions = [
      chat.onMessage((message) => this.#post(message)),
      memory.onDidChange(() => this.#recheckSoon()),
    ];
  }

  dispose(): void {
    clearTimeout(this.#recheckTimer);
    this.#changes.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { webview } = view;
    const dist = vscode.Uri.joinPath(this.#extensionUri, "dist");
    const media = vscode.Uri.joinPath(this.#extensionUri, "media");
    this.#view = view;
    this.#ready = false;
    webview.options = { enableScripts: true, localResourceRoots: [dist, media] };
    webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    view.onDidDispose(() => {
      if (this.#view !== view) return;
      this.#view = undefined;
      this.#ready = false;
    });
    view.onDidChangeVisibility(() => {
      // Hiding throws the page away; the next one says `ready` itself.
      if (!view.visible) this.#ready = false;
    });
    webview.html = scriptPage({
      cspSource: webview.cspSource,
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, "webview.js")).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, "webview.css")).toString(),
      nonce: randomBytes(16).toString("base64"),
      language: vscode.env.language,
    });
  }

  /** Shows the chat and puts the cursor into the question field, with `question` in it when given. */
  async reveal(question?: string): Promise<void> {
    const message: ToWebview =
      question === undefined ? { type: "focus" } : { type: "prefill", question };
    if (this.#ready) this.#post(message);
    else this.#afterState.push(message);
    await vscode.commands.executeCommand(`${chatViewId}.focus`);
  }

  #post(message: ToWebview): void {
    if (!this.#ready) return;
    void this.#view?.webview.postMessage(message);
  }

  /** Files changed, so cited places may have: they are read again once the changes come to rest. */
  #recheckSoon(): void {
    clearTimeout(this.#recheckTimer);
    if (!this.#ready) return;
    this.#recheckTimer = setTimeout(() => {
      this.#chat.checkCitations().catch((error: unknown) => reportFailure(error, this.#log));
    }, recheckDelayMs);
  }

  #receive(value: unknown): void {
    const message = readWebviewMessage(value);
    if (message === undefined) {
      this.#log.warn("[rpc] a message of the chat page was not understood and ignored");
      return;
    }
    this.#run(message).catch((error: unknown) => reportFailure(error, this.#log));
  }

  async #run(message: FromWebview): Promise<void> {
    const chat = this.#chat;
    switch (message.type) {
      case "ready":
        this.#ready = true;
        await chat.sendState();
        for (const waiting of this.#afterState.splice(0)) this.#post(waiting);
        return;
      case "ask":
        await chat.ask(message.question, undefined, undefined, message.isDeep);
        return;
      case "askAgain":
        return chat.askAgain(message.turnId);
      case "editQuestion":
        await chat.editQuestion(message.turnId, message.question, message.isDeep);
        return;
      case "chooseBranch":
        return chat.chooseBranch(message.turnId);
      case "pin":
        return chat.pin(message.turnId, message.isPinned);
      case "exportConversation":
        if (chat.conversationId !== undefined)
          await exportConversation(this.#memory, chat.conversationId);
        return;
      case "askModel":
        return chat.askModel(message.turnId);
      case "stop":
        return chat.stop();
      case "showEarlier":
        return chat.showEarlier(message.before);
      case "newConversation":
        return chat.newConversation();
      case "openConversation":
        return chat.openConversation(message.conversationId);
      case "openTurn":
        return chat.openTurn(message.conversationId, message.turnId);
      case "searchTurns":
        return chat.searchTurns(message.query);
      case "suggest":
        return this.#post({
          type: "suggestions",
          prefix: message.prefix,
          suggestions: await this.#mentions.suggest(message.prefix, message.kinds),
        });
      case "nameFiles":
        return this.#post({ type: "insert", text: await this.#mentions.naming(message) });
      case "renameConversation":
        return chat.renameConversation(message.conversationId, message.title);
      case "deleteConversation":
        return chat.deleteConversation(message.conversationId);
      case "openCitation":
        return this.#citations.open(message.citation, message.toSide);
      case "peek":
        return this.#post({
          type: "peeked",
          peeked: await this.#citations.peek(message.peekId, message.citation),
        });
      case "insertCode":
        return insertCode(message.code);
      case "applyCode":
        return this.#changes.propose(message.code);
      case "copy":
        await vscode.env.clipboard.writeText(message.text);
        return;
      case "saveTrace":
        return this.#traces.save(message.turnId);
      case "compareTrace":
        return this.#traces.compare(message.turnId);
      case "draft":
        chat.keepDraft(message.text);
        return;
      case "command":
        await vscode.commands.executeCommand(...commandIds[message.command]);
        return;
    }
  }
}

/** Tells the user about a failure of something they started, in the words of the catalogue. */
export function reportFailure(error: unknown, log: vscode.LogOutputChannel): void {
  if (wasStopped(error)) return;
  const failure =
    error instanceof MemoryError ? error : new MemoryError("internal", "see the newest entry");
  log.error(`[rpc] ${failure.errorName} ${placeOf(error)}`);
  const openLog = vscode.l10n.t("Open Log");
  void vscode.window
    .showErrorMessage(explainError(failure, vscode.l10n.t), openLog)
    .then((choice) => {
      if (choice === openLog) log.show();
    });
}
